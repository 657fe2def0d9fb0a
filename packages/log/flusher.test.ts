import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenFile } from '@odradek/common/disk'
import { VirtualTime } from '@odradek/common/time'
import { Flusher } from './flusher.ts'
import type { FlushJob, FlushTarget } from './log-host.ts'

/** A file whose syncs end when the test says so. */
class SlowFile implements OpenFile {
  readonly path: string
  readonly #events: string[]
  #finish: ((error?: Error) => void) | undefined

  constructor(path: string, events: string[]) {
    this.path = path
    this.#events = events
  }

  sync(): Promise<void> {
    this.#events.push(`sync ${this.path}`)
    return new Promise((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error))
    })
  }

  syncSync(): void {
    this.#events.push(`sync here ${this.path}`)
  }

  finish(error?: Error): void {
    this.#finish?.(error)
    this.#finish = undefined
  }

  get isSyncing(): boolean {
    return this.#finish !== undefined
  }

  size = (): number => 0
  readSync = (): number => 0
  read = async (): Promise<number> => 0
  writeSync = (): number => 0
  truncate(): void {}
  close(): void {}
}

/** A log as the flusher sees it: an end, and how far that is durable. */
class Target implements FlushTarget {
  end = 0
  durable = 0
  failure: Error | undefined
  readonly file: SlowFile
  constructor(name: string, events: string[]) {
    this.file = new SlowFile(name, events)
  }
  beginFlush(): FlushJob {
    const { end } = this
    return {
      files: [this.file],
      blockedOn: undefined,
      done: () => {
        this.durable = end
      },
      failed: (error) => {
        this.failure = error
      },
    }
  }
}

function setUp(names: readonly string[]) {
  const time = new VirtualTime()
  const events: string[] = []
  const targets = names.map((name) => new Target(name, events))
  const rounds: number[] = []
  const clock = { ms: 0, now: () => 0, monotonic: () => clock.ms }
  const flusher = new Flusher({ clock, onRound: (_ms, files) => void rounds.push(files) })
  const write = (target: Target, end: number): void => {
    target.end = end
    flusher.add(target)
  }
  return { time, clock, events, targets, rounds, flusher, write }
}

test('one log is synced at once, on this thread', () => {
  const { events, targets, flusher, write } = setUp(['a'])
  const [a] = targets
  assert.ok(a)
  write(a, 5)
  flusher.start()
  assert.deepEqual([events, a.durable], [['sync here a'], 5])
})

test('while syncs are slow the thread pool does them, so that the loop is free', async () => {
  const { time, clock, events, targets, flusher, write } = setUp(['a'])
  const [a] = targets
  assert.ok(a)
  a.file.syncSync = () => {
    events.push('slow')
    clock.ms += 20
  }
  write(a, 1)
  flusher.start()
  write(a, 2)
  flusher.start()
  assert.deepEqual(events, ['slow', 'sync a'])
  a.file.finish()
  await time.runTurn()
  assert.equal(a.durable, 2)
})

test('one round is under way at a time; what is written meanwhile rides the next, and counts only then', async () => {
  const { time, events, targets, flusher, write } = setUp(['a', 'b'])
  const [a, b] = targets
  assert.ok(a && b)
  write(a, 10)
  write(b, 20)
  flusher.start()
  write(a, 11)
  flusher.start()
  assert.deepEqual(events, ['sync a', 'sync b'])
  a.file.finish()
  await time.runTurn()
  assert.deepEqual([a.durable, b.durable], [10, 0], 'to the end it had when its sync began, and without waiting for others')
  assert.deepEqual(events, ['sync a', 'sync b'])
  b.file.finish()
  await time.runTurn()
  assert.deepEqual(events, ['sync a', 'sync b', 'sync here a'])
  assert.deepEqual([a.durable, b.durable], [11, 20])
})

test('four files are synced at a time, and logs that come later are asked for their end later', async () => {
  const { time, targets, rounds, flusher, write } = setUp(['a', 'b', 'c', 'd', 'e', 'f'])
  for (const target of targets) write(target, 1)
  flusher.start()
  assert.equal(targets.filter(({ file }) => file.isSyncing).length, 4)
  const last = targets.at(-1)
  assert.ok(last)
  last.end = 7
  for (let i = 0; i < 3; i++) {
    for (const { file } of targets) file.finish()
    await time.runTurn()
  }
  assert.equal(last.durable, 7)
  assert.deepEqual(rounds, [6])
})

test('a failed sync is told to its log and not tried again', async () => {
  const { time, events, targets, flusher, write } = setUp(['a', 'b'])
  const [a, b] = targets
  assert.ok(a && b)
  write(a, 1)
  write(b, 1)
  flusher.start()
  a.file.finish(new Error('EIO'))
  b.file.finish()
  await time.runTurn()
  assert.equal(a.failure?.message, 'EIO')
  assert.deepEqual([a.durable, b.durable], [0, 1])
  assert.equal(events.length, 2)
})

test('after stop nothing is synced', () => {
  const { events, targets, flusher, write } = setUp(['a'])
  const [a] = targets
  assert.ok(a)
  write(a, 1)
  flusher.stop()
  flusher.start()
  assert.deepEqual(events, [])
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { silentLogger } from '@odradek/common/logging'
import { Timeline, TimelineMap } from '@odradek/common/timeline'
import { VirtualTime } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import { MemoryCoordinatorLog } from './memory-coordinator-log.ts'
import { parked } from './outcome.ts'
import type { Outcome, Waiter } from './outcome.ts'
import { Runtime } from './runtime.ts'
import type { EntryFormat, Shard } from './shard.ts'

/** A counter a name: enough of a coordinator to see what the runtime does. */
class Counters implements Shard<Count, string> {
  readonly timeline = new Timeline()
  readonly counts = new TimelineMap<string, number>(this.timeline)
  readonly expiries: string[] = []
  readonly failures: (readonly Count[])[] = []
  readonly waiters: Waiter<string>[] = []

  add(name: string, outcome: Outcome<Count, string>): number {
    const value = (this.counts.get(name) ?? 0) + 1
    outcome.write({ name, value })
    return value
  }

  replay({ name, value }: Count): void {
    this.counts.set(name, value)
  }

  transactionEnded(): void {}

  loaded(outcome: Outcome<Count, string>): void {
    outcome.schedule('hourly', 3_600_000, 'hour')
  }

  expired(event: string): void {
    this.expiries.push(event)
  }

  writeFailed(records: readonly Count[]): void {
    this.failures.push(records)
  }
}

interface Count {
  readonly name: string
  readonly value: number
}

const format: EntryFormat<Count> = {
  encode: ({ name, value }) => ({ key: Buffer.from(name), value: Buffer.from(String(value)) }),
  decode: (key, value) => (key.toString() === 'unknown' ? undefined : { name: key.toString(), value: Number(value?.toString()) }),
}

async function start(log = new MemoryCoordinatorLog(2)) {
  const time = new VirtualTime()
  const shards: Counters[] = []
  const states: string[] = []
  const runtime = new Runtime<Counters, Count, string>({
    topic: 'counters',
    log,
    format,
    clock: time,
    timer: time,
    logger: silentLogger,
    observer: { stateChanged: (from, to) => states.push(`${from} → ${to}`), loaded() {}, flushed() {} },
    writeTimeoutMs: () => 5_000,
    createShard() {
      const shard = new Counters()
      shards.push(shard)
      return shard
    },
  })
  runtime.elected(0, 1)
  await time.runTurn()
  const add = (name: string, partition = 0) => watch(runtime.ask(partition, (shard, outcome) => shard.add(name, outcome)))
  const get = (name: string) => watch(runtime.ask(0, (shard) => shard.counts.get(name)))
  return { time, log, runtime, shards, states, add, get }
}

/** A promise whose end can be looked at. */
function watch<Answer>(promise: Promise<Answer>): { answer?: Answer; error?: string } {
  const watched: { answer?: Answer; error?: string } = {}
  promise.then(
    (answer) => {
      watched.answer = answer
    },
    (error: unknown) => {
      watched.error = error instanceof KafkaError ? error.code : String(error)
    },
  )
  return watched
}

test('an answer leaves when its record is committed, and the next request sees the change before', async () => {
  const { time, log, add, get } = await start()
  log.isManual = true
  const first = add('a')
  const second = add('a')
  const seen = get('a')
  await time.runTurn()
  assert.deepEqual([first, second], [{}, {}])
  assert.deepEqual(seen, { answer: 2 })
  log.commit()
  await time.runTurn()
  assert.deepEqual([first, second], [{ answer: 1 }, { answer: 2 }])
})

test('all that is written to a partition in one turn is one append', async () => {
  const { time, log, runtime, add } = await start()
  runtime.elected(1, 1)
  await time.runTurn()
  for (let i = 0; i < 10; i++) add('a')
  add('b', 1)
  await time.runTurn()
  assert.deepEqual(log.appends, [10, 1])
})

test('a turn that writes more than a batch can hold makes several appends', async () => {
  const { time, log, add } = await start()
  const long = 'x'.repeat(30_000)
  const answers = [add(long), add(long), add(long), add(long)]
  await time.runTurn()
  assert.deepEqual(log.appends, [3, 1])
  assert.deepEqual(
    answers.map(({ answer }) => answer),
    [1, 2, 3, 4],
  )
})

test('a failed append takes the change back and tells who waited', async () => {
  const { time, log, shards, add, get } = await start()
  add('a')
  await time.runTurn()
  log.failNext(new KafkaError('NOT_ENOUGH_REPLICAS'))
  const failed = [add('a'), add('b')]
  await time.runTurn()
  assert.deepEqual(failed, [{ error: 'COORDINATOR_NOT_AVAILABLE' }, { error: 'COORDINATOR_NOT_AVAILABLE' }])
  assert.deepEqual(shards[0]?.failures, [
    [
      { name: 'a', value: 2 },
      { name: 'b', value: 1 },
    ],
  ])
  const left = get('a')
  const again = add('a')
  await time.runTurn()
  assert.deepEqual(left, { answer: 1 })
  assert.deepEqual(again, { answer: 2 })
})

test('each failure of the log becomes what a client of a coordinator understands', async () => {
  const expected = {
    UNKNOWN_TOPIC_OR_PARTITION: 'COORDINATOR_NOT_AVAILABLE',
    NOT_ENOUGH_REPLICAS: 'COORDINATOR_NOT_AVAILABLE',
    REQUEST_TIMED_OUT: 'COORDINATOR_NOT_AVAILABLE',
    NOT_LEADER_OR_FOLLOWER: 'NOT_COORDINATOR',
    KAFKA_STORAGE_ERROR: 'NOT_COORDINATOR',
    MESSAGE_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
    RECORD_LIST_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
    NETWORK_EXCEPTION: 'COORDINATOR_LOAD_IN_PROGRESS',
    INVALID_PRODUCER_EPOCH: 'INVALID_PRODUCER_EPOCH',
  } as const
  const { time, log, add } = await start()
  for (const code of [
    'UNKNOWN_TOPIC_OR_PARTITION',
    'NOT_ENOUGH_REPLICAS',
    'REQUEST_TIMED_OUT',
    'NOT_LEADER_OR_FOLLOWER',
    'KAFKA_STORAGE_ERROR',
    'MESSAGE_TOO_LARGE',
    'RECORD_LIST_TOO_LARGE',
    'NETWORK_EXCEPTION',
    'INVALID_PRODUCER_EPOCH',
  ] as const) {
    log.failNext(new KafkaError(code))
    const failed = add('a')
    await time.runTurn()
    assert.deepEqual(failed, { error: expected[code] }, code)
  }
})

test('when an append fails behind which others are on their way, the state is read anew', async () => {
  const { time, log, shards, add, get } = await start()
  add('a')
  await time.runTurn()
  log.isManual = true
  const first = add('a')
  await time.runTurn()
  const second = add('a')
  await time.runTurn()
  assert.equal(log.waitingCount, 2)
  log.lose(new KafkaError('KAFKA_STORAGE_ERROR'))
  await time.runTurn()
  assert.deepEqual([first, second], [{ error: 'NOT_COORDINATOR' }, { error: 'NOT_COORDINATOR' }])
  assert.equal(shards.length, 2)
  const seen = get('a')
  await time.runTurn()
  assert.deepEqual(seen, { answer: 1 })
})

test('who waits longer than the write time-out is told so, and the record may still be committed', async () => {
  const { time, log, add, get } = await start()
  log.isManual = true
  const slow = add('a')
  await time.advance(4_999)
  const later = add('a')
  assert.deepEqual(slow, {})
  await time.advance(1)
  assert.deepEqual(slow, { error: 'COORDINATOR_NOT_AVAILABLE' })
  assert.deepEqual(later, {})
  log.commit()
  await time.runTurn()
  assert.deepEqual(later, { answer: 2 })
  const seen = get('a')
  await time.runTurn()
  assert.deepEqual(seen, { answer: 2 })
})

test('a shard that is loading says so, and afterwards serves what the log holds', async () => {
  const log = new MemoryCoordinatorLog(2)
  for (let value = 1; value <= 20; value++) log.put(0, [format.encode({ name: `n${value % 4}`, value })])
  log.put(0, [{ key: Buffer.from('unknown'), value: Buffer.from('?') }])
  const { time, runtime, add } = await start(log)
  runtime.elected(1, 1)
  const early = add('a', 1)
  const late = watch(runtime.ask(0, (shard) => [...shard.counts.entries()]))
  await time.runTurn()
  assert.deepEqual(early, { error: 'COORDINATOR_LOAD_IN_PROGRESS' })
  assert.deepEqual(late.answer?.toSorted(), [
    ['n0', 20],
    ['n1', 17],
    ['n2', 18],
    ['n3', 19],
  ])
})

test('a broker that does not lead the partition is not its coordinator', async () => {
  const { time, add } = await start()
  const answer = add('a', 1)
  await time.runTurn()
  assert.deepEqual(answer, { error: 'NOT_COORDINATOR' })
})

test('resigning fails whoever waits, parked or written, and stops the timers', async () => {
  const { time, log, runtime, shards, add } = await start()
  log.isManual = true
  const written = add('a')
  const waiting = watch(
    runtime.ask<string>(0, (shard, _outcome, waiter) => {
      shard.waiters.push(waiter)
      return parked
    }),
  )
  await time.runTurn()
  runtime.resigned(0, 1)
  await time.runTurn()
  assert.deepEqual([written, waiting], [{ error: 'NOT_COORDINATOR' }, { error: 'NOT_COORDINATOR' }])
  log.commit()
  await time.advance(4_000_000)
  assert.deepEqual(shards[0]?.expiries, [])
  assert.equal(time.pendingTimers, 0)
})

test('a resignation of an older leader epoch than the election comes too late to count', async () => {
  const { time, runtime, add } = await start()
  runtime.elected(0, 5)
  runtime.resigned(0, 4)
  const answer = add('a')
  await time.runTurn()
  assert.deepEqual(answer, { answer: 1 })
})

test('who is elected again loads again, and an old load does not come in between', async () => {
  const { time, log, runtime, shards, get } = await start()
  log.put(0, [format.encode({ name: 'a', value: 7 })])
  runtime.resigned(0)
  runtime.elected(0, 2)
  runtime.resigned(0)
  runtime.elected(0, 3)
  await time.runTurn()
  const seen = get('a')
  await time.runTurn()
  assert.deepEqual(seen, { answer: 7 })
  assert.equal(shards.length, 3)
})

test('a parked answer comes with the event that knows it, and not before what that wrote is committed', async () => {
  const { time, log, runtime } = await start()
  log.isManual = true
  const waiting = watch(
    runtime.ask<string>(0, (shard, _outcome, waiter) => {
      shard.waiters.push(waiter)
      return parked
    }),
  )
  const event = watch(
    runtime.ask(0, (shard, outcome) => {
      for (const waiter of shard.waiters) outcome.answer(waiter, 'all are here')
      return shard.add('a', outcome)
    }),
  )
  await time.runTurn()
  assert.deepEqual([waiting, event], [{}, {}])
  log.commit()
  await time.runTurn()
  assert.deepEqual([waiting, event], [{ answer: 'all are here' }, { answer: 1 }])
})

test('an answer that stands on all that was written waits for it', async () => {
  const { time, log, runtime, add } = await start()
  log.isManual = true
  add('a')
  const strict = watch(
    runtime.ask(0, (shard, outcome) => {
      outcome.waitsForAll = true
      return shard.counts.get('a')
    }),
  )
  const settled = watch(runtime.ask(0, (shard) => shard.counts.getSettled('a') ?? 'none yet'))
  await time.runTurn()
  assert.deepEqual([strict, settled], [{}, { answer: 'none yet' }])
  log.commit()
  await time.runTurn()
  assert.deepEqual(strict, { answer: 1 })
})

test('an error that the shard throws goes to who asked, and nobody else notices', async () => {
  const { time, runtime, add } = await start()
  const refused = watch(
    runtime.ask(0, () => {
      throw new KafkaError('ILLEGAL_GENERATION')
    }),
  )
  const fine = add('a')
  await time.runTurn()
  assert.deepEqual([refused, fine], [{ error: 'ILLEGAL_GENERATION' }, { answer: 1 }])
})

test('a load that fails is tried again', async () => {
  const log = new MemoryCoordinatorLog(1)
  log.put(0, [format.encode({ name: 'a', value: 1 })])
  let failures = 2
  const load = log.load.bind(log)
  log.load = (partition) => {
    if (failures-- > 0) throw new Error('disk says no')
    return load(partition)
  }
  const { time, states, get } = await start(log)
  const early = get('a')
  await time.advance(999)
  assert.deepEqual(early, { error: 'NOT_COORDINATOR' })
  await time.advance(3_001)
  const late = get('a')
  await time.runTurn()
  assert.deepEqual(late, { answer: 1 })
  assert.deepEqual(states, [
    'undefined → loading',
    'loading → failed',
    'failed → loading',
    'loading → failed',
    'failed → loading',
    'loading → active',
  ])
})

test('what happens to all shards happens to a loading one when it is loaded', async () => {
  const { time, runtime, shards } = await start()
  runtime.elected(1, 1)
  runtime.tellAll((shard, outcome) => void shard.add('told', outcome))
  await time.runTurn()
  assert.deepEqual(
    shards.map((shard) => shard.counts.get('told')),
    [1, 1],
  )
})

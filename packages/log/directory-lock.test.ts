import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { DirectoryLock } from './directory-lock.ts'
import type { ProcessIdentity, ProcessMark } from '@odradek/common/process'

const path = '/data'

/** A machine with processes that live and die. */
class Machine {
  readonly time = new VirtualTime()
  readonly disk = new MemoryDisk({ clock: this.time })
  readonly #random = new SeededRandom('locks')
  readonly alive = new Set<string>()
  locker: number | undefined
  lost = 0

  constructor() {
    this.disk.makeDirectory(path)
  }

  process(pid: number, startedAt: string, realm = 'host'): ProcessIdentity {
    this.alive.add(`${pid} ${startedAt} ${realm}`)
    return {
      mark: { pid, startedAt, realm },
      isAlive: (other: ProcessMark) =>
        other.realm === realm ? this.alive.has(`${other.pid} ${other.startedAt} ${other.realm}`) : undefined,
      locker: () => this.locker,
    }
  }

  take(process: ProcessIdentity): Promise<DirectoryLock> {
    const { disk, time } = this
    return DirectoryLock.take({
      disk,
      path,
      clock: time,
      timer: time,
      random: this.#random.fork(String(process.mark.pid)),
      process,
      onLost: () => void this.lost++,
    })
  }

  /** Lets a newcomer watch the lock for as long as it wants to. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {})
    await this.time.advance(10_000)
    return promise
  }
}

const inUseBy = (pid: number) => (error: unknown) =>
  error instanceof UserError && error.message.includes(`pid ${pid}`) && error.message.includes('/data')

test('a second process is told who uses the directory', async () => {
  const machine = new Machine()
  await machine.take(machine.process(1, 'a'))
  await assert.rejects(machine.take(machine.process(2, 'b')), inUseBy(1))
})

test('the same process cannot use it twice either', async () => {
  const machine = new Machine()
  const process = machine.process(1, 'a')
  await machine.take(process)
  await assert.rejects(machine.take(process), inUseBy(1))
})

test('a lock that is released is free, and leaves no file', async () => {
  const machine = new Machine()
  const lock = await machine.take(machine.process(1, 'a'))
  lock.release()
  assert.deepEqual(machine.disk.list(path), [])
  await machine.take(machine.process(2, 'b'))
  assert.equal(machine.time.pendingTimers, 1)
})

test('the lock of a killed process is taken over, also when its pid was given again', async () => {
  const machine = new Machine()
  await machine.take(machine.process(1, 'a'))
  machine.alive.delete('1 a host')
  const second = machine.process(1, 'b')
  await machine.take(second)
  await assert.rejects(machine.take(machine.process(3, 'c')), inUseBy(1))
})

test('a lock of another container is respected while its heart beats', async () => {
  const machine = new Machine()
  const first = await machine.take(machine.process(1, 'a', 'container 1'))
  await assert.rejects(machine.settle(machine.take(machine.process(1, 'x', 'container 2'))), inUseBy(1))
  first.abandon()
  const second = await machine.settle(machine.take(machine.process(1, 'x', 'container 2')))
  second.release()
})

test('an empty lock, as Apache Kafka leaves it, is free unless a process holds it', async () => {
  const machine = new Machine()
  machine.disk.open('/data/.lock', 'create').close()
  machine.locker = 812
  await assert.rejects(
    machine.take(machine.process(1, 'a')),
    (error) => error instanceof UserError && error.message.includes('another Kafka broker'),
  )
  machine.locker = undefined
  await machine.take(machine.process(1, 'a'))
})

test('who lost the lock to another is told to stop', async () => {
  const machine = new Machine()
  await machine.take(machine.process(1, 'a'))
  machine.disk.unlink('/data/.lock')
  machine.disk.open('/data/.lock', 'create').close()
  await machine.time.advance(5000)
  assert.equal(machine.lost, 1)
})

test('of two that find the same dead lock one gets it', async () => {
  const machine = new Machine()
  await machine.take(machine.process(1, 'a'))
  machine.alive.delete('1 a host')
  const results = await Promise.allSettled([machine.take(machine.process(2, 'b')), machine.take(machine.process(3, 'c'))])
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { append, asClient, batchOf, LogFixture, readAll } from '../log/log-fixture.ts'
import type { FixtureOptions } from '../log/log-fixture.ts'
import type { Log } from '../log/log.ts'
import { FaultyDisk } from './faulty-disk.ts'
import { systematicSurvival } from './power-cut.ts'

/** The power is cut, and of everything that was not synced nothing is left: what was promised must be there all the same. */
class Machine {
  readonly time = new VirtualTime()
  disk: FaultyDisk
  #starts = 0
  constructor(latencyMs?: () => number) {
    const memory = new MemoryDisk({ clock: this.time })
    this.disk = new FaultyDisk(memory, new SeededRandom(1), latencyMs === undefined ? {} : { timer: this.time, latencyMs })
  }

  start(options: FixtureOptions = {}): Promise<LogFixture> {
    return LogFixture.open({ ...options, disk: this.disk, time: this.time, options: { random: new SeededRandom(this.#starts++) } })
  }

  cutPower(fixture: LogFixture): void {
    fixture.directory.abandon()
    this.disk = this.disk.crash(systematicSurvival({ keep: 'none', lost: 'garbage' }))
  }
}

test('the first batch of a partition survives with the names of its files, its directory and the data directory', async () => {
  const machine = new Machine()
  const first = await machine.start()
  await append(first, first.log(), batchOf(3))
  assert.equal(first.log().durableOffset, 3)
  machine.cutPower(first)
  assert.equal((await machine.start()).log().endOffset, 3)
})

test('the first batch of a segment survives with the name of its file', async () => {
  const machine = new Machine()
  const batch = batchOf(1, { value: Buffer.alloc(100) })
  const options = { settings: { segmentBytes: batch.length } }
  const first = await machine.start(options)
  for (let i = 0; i < 4; i++) await append(first, first.log(), batch)
  machine.cutPower(first)
  const second = await machine.start(options)
  assert.equal(second.log().endOffset, 4)
  assert.equal((await readAll(second.log())).length, 4 * batch.length)
})

test('what was appended while a sync ran counts only with the next', async () => {
  const machine = new Machine(() => 10)
  const first = await machine.start()
  const log = first.log()
  const durable: number[] = []
  log.observe({ written() {}, durable: () => void durable.push(log.durableOffset), failed() {} })
  // A new partition has more than one file to sync, so the thread pool does it.
  log.append(batchOf(2), asClient)
  await first.turn()
  log.append(batchOf(3), asClient)
  await first.turn()
  assert.deepEqual([log.writtenOffset, log.durableOffset], [5, 0])
  await machine.time.advance(100)
  assert.deepEqual(durable, [2, 5])
})

test('records that DeleteRecords has deleted do not come back', async () => {
  const machine = new Machine()
  const first = await machine.start()
  await append(first, first.log(), batchOf(10))
  await first.log().advanceStartOffset(7)
  machine.cutPower(first)
  assert.deepEqual(ends((await machine.start()).log()), [7, 10])
})

test('segments that retention has deleted do not come back', async () => {
  const machine = new Machine()
  const batch = batchOf(10, { value: Buffer.alloc(100) })
  const options = { settings: { segmentBytes: batch.length, retentionBytes: batch.length } }
  const first = await machine.start(options)
  for (let i = 0; i < 5; i++) await append(first, first.log(), batch)
  assert.equal(first.log().deleteOldSegments(), 4)
  machine.cutPower(first)
  assert.deepEqual(ends((await machine.start(options)).log()), [40, 50])
})

test('what was cut off does not come back, whatever is appended in its place', async () => {
  const machine = new Machine()
  const batch = batchOf(5, { value: Buffer.alloc(100) })
  const options = { settings: { segmentBytes: batch.length * 2 } }
  const first = await machine.start(options)
  for (let i = 0; i < 6; i++) await append(first, first.log(), batch)
  await first.log().truncateTo(15)
  machine.cutPower(first)
  const second = await machine.start(options)
  assert.deepEqual(ends(second.log()), [0, 15])
  await append(second, second.log(), batchOf(5, { value: Buffer.alloc(100, 'n') }), { leaderEpoch: 1, origin: 'client' })
  machine.cutPower(second)
  const third = await machine.start(options)
  assert.deepEqual([...ends(third.log()), third.log().latestEpoch], [0, 20, 1])
})

test('the mark of a clean stop does not come back', async () => {
  const machine = new Machine()
  const first = await machine.start()
  await append(first, first.log(), batchOf(1))
  await first.directory.close()
  const second = await machine.start()
  assert.equal(second.directory.wasClean, true)
  machine.cutPower(second)
  assert.equal((await machine.start()).directory.wasClean, false)
})

test('a clean stop is one also when the power is cut right after it', async () => {
  const machine = new Machine()
  const first = await machine.start()
  await append(first, first.log(), batchOf(4, { producerId: 1, producerEpoch: 0, baseSequence: 0 }))
  await first.directory.close()
  machine.cutPower(first)
  const second = await machine.start()
  assert.equal(second.directory.wasClean, true)
  assert.equal(second.log().endOffset, 4)
  assert.equal(second.log().producers()[0]?.lastSequence, 3)
})

test('bytes that a failed sync has lost are written again before they count', async () => {
  const machine = new Machine()
  const first = await machine.start()
  await append(first, first.log(), batchOf(1))
  machine.disk.break({ on: 'sync', give: 'EIO' })
  first.log().append(batchOf(2), asClient)
  await first.turn()
  assert.equal(first.directory.condition, 'offline')
  first.directory.abandon()
  machine.disk = machine.disk.kill()
  // The page cache still shows them, and that is all there is of them.
  const second = await machine.start()
  assert.equal(second.log().durableOffset, 3)
  machine.cutPower(second)
  assert.equal((await machine.start()).log().endOffset, 3)
})

test('after a kill the names of new files are made durable before what is in them counts', async () => {
  const machine = new Machine(() => 50)
  const first = await machine.start()
  first.log().append(batchOf(2), asClient)
  await first.turn()
  assert.deepEqual([first.log().writtenOffset, first.log().durableOffset], [2, 0])
  first.directory.abandon()
  machine.disk = machine.disk.kill()
  const second = await machine.start()
  assert.equal(second.log().durableOffset, 2)
  machine.cutPower(second)
  assert.equal((await machine.start()).log().endOffset, 2)
})

const ends = (log: Log): number[] => [log.startOffset, log.endOffset]

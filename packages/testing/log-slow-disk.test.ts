import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import { asClient, batchOf, LogFixture, read, topicId } from '../log/log-fixture.ts'
import type { FixtureOptions } from '../log/log-fixture.ts'
import type { Log } from '../log/log.ts'
import { FaultyDisk } from './faulty-disk.ts'

/** Reads and syncs take a while; meanwhile the log goes on, and what they were for may be gone when they end. */
const batch = batchOf(10, { value: Buffer.alloc(100) })

async function slow(options: FixtureOptions = {}): Promise<{ fixture: LogFixture; log: Log; time: VirtualTime }> {
  const time = new VirtualTime()
  const disk = new FaultyDisk(new MemoryDisk({ clock: time }), new SeededRandom(1), { timer: time, latencyMs: () => 100 })
  const settings = { segmentBytes: batch.length, retentionBytes: batch.length, fileDeleteDelayMs: 50, ...options.settings }
  const fixture = await LogFixture.open({ disk, time, config: { tailCacheBytes: 0, maxOpenFiles: 16 }, settings })
  const log = fixture.log()
  for (let i = 0; i < 5; i++) log.append(batch, asClient)
  await time.advance(2000)
  log.advanceHighWatermark(log.durableOffset)
  assert.equal(log.highWatermark, 50)
  return { fixture, log, time }
}

test('a read that is under way when retention deletes its segment comes to an end', async () => {
  const { log, time } = await slow()
  const reading = read(log, 3, { maxBytes: 10 })
  assert.equal(log.deleteOldSegments(), 4)
  await time.advance(200)
  const slice = await reading
  assert.equal(slice.bytes, batch.length)
  slice.release()
})

test('a read of a log that is cut meanwhile gives what is there then, or says that there is nothing', async () => {
  const { log, time } = await slow()
  const within = read(log, 12)
  const behind = read(log, 45)
  behind.catch(() => {})
  const cut = log.truncateTo(20)
  await time.advance(1000)
  await cut
  assert.equal((await within).bytes, batch.length)
  await assert.rejects(behind, (error) => error instanceof KafkaError && error.code === 'OFFSET_OUT_OF_RANGE')
})

test('retention may delete a segment whose indexes are being synced', async () => {
  const { fixture, log, time } = await slow()
  const saving = fixture.directory.routines.advanceRecoveryPoints()
  await time.advance(150)
  assert.equal(log.deleteOldSegments(), 4)
  await time.advance(5000)
  await saving
  assert.equal(fixture.directory.condition, 'online')
  assert.equal(log.append(batch, asClient).baseOffset, 50)
  await time.advance(1000)
  assert.equal(log.durableOffset, 60)
})

test('a topic may be deleted while its batches are being synced', async () => {
  const { fixture, log, time } = await slow()
  log.append(batch, asClient)
  await fixture.turn()
  fixture.directory.remove('orders', 0)
  await time.advance(5000)
  assert.equal(fixture.directory.condition, 'online')
  const next = fixture.directory.logFor(topicId, 'orders', 0, () => fixture.settings, { create: true })
  assert.equal(next.append(batch, asClient).baseOffset, 0)
  await time.advance(5000)
  assert.equal(next.durableOffset, 10)
})

test('a time is looked for while retention goes on', async () => {
  const { log, time } = await slow()
  const finding = log.findByTimestamp(0, 50)
  log.deleteOldSegments()
  await time.advance(1000)
  assert.equal((await finding)?.offset, 0)
})

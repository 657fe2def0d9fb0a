import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { append, batchOf, LogFixture, readAll } from './log-fixture.ts'
import type { FixtureOptions } from './log-fixture.ts'
import type { Log } from './log.ts'

const batch = (timestamp: number): Buffer => batchOf(10, { value: Buffer.alloc(50), timestamp })
const batchBytes = batch(0).length

/** Ten segments of one batch each, an hour apart, the last of them now. */
async function tenSegments(options: FixtureOptions = {}): Promise<{ fixture: LogFixture; log: Log }> {
  const fixture = await LogFixture.open({ ...options, settings: { segmentBytes: batchBytes, ...options.settings } })
  const log = fixture.log()
  for (let i = 0; i < 10; i++) await append(fixture, log, batch(fixture.time.now() - (9 - i) * 3_600_000))
  assert.equal(log.segmentCount(), 10)
  return { fixture, log }
}

const names = (fixture: LogFixture): string[] => fixture.disk.list('/data/orders-0').map(({ name }) => name)

test('segments whose records are all older than retention.ms go', async () => {
  const { fixture, log } = await tenSegments({ settings: { retentionMs: 4.5 * 3_600_000 } })
  assert.equal(log.deleteOldSegments(), 5)
  assert.deepEqual([log.startOffset, log.segmentCount(), log.endOffset], [50, 5, 100])
  assert.ok((await readAll(log)).length === 5 * batchBytes)
  await fixture.directory.close()
})

test('the oldest segments go while what is left is as large as retention.bytes', async () => {
  const { log } = await tenSegments({ settings: { retentionBytes: batchBytes * 3 } })
  assert.equal(log.deleteOldSegments(), 7)
  assert.equal(log.startOffset, 70)
})

test('what lies at or above the high watermark stays', async () => {
  const { fixture } = await tenSegments()
  const log = fixture.log('followed', 0)
  for (let i = 0; i < 4; i++) {
    log.append(batch(0), { leaderEpoch: 0, origin: 'client' })
    await fixture.turn()
  }
  log.advanceHighWatermark(19)
  assert.equal(log.deleteOldSegments(), 1)
  assert.equal(log.startOffset, 10)
})

test('a record from the future keeps its segment and all behind it', async () => {
  const fixture = await LogFixture.open({
    settings: { segmentBytes: batchBytes, retentionMs: 1000, timestampAfterMaxMs: Number.POSITIVE_INFINITY },
  })
  const log = fixture.log()
  const now = fixture.time.now()
  for (const timestamp of [now - 5000, now + 86_400_000, now - 5000]) await append(fixture, log, batch(timestamp))
  assert.equal(log.deleteOldSegments(), 1)
  assert.equal(log.deleteOldSegments(), 0)
})

test('the active segment goes too, and the log goes on where it was', async () => {
  const { fixture, log } = await tenSegments({ settings: { retentionMs: 1000 } })
  await fixture.time.advance(2000)
  assert.equal(log.deleteOldSegments(), 10)
  assert.deepEqual([log.startOffset, log.endOffset, log.segmentCount(), log.sizeInBytes()], [100, 100, 1, 0])
  assert.equal(log.deleteOldSegments(), 0)
  assert.equal((await append(fixture, log, batch(fixture.time.now()))).baseOffset, 100)
  await fixture.directory.close()
  const again = await LogFixture.open({ disk: fixture.disk })
  assert.deepEqual([again.log().startOffset, again.log().endOffset], [100, 110])
})

test('without delete in the policy only what lies below the log start goes', async () => {
  const { log } = await tenSegments({ settings: { retentionMs: 1, retentionBytes: 0, deletes: false } })
  assert.equal(log.deleteOldSegments(), 0)
  await log.advanceStartOffset(35)
  assert.equal(log.deleteOldSegments(), 3)
  assert.equal(log.startOffset, 35)
})

test('deleted files are renamed at once and unlinked after file.delete.delay.ms', async () => {
  const { fixture, log } = await tenSegments({ settings: { retentionBytes: batchBytes, fileDeleteDelayMs: 60_000 } })
  log.deleteOldSegments()
  assert.ok(names(fixture).includes('00000000000000000000.log.deleted'))
  assert.ok(!names(fixture).includes('00000000000000000000.log'))
  assert.ok(!names(fixture).includes('00000000000000000010.snapshot'))
  await fixture.time.advance(59_999)
  assert.ok(names(fixture).includes('00000000000000000080.index.deleted'))
  await fixture.time.advance(1)
  assert.ok(!names(fixture).some((name) => name.endsWith('.deleted')))
})

test('what was renamed and not unlinked is gone after a restart', async () => {
  const { fixture, log } = await tenSegments({ settings: { retentionBytes: batchBytes } })
  log.deleteOldSegments()
  fixture.directory.abandon()
  const again = await LogFixture.open({ disk: fixture.disk })
  assert.equal(again.log().startOffset, 90)
  assert.ok(!names(again).some((name) => name.endsWith('.deleted')))
})

test('the directory looks after retention by itself', async () => {
  const { fixture, log } = await tenSegments({
    settings: { retentionBytes: batchBytes },
    config: { retentionCheckIntervalMs: 300_000, initialTaskDelayMs: 30_000 },
  })
  await fixture.time.advance(29_000)
  assert.equal(log.startOffset, 0)
  await fixture.time.advance(2000)
  assert.equal(log.startOffset, 90)
})

test('retention reaches logs that nobody has used since the start', async () => {
  const { fixture } = await tenSegments()
  await fixture.directory.close()
  const touched: string[] = []
  const again: LogFixture = await LogFixture.open({
    disk: fixture.disk,
    time: fixture.time,
    settings: { retentionBytes: batchBytes },
    options: {
      touch: (topic, partition) => {
        touched.push(`${topic}-${partition}`)
        again.log(topic, partition)
      },
    },
  })
  assert.equal(await again.directory.routines.applyRetention(), 9)
  assert.deepEqual(touched, ['orders-0'])
  assert.equal(again.log().startOffset, 90)
})

test('nothing goes by its age while the clock is not to be trusted', async () => {
  const { fixture, log } = await tenSegments({ settings: { retentionMs: 86_400_000 } })
  await fixture.time.advance(31_000)
  fixture.time.jumpWallClock(365 * 86_400_000)
  await fixture.time.advance(300_000)
  assert.equal(log.startOffset, 0)
  fixture.time.jumpWallClock(-365 * 86_400_000)
  await fixture.time.advance(300_000)
  assert.equal(log.startOffset, 0)
  fixture.time.jumpWallClock(365 * 86_400_000)
  await fixture.time.advance(1_200_000)
  assert.equal(log.startOffset, 100)
})

test('DeleteRecords raises the start, within a batch too, and it stays there after a kill', async () => {
  const { fixture, log } = await tenSegments()
  await log.advanceStartOffset(47)
  assert.equal(log.startOffset, 47)
  await log.advanceStartOffset(12)
  assert.equal(log.startOffset, 47)
  await assert.rejects(log.advanceStartOffset(101), (error) => error instanceof KafkaError && error.code === 'OFFSET_OUT_OF_RANGE')
  fixture.directory.abandon()
  const again = await LogFixture.open({ disk: fixture.disk })
  assert.equal(again.log().startOffset, 47)
  assert.equal(again.disk.readFile('/data/log-start-offset-checkpoint').toString(), '0\n1\norders 0 47\n')
})

test('a log start at a segment needs no checkpoint any more', async () => {
  const { fixture, log } = await tenSegments()
  await log.advanceStartOffset(40)
  assert.equal(log.deleteOldSegments(), 4)
  await fixture.directory.close()
  assert.equal(fixture.disk.readFile('/data/log-start-offset-checkpoint').toString(), '0\n0\n')
  const again = await LogFixture.open({ disk: fixture.disk })
  assert.equal(again.log().startOffset, 40)
})

test('epochs follow the start of the log', async () => {
  const fixture = await LogFixture.open({ settings: { segmentBytes: batchBytes } })
  const log = fixture.log()
  for (const leaderEpoch of [1, 1, 2, 5]) await append(fixture, log, batch(0), { leaderEpoch, origin: 'client' })
  await log.advanceStartOffset(15)
  assert.deepEqual([log.epochAt(14), log.epochAt(15), log.epochAt(25), log.epochAt(39)], [-1, 1, 2, 5])
  assert.deepEqual(log.endOfEpoch(1), { epoch: 1, endOffset: 20 })
  assert.deepEqual(log.endOfEpoch(4), { epoch: 2, endOffset: 30 })
  assert.deepEqual(log.endOfEpoch(5), { epoch: 5, endOffset: 40 })
})

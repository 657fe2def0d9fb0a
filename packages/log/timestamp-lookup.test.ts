import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { codecs } from '@odradek/protocol/compression'
import { append, batchWith, LogFixture } from './log-fixture.ts'

test('the first record at or after a time is found, whatever the order of times, the codec and the segments', async () => {
  const records = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 })
  const batches = fc.array(fc.tuple(records, fc.constantFrom(...codecs)), { minLength: 1, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.constantFrom(300, 2000, 1_000_000),
      fc.constantFrom(0, 200, 4096),
      fc.boolean(),
      async (given, segmentBytes, indexIntervalBytes, reopens) => {
        const settings = { segmentBytes: Math.max(segmentBytes, 400), indexIntervalBytes, timestampAfterMaxMs: Number.POSITIVE_INFINITY }
        let fixture = await LogFixture.open({ settings })
        const timestamps: number[] = []
        for (const [times, codec] of given) {
          await append(
            fixture,
            fixture.log(),
            batchWith(
              times.map((time) => ({ value: Buffer.alloc(20), timestamp: 1000 + time })),
              { codec },
            ),
          )
          timestamps.push(...times.map((time) => 1000 + time))
        }
        if (reopens) {
          await fixture.directory.close()
          fixture = await LogFixture.open({ disk: fixture.disk, settings })
        }
        const log = fixture.log()
        for (let time = 999; time <= 1051; time += 4) {
          const offset = timestamps.findIndex((timestamp) => timestamp >= time)
          const expected = offset < 0 ? undefined : { offset, timestamp: timestamps[offset], leaderEpoch: 0 }
          assert.deepEqual(await log.findByTimestamp(time, log.endOffset), expected)
          if (offset >= 0) assert.equal(await log.findByTimestamp(time, offset), undefined)
        }
        const largest = Math.max(...timestamps)
        assert.deepEqual(await log.findMaxTimestamp(log.endOffset), {
          offset: timestamps.indexOf(largest),
          timestamp: largest,
          leaderEpoch: 0,
        })
        await fixture.directory.close()
      },
    ),
    { numRuns: 40 },
  )
})

test('records below the start of the log are not found', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  await append(fixture, log, batchWith([10, 20, 30, 40].map((timestamp) => ({ timestamp }))))
  await log.advanceStartOffset(2)
  assert.equal((await log.findByTimestamp(5, 4))?.offset, 2)
})

test('an empty log has no times', async () => {
  const fixture = await LogFixture.open()
  assert.equal(await fixture.log().findByTimestamp(0, 0), undefined)
  assert.equal(await fixture.log().findMaxTimestamp(0), undefined)
})

test('with LogAppendTime the time of the batch is that of all its records', async () => {
  const fixture = await LogFixture.open({ settings: { stampsLogAppendTime: true } })
  const log = fixture.log()
  const now = fixture.time.now()
  await append(fixture, log, batchWith([{ timestamp: 1 }, { timestamp: 2 }]))
  await fixture.time.advance(1000)
  await append(fixture, log, batchWith([{ timestamp: 3 }, { timestamp: 4 }]))
  assert.deepEqual(await log.findByTimestamp(now + 1, 4), { offset: 2, timestamp: now + 1000, leaderEpoch: 0 })
  assert.deepEqual(await log.findMaxTimestamp(4), { offset: 2, timestamp: now + 1000, leaderEpoch: 0 })
})

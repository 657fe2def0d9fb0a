import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { JoinTime } from './join-time.ts'
import { header, progress, total } from './report.ts'

const date = (ms: number): string => `t${ms}`
const megabyte = 1024 * 1024

test('the line at the end has rates of the whole time, and of the time without waiting for partitions', () => {
  const reading = { startMs: 1_000, endMs: 3_000, records: 10_000, bytes: 4 * megabyte, joinMs: 500 }
  assert.equal(header(false).split(', ').length, total(reading, date).split(', ').length)
  assert.equal(total(reading, date), 't1000, t3000, 4.0000, 2.0000, 10000, 5000.0000, 500, 1500, 2.6667, 6666.6667')
})

test('a line on the way has what was read until then, and how fast since the line before', () => {
  const now = { startMs: 1_000, endMs: 2_000, records: 10_000, bytes: 4 * megabyte, joinMs: 0 }
  assert.equal(header(true).split(', ').length, progress(now, { records: 0, bytes: 0 }, date).split(', ').length)
  assert.equal(
    progress(now, { records: 9_000, bytes: megabyte }, date),
    't2000, 0, 4.0000, 3.0000, 10000, 1000.0000, 0, 1000, 3.0000, 1000.0000',
  )
  assert.equal(
    progress({ ...now, joinMs: 1_000 }, { records: 0, bytes: 0 }, date),
    't2000, 0, 4.0000, 4.0000, 10000, 10000.0000, 1000, 0, 0.0000, 0.0000',
  )
})

test('without time to measure rates are what Java makes of a division by nothing', () => {
  assert.equal(total({ startMs: 5, endMs: 5, records: 0, bytes: 0, joinMs: 0 }, date), 't5, t5, 0.0000, NaN, 0, NaN, 0, 0, NaN, NaN')
})

test('only a consumer without any partition waits for some', async () => {
  const time = new VirtualTime()
  const joinTime = new JoinTime(time)
  const [one, other] = [[{ topic: 't', partition: 0 }], [{ topic: 't', partition: 1 }]]
  await time.advance(30)
  joinTime.onPartitionsAssigned(one)
  await time.advance(100)
  joinTime.onPartitionsAssigned(other)
  joinTime.onPartitionsRevoked(one)
  await time.advance(100)
  joinTime.onPartitionsAssigned(one)
  assert.equal(joinTime.totalMs, 30)
  joinTime.roundMs = 0
  joinTime.onPartitionsRevoked([...one, ...other])
  await time.advance(7)
  joinTime.onPartitionsAssigned(one)
  assert.deepEqual([joinTime.totalMs, joinTime.roundMs], [37, 7])
})

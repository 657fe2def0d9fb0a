import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LagHistory } from './lag-history.ts'

const row = (end: number, committed: number) => ({ group: 'g', topic: 't', partition: undefined, end, committed, lag: end - committed })

test('a group that reads faster than is written catches up, and when is said', () => {
  const history = new LagHistory()
  assert.equal(history.add(row(1000, 0), 0).caughtUpMs, undefined)
  assert.deepEqual(history.add(row(1100, 300), 10_000), { producedPerSecond: 10, consumedPerSecond: 30, caughtUpMs: 40_000 })
})

test('a group that does not gain never catches up', () => {
  const history = new LagHistory()
  history.add(row(1000, 0), 0)
  assert.equal(history.add(row(1100, 50), 10_000).caughtUpMs, undefined)
  assert.equal(history.add(row(1100, 1100), 20_000).caughtUpMs, 0)
})

test('what was seen more than half a minute ago counts no more', () => {
  const history = new LagHistory()
  history.add(row(0, 0), 0)
  history.add(row(1000, 1000), 20_000)
  assert.equal(history.add(row(1000, 1000), 40_000).producedPerSecond, 0)
})

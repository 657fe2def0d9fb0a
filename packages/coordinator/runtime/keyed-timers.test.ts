import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { KeyedTimers } from './keyed-timers.ts'

function timers() {
  const time = new VirtualTime()
  const fired: string[] = []
  const keyed = new KeyedTimers<string>(time, time, (event) => fired.push(`${time.monotonic()} ${event}`))
  return { time, fired, keyed }
}

test('a session that is moved on by heartbeats ends one timeout after the last of them', async () => {
  const { time, fired, keyed } = timers()
  keyed.schedule('session/a', 10_000, 'a expired')
  for (let heartbeat = 0; heartbeat < 5; heartbeat++) {
    await time.advance(3_000)
    keyed.schedule('session/a', 10_000, 'a expired')
  }
  await time.advance(30_000)
  assert.deepEqual(fired, ['25000 a expired'])
  assert.equal(keyed.size, 0)
  assert.equal(time.pendingTimers, 0)
})

test('one that is moved to an earlier time rings then, and once', async () => {
  const { time, fired, keyed } = timers()
  keyed.schedule('join', 10_000, 'late')
  keyed.schedule('join', 2_000, 'early')
  await time.advance(20_000)
  assert.deepEqual(fired, ['2000 early'])
})

test('what is called off does not happen', async () => {
  const { time, fired, keyed } = timers()
  keyed.schedule('a', 1_000, 'a')
  keyed.schedule('b', 1_000, 'b')
  keyed.cancel('a')
  keyed.cancel('never scheduled')
  await time.advance(5_000)
  assert.deepEqual(fired, ['1000 b'])
  keyed.schedule('c', 1_000, 'c')
  keyed.clear()
  await time.advance(5_000)
  assert.deepEqual(fired, ['1000 b'])
  assert.equal(time.pendingTimers, 0)
})

test('those due at the same time come in the order in which they were scheduled', async () => {
  const { time, fired, keyed } = timers()
  for (const name of ['c', 'a', 'b']) keyed.schedule(name, 1_000, name)
  await time.advance(1_000)
  assert.deepEqual(fired, ['1000 c', '1000 a', '1000 b'])
})

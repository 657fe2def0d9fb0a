import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from './virtual-time.ts'

test('timers run in the order in which they are due, and at one moment in the order in which they were asked for', async () => {
  const time = new VirtualTime()
  const seen: string[] = []
  const note = (name: string) => () => seen.push(`${name}@${time.monotonic()}`)
  time.after(20, note('late'))
  time.after(10, note('first'))
  time.after(10, note('second'))
  time.after(30, note('never'))
  await time.advance(25)
  assert.deepEqual(seen, ['first@10', 'second@10', 'late@20'])
  assert.equal(time.monotonic(), 25)
  assert.equal(time.pendingTimers, 1)
})

test('a timer that another timer sets still runs within the same advance', async () => {
  const time = new VirtualTime()
  const seen: number[] = []
  const tick = (): void => {
    seen.push(time.monotonic())
    time.after(10, tick)
  }
  time.after(10, tick)
  await time.advance(35)
  assert.deepEqual(seen, [10, 20, 30])
})

test('a cancelled timer never runs, whenever and however often it is cancelled', async () => {
  const time = new VirtualTime()
  const seen: string[] = []
  const a = time.after(5, () => seen.push('a'))
  const b = time.after(6, () => seen.push('b'))
  time.after(5, () => b.cancel())
  a.cancel()
  a.cancel()
  await time.advance(10)
  b.cancel()
  assert.deepEqual(seen, [])
  assert.equal(time.pendingTimers, 0)
})

test('promises and ends of turns that a timer causes are done before the next timer runs', async () => {
  const time = new VirtualTime()
  const seen: string[] = []
  time.after(1, () => {
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => {
        seen.push('promise')
        time.endOfTurn(() => seen.push('end of turn'))
      })
  })
  time.after(2, () => seen.push('next timer'))
  await time.advance(2)
  assert.deepEqual(seen, ['promise', 'end of turn', 'next timer'])
})

test('an error in one end-of-turn action does not keep the others from running', async () => {
  const time = new VirtualTime()
  const seen: string[] = []
  time.endOfTurn(() => {
    throw new Error('first')
  })
  time.endOfTurn(() => seen.push('second'))
  await assert.rejects(time.runTurn(), /first/)
  assert.deepEqual(seen, ['second'])
})

test('a jump of the wall clock moves dates and no time-outs', async () => {
  const time = new VirtualTime({ nowMs: 1_000_000 })
  let fired = 0
  time.after(100, () => fired++)
  time.jumpWallClock(-3_600_000)
  await time.advance(99)
  assert.equal(time.now(), 1_000_000 - 3_600_000 + 99)
  assert.equal(fired, 0)
  await time.advance(1)
  assert.equal(fired, 1)
})

test('dates are whole milliseconds after a delay with a fraction, as a back-off with jitter has', async () => {
  const time = new VirtualTime({ nowMs: 1_000_000 })
  let date = 0
  time.after(88.548, () => (date = time.now()))
  await time.advance(100)
  assert.equal(date, 1_000_088)
})

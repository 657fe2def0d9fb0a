import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BrokerTime } from './broker-time.ts'

test('a clock that is moved ahead is so much ahead, and its timers have run', async () => {
  const time = new BrokerTime()
  const seen: string[] = []
  time.after(86_400_000, () => seen.push('day'))
  time.after(3_600_000, () => seen.push('hour'))
  time.after(2 * 86_400_000, () => seen.push('later'))
  const before = time.now()
  await time.advance(86_400_000 + 60_000)
  assert.deepEqual(seen, ['hour', 'day'])
  assert(time.now() - before >= 86_460_000)
  assert.equal(time.pendingTimers, 1)
  time.stop()
})

test('what one timer leads to, another one for example, has run too', async () => {
  const time = new BrokerTime()
  const seen: string[] = []
  time.after(10_000, () => {
    seen.push('session')
    void Promise.resolve().then(() => time.after(30_000, () => seen.push('rebalance')))
  })
  await time.advance(60_000)
  assert.deepEqual(seen, ['session', 'rebalance'])
})

test('what is due every second does not run 86,400 times when a day is skipped', async () => {
  const time = new BrokerTime()
  let runs = 0
  const again = (): void => {
    runs++
    time.after(1000, again)
  }
  time.after(1000, again)
  await time.advance(86_400_000)
  assert(runs > 50 && runs < 150, `${runs} times`)
  time.stop()
})

test('a timer is due by the clock of the machine, where nobody moves it, and one that is called off is not', async () => {
  const time = new BrokerTime()
  const seen: string[] = []
  const off = time.after(1, () => seen.push('off'))
  await new Promise<void>((resolve) => {
    // Timers do not keep a process alive; the test does.
    const alive = setInterval(() => undefined, 1000)
    time.after(5, () => {
      clearInterval(alive)
      resolve()
    })
    off.cancel()
  })
  assert.deepEqual(seen, [])
})

test('those who move it at once move it one after the other', async () => {
  const time = new BrokerTime()
  const before = time.monotonic()
  await Promise.all([time.advance(1_000_000), time.advance(1_000_000)])
  assert(time.monotonic() - before >= 2_000_000)
})

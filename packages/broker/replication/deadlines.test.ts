import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { Deadline, Deadlines } from './deadlines.ts'

class Noted extends Deadline {
  readonly #name: string
  readonly #log: string[]
  constructor(name: string, log: string[]) {
    super()
    this.#name = name
    this.#log = log
  }
  override expired(): void {
    this.#log.push(this.#name)
  }
}

function setUp(): { time: VirtualTime; deadlines: Deadlines; log: string[] } {
  const time = new VirtualTime()
  return { time, deadlines: new Deadlines({ clock: time, timer: time }), log: [] }
}

test('time-outs of different lengths end in the order in which they are due', async () => {
  const { time, deadlines, log } = setUp()
  deadlines.add(new Noted('30 s', log), 30_000)
  deadlines.add(new Noted('500 ms', log), 500)
  await time.advance(400)
  deadlines.add(new Noted('500 ms, later', log), 500)
  await time.advance(200)
  assert.deepEqual(log, ['500 ms'])
  await time.advance(40_000)
  assert.deepEqual(log, ['500 ms', '500 ms, later', '30 s'])
  assert.equal(deadlines.size, 0)
})

test('one that was removed never ends, and those around it do', async () => {
  const { time, deadlines, log } = setUp()
  const middle = new Noted('middle', log)
  deadlines.add(new Noted('first', log), 100)
  deadlines.add(middle, 100)
  deadlines.add(new Noted('last', log), 100)
  deadlines.remove(middle)
  deadlines.remove(middle)
  assert.equal(deadlines.size, 2)
  await time.advance(100)
  assert.deepEqual(log, ['first', 'last'])
})

test('ten thousand waiting requests use one timer, and none when they are gone', async () => {
  const { time, deadlines, log } = setUp()
  const waiting = Array.from({ length: 10_000 }, (_, index) => new Noted(`${index}`, log))
  for (const one of waiting) deadlines.add(one, 30_000)
  assert.equal(time.pendingTimers, 1)
  for (const one of waiting) deadlines.remove(one)
  await time.advance(30_001)
  assert.equal(time.pendingTimers, 0)
  assert.deepEqual(log, [])
})

test('who asks again while being told is told again', async () => {
  const { time, deadlines } = setUp()
  let times = 0
  class Again extends Deadline {
    override expired(): void {
      if (++times < 3) deadlines.add(this, 100)
    }
  }
  deadlines.add(new Again(), 100)
  await time.advance(1000)
  assert.equal(times, 3)
})

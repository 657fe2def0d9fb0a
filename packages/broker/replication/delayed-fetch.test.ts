import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { Deadlines } from './deadlines.ts'
import { DelayedFetch, FetchWaiters } from './delayed-fetch.ts'
import type { FetchablePartition, WantedRange } from './delayed-fetch.ts'

/** One byte a record: a reader at 3 of a log with high watermark 10 can get 7 bytes. */
class FakePartition implements FetchablePartition {
  readonly fetchWaiters = new FetchWaiters()
  #highWatermark = 0
  leads = true

  readableBytes(wanted: WantedRange, _reader: string, enough: number): number | undefined {
    return this.leads ? Math.min(enough, Math.max(0, this.#highWatermark - wanted.fetchOffset)) : undefined
  }

  moveTo(highWatermark: number): void {
    this.#highWatermark = highWatermark
    this.fetchWaiters.wake()
  }
}

function setUp(minBytes: number) {
  const time = new VirtualTime()
  const deadlines = new Deadlines({ clock: time, timer: time })
  const orders = new FakePartition()
  const payments = new FakePartition()
  const fetch = new DelayedFetch({ deadlines, minBytes, reader: 'read-uncommitted' })
  fetch.watch(orders, { fetchOffset: 0, maxBytes: 100 })
  fetch.watch(payments, { fetchOffset: 0, maxBytes: 100 })
  const connection = new AbortController()
  let answered = false
  const waiting = fetch.wait(500, connection.signal).then(() => {
    answered = true
  })
  return { time, deadlines, orders, payments, connection, waiting, isAnswered: () => answered }
}

test('a fetch waits until all its partitions together hold enough', async () => {
  const { time, deadlines, orders, payments, isAnswered } = setUp(10)
  orders.moveTo(6)
  await time.runTurn()
  assert.equal(isAnswered(), false)
  payments.moveTo(4)
  await time.runTurn()
  assert.equal(isAnswered(), true)
  assert.equal(orders.fetchWaiters.size + payments.fetchWaiters.size + deadlines.size, 0)
})

test('a fetch is answered when its time is over, with whatever there is', async () => {
  const { time, orders, payments, isAnswered } = setUp(10)
  orders.moveTo(6)
  await time.advance(498)
  assert.equal(isAnswered(), false)
  await time.advance(2)
  assert.equal(isAnswered(), true)
  assert.equal(orders.fetchWaiters.size + payments.fetchWaiters.size, 0)
})

test('a fetch learns at once that a partition has lost its leader', async () => {
  const { time, payments, isAnswered } = setUp(10)
  payments.leads = false
  payments.fetchWaiters.wake()
  await time.runTurn()
  assert.equal(isAnswered(), true)
})

test('a client that goes away leaves nothing behind', async () => {
  const { deadlines, orders, payments, connection, waiting } = setUp(10)
  connection.abort()
  await waiting
  assert.equal(orders.fetchWaiters.size + payments.fetchWaiters.size + deadlines.size, 0)
})

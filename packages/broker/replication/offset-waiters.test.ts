import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import type { ErrorName } from '@odradek/protocol'
import { Deadlines } from './deadlines.ts'
import { DelayedProduce } from './delayed-produce.ts'
import { OffsetWaiters } from './offset-waiters.ts'

function setUp() {
  const time = new VirtualTime()
  const errors: ErrorName[] = []
  return {
    time,
    deadlines: new Deadlines({ clock: time, timer: time }),
    errors,
    answer: { fail: (error: ErrorName) => errors.push(error) },
  }
}

function isSettled(request: DelayedProduce): Promise<boolean> {
  return Promise.race([request.settled(true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])
}

test('a request is answered when the mark has passed its last record in every partition', async () => {
  const { deadlines, answer, errors } = setUp()
  const orders = new OffsetWaiters()
  const payments = new OffsetWaiters()
  const request = new DelayedProduce(deadlines)
  request.waitFor(orders, 9, answer)
  request.waitFor(payments, 4, answer)
  orders.passed(10)
  payments.passed(4)
  assert.equal(await isSettled(request), false)
  payments.passed(5)
  assert.equal(await isSettled(request), true)
  assert.deepEqual(errors, [])
})

test('one move of the mark answers all below it and nobody else', async () => {
  const { deadlines, answer } = setUp()
  const waiters = new OffsetWaiters()
  const requests = [2, 5, 3, 9].map((offset) => {
    const request = new DelayedProduce(deadlines)
    request.waitFor(waiters, offset, answer)
    return request
  })
  waiters.passed(6)
  assert.deepEqual(await Promise.all(requests.map(isSettled)), [true, true, true, false])
  assert.equal(waiters.size, 1)
})

test('a request that runs out of time says so for the partitions it still waits for, and leaves their lists', async () => {
  const { time, deadlines, answer, errors } = setUp()
  const orders = new OffsetWaiters()
  const payments = new OffsetWaiters()
  const request = new DelayedProduce(deadlines)
  request.waitFor(orders, 1, answer)
  request.waitFor(payments, 1, answer)
  request.expireAfter(1000)
  orders.passed(2)
  await time.advance(1000)
  assert.equal(await isSettled(request), true)
  assert.deepEqual(errors, ['REQUEST_TIMED_OUT'])
  assert.equal(payments.size, 0)
})

test('records that a disk refused fail their requests, earlier ones stay', async () => {
  const { deadlines, answer, errors } = setUp()
  const waiters = new OffsetWaiters()
  const [early, late] = [new DelayedProduce(deadlines), new DelayedProduce(deadlines)]
  early.waitFor(waiters, 4, answer)
  late.waitFor(waiters, 5, answer)
  waiters.fail(5, 'KAFKA_STORAGE_ERROR')
  assert.equal(await isSettled(early), false)
  assert.equal(await isSettled(late), true)
  assert.deepEqual(errors, ['KAFKA_STORAGE_ERROR'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BoundedQueue } from './bounded-queue.ts'
import { Deferred } from './deferred.ts'
import { Mutex } from './mutex.ts'

test('a deferred promise keeps its first answer', async () => {
  const deferred = new Deferred<number>()
  assert.equal(deferred.isSettled, false)
  deferred.resolve(1)
  deferred.resolve(2)
  deferred.reject(new Error('late'))
  assert.equal(deferred.isSettled, true)
  assert.equal(await deferred.promise, 1)
})

test('a mutex lets one at a time through, in the order of asking, also after a failure', async () => {
  const mutex = new Mutex()
  const seen: string[] = []
  const enter = (name: string, gate: Promise<void>) =>
    mutex.run(async () => {
      seen.push(`${name} in`)
      await gate
      seen.push(`${name} out`)
      return name
    })
  const gate = new Deferred<void>()
  const first = enter('a', gate.promise)
  const failing = mutex.run(() => {
    seen.push('b')
    throw new Error('b failed')
  })
  const third = enter('c', Promise.resolve())
  assert.equal(mutex.isHeld, true)
  gate.resolve()
  await assert.rejects(failing, /b failed/)
  assert.deepEqual([await first, await third], ['a', 'c'])
  assert.deepEqual(seen, ['a in', 'a out', 'b', 'c in', 'c out'])
  assert.equal(mutex.isHeld, false)
})

test('a mutex that is being handed on cannot be taken by somebody new', async () => {
  const mutex = new Mutex()
  let inside = 0
  const enter = () =>
    mutex.run(async () => {
      assert.equal(++inside, 1)
      await Promise.resolve()
      inside--
    })
  const first = enter()
  const second = enter()
  await first
  await Promise.all([second, enter(), enter()])
})

test('a full queue refuses, and keeps the order of what it took', () => {
  const queue = new BoundedQueue<number>(3)
  assert.deepEqual(
    [1, 2, 3, 4].map((item) => queue.offer(item)),
    [true, true, true, false],
  )
  assert.deepEqual([queue.poll(), queue.poll()], [1, 2])
  assert.deepEqual(
    [5, 6, 7].map((item) => queue.offer(item)),
    [true, true, false],
  )
  assert.deepEqual([queue.poll(), queue.poll(), queue.poll(), queue.poll()], [3, 5, 6, undefined])
  assert.throws(() => new BoundedQueue(0), /at least one/)
})

test('the taker of a queue waits for what comes and ends when it was closed and is empty', async () => {
  const queue = new BoundedQueue<string>(2)
  const taken: string[] = []
  const taking = (async () => {
    for await (const item of queue) taken.push(item)
  })()
  queue.offer('a')
  await Promise.resolve()
  queue.offer('b')
  await Promise.resolve()
  await Promise.resolve()
  queue.offer('c')
  queue.close()
  assert.equal(queue.offer('late'), false)
  await taking
  assert.deepEqual(taken, ['a', 'b', 'c'])
})

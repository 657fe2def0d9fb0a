import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MemoryQueue } from './memory-queue.ts'
import type { MemoryClaim } from './memory-queue.ts'

test('whatever is asked for, there is never more given out than allowed, and all get it in the order of asking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 40 }), async (wanted) => {
      const queue = new MemoryQueue(100)
      const served: number[] = []
      const work = wanted.map(async (bytes, index) => {
        const claim = await queue.claim(bytes)
        served.push(index)
        assert.ok(queue.usedBytes <= 100, `${queue.usedBytes} bytes`)
        await Promise.resolve()
        claim.shrinkTo(Math.floor(bytes / 2))
        for (let turns = 0; turns < bytes % 7; turns++) await Promise.resolve()
        claim.release()
        claim.release()
      })
      await Promise.all(work)
      assert.deepEqual(
        served,
        wanted.map((_, index) => index),
      )
      assert.deepEqual([queue.usedBytes, queue.waiting], [0, 0])
    }),
  )
})

test('who wants more than there is gets it when nobody else has any', async () => {
  const queue = new MemoryQueue(10)
  const small = await queue.claim(1)
  let large: MemoryClaim | undefined
  const asked = queue.claim(11).then((claim) => (large = claim))
  await Promise.resolve()
  assert.equal(large, undefined)
  small.release()
  await asked
  assert.equal(queue.usedBytes, 11)
})

test('a small claim does not overtake a large one that waits, but one that comes back does', async () => {
  const queue = new MemoryQueue(10)
  const held = await queue.claim(6)
  const order: string[] = []
  const ask = async (name: string, bytes: number, first = false): Promise<void> => {
    const claim = await queue.claim(bytes, { first })
    order.push(name)
    claim.release()
  }
  const all = [ask('large', 8), ask('small', 1), ask('again', 9, true)]
  await Promise.resolve()
  assert.equal(queue.waiting, 3)
  held.release()
  await Promise.all(all)
  assert.deepEqual(order, ['again', 'large', 'small'])
})

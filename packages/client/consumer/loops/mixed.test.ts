import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from '../consumer-fixture.ts'
import { Scene } from '../scene/scene.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))
const group = { groupId: 'g', autoOffsetReset: 'earliest' } as const

test('poll() after a loop that was left with break goes on, and gives no more than max.poll.records', async () => {
  // Found by hand: what the loop gave back of two partitions was more than the rest of what a poll may give, and poll asked for it for ever, in one turn.
  const scene = new Scene({ t: 2 })
  for (const partition of [0, 1]) scene.logs.append(`t-${partition}`, batchOf(numbers(0, 60)))
  const consumer = scene.consumer({ ...group, maxPollRecords: 7 })
  consumer.subscribe(['t'])
  const seen = { 0: 0, 1: 0 } as Record<number, number>
  for (let round = 0; round < 40 && seen[0]! + seen[1]! < 120; round++) {
    const left = async (): Promise<void> => {
      for await (const batch of consumer.batches()) {
        // The batch at which it is left comes again.
        assert.equal(batch.firstOffset, seen[batch.partition])
        break
      }
    }
    await scene.until(left())
    const polled = await scene.until(consumer.poll(100))
    assert.ok(polled.reduce((sum, { count }) => sum + count, 0) <= 7)
    for (const batch of polled) {
      assert.equal(batch.firstOffset, seen[batch.partition])
      assert.deepEqual(
        [...batch].map(({ offset }) => offset),
        numbers(batch.firstOffset, batch.nextOffset).map(Number),
      )
      seen[batch.partition] = batch.nextOffset
    }
  }
  assert.deepEqual(seen, { 0: 60, 1: 60 })
  await scene.until(consumer.commit())
  await scene.until(consumer.close())
  assert.deepEqual(scene.committed, { 't-0': 60, 't-1': 60 })
})

test('what a loop gave back comes in parts that are one behind the other, over batches and their leader epochs', async () => {
  const scene = new Scene({ t: 1, u: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 5)))
  scene.logs.log('t-0').leaderEpoch = 3
  scene.logs.append('t-0', batchOf(numbers(0, 10)))
  for (let i = 0; i < 20; i++) scene.logs.append('u-0', batchOf(numbers(0, 2)))
  const consumer = scene.consumer({ autoOffsetReset: 'earliest', maxPollRecords: 10 })
  consumer.assign(['t', 'u'].map((topic) => ({ topic, partition: 0 })))
  const left = async (topic: string): Promise<void> => {
    for await (const batch of consumer.batches()) if (batch.topic === topic) break
  }
  await scene.until(left('t'))
  const seen: number[] = []
  for (let round = 0; round < 20 && seen.length < 15; round++) {
    for (const batch of await scene.until(consumer.poll(100))) {
      if (batch.topic === 't')
        for (const { offset, leaderEpoch } of batch) {
          seen.push(offset)
          assert.equal(leaderEpoch, offset < 5 ? 0 : 3)
        }
    }
  }
  assert.deepEqual(seen, numbers(0, 15).map(Number))
  await scene.until(consumer.close())
})

test('a loop that is left in the middle of what another loop gave back gives all of it back', async () => {
  const scene = new Scene({ t: 1 })
  scene.logs.append('t-0', batchOf(numbers(0, 60)))
  const consumer = scene.consumer({ ...group, maxPollRecords: 20 })
  consumer.assign([{ topic: 't', partition: 0 }])
  const seen: number[] = []
  const next = async (count: number): Promise<void> => {
    for await (const { offset } of consumer.records()) {
      if (count-- === 0) break
      seen.push(offset)
    }
  }
  await scene.until(next(3))
  const iterator = consumer.batches()[Symbol.asyncIterator]()
  const { value: batch } = await scene.until(iterator.next())
  assert.deepEqual([batch?.firstOffset, batch?.nextOffset], [3, 20])
  await scene.until(iterator.return!())
  const [polled] = await scene.until(consumer.poll(100))
  assert.deepEqual([polled?.firstOffset, polled?.nextOffset], [3, 20])
  await scene.until(next(39))
  assert.deepEqual(seen, [...numbers(0, 3), ...numbers(20, 59)].map(Number))
  await scene.until(consumer.close())
})

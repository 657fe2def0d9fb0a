import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from './consumer-fixture.ts'
import { Scene } from './scene/scene.ts'

test('position() within onPartitionsAssigned answers, and what the listener commits without asking is where reading begins', async () => {
  // Found by hand: the position was not looked up before the listener was done, and the listener waited for the position.
  const scene = new Scene({ t: 2 })
  for (const name of ['t-0', 't-1']) scene.logs.append(name, batchOf(['a', 'b', 'c', 'd']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest' })
  const positions: number[] = []
  consumer.subscribe(['t'], {
    onPartitionsAssigned: async () => {
      positions.push(await consumer.position({ topic: 't', partition: 0 }))
      await consumer.commit([{ topic: 't', partition: 1, offset: 2 }])
    },
  })
  const first: Record<number, number> = {}
  for (let polls = 0; polls < 4; polls++)
    for (const batch of await scene.until(consumer.poll(200))) first[batch.partition] ??= batch.firstOffset
  assert.deepEqual(positions, [0])
  assert.deepEqual(first, { 0: 0, 1: 2 })
  await scene.until(consumer.close())
})

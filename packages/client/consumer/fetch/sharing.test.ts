import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from '../consumer-fixture.ts'
import { Scene } from '../scene/scene.ts'

test('many quiet partitions of one broker do not keep the records of another from being read', async () => {
  // Found by the simulator, seed 0x3bd: the long poll of the one had all that may be fetched, and had it again as soon as it was over.
  const scene = new Scene({ quiet: 60, busy: 1 })
  const consumer = scene.consumer({ autoOffsetReset: 'earliest' })
  const [cluster] = scene.clusters
  for (let partition = 0; partition < 60; partition++) cluster!.lead('quiet', partition, 1, 1)
  cluster!.lead('busy', 0, 2, 1)
  consumer.assign([...Array.from({ length: 60 }, (_, partition) => ({ topic: 'quiet', partition })), { topic: 'busy', partition: 0 }])
  scene.logs.append('busy-0', batchOf(['a', 'b', 'c']))
  const [batch] = await scene.until(consumer.poll(5_000))
  assert.deepEqual([batch?.topic, batch?.count], ['busy', 3])
  await scene.until(consumer.close())
})

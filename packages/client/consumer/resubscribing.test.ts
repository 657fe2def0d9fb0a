import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from './consumer-fixture.ts'
import { Scene } from './scene/scene.ts'

for (const assignors of [['range'], ['cooperative-sticky']] as const) {
  test(`after another subscribe() nothing comes of topics that are not wanted any more (${assignors.join()})`, async () => {
    const scene = new Scene({ a: 1, b: 1 })
    scene.logs.append('a-0', batchOf(['a0', 'a1', 'a2']))
    scene.logs.append('b-0', batchOf(['b0', 'b1', 'b2']))
    const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', assignors })
    const seen: string[] = []
    const read = async (count: number): Promise<void> => {
      for await (const { topic, offset } of consumer.records()) {
        seen.push(`${topic}${offset}`)
        if (seen.length === count) break
      }
    }
    consumer.subscribe(['a'])
    await scene.until(read(2))
    // What was fetched ahead, and the record in hand, are of a topic that nobody wants.
    consumer.subscribe(['b'])
    await scene.until(read(4))
    assert.deepEqual(seen, ['a0', 'a1', 'b0', 'b1'])
    assert.deepEqual(consumer.assignment(), [{ topic: 'b', partition: 0 }])

    // One who thinks again before the group knows goes on where it was.
    consumer.subscribe(['a'])
    consumer.subscribe(['b'])
    await scene.until(read(6))
    assert.deepEqual(seen.slice(4), ['b1', 'b2'])
    await scene.until(consumer.close())
  })
}

test('the record in hand does not come again while unsubscribe() is under way in the middle of a rebalance', async () => {
  const scene = new Scene({ a: 1 })
  scene.logs.append('a-0', batchOf(['a0', 'a1', 'a2']))
  const consumer = scene.consumer({ groupId: 'g', autoOffsetReset: 'earliest', assignors: ['cooperative-sticky'] })
  consumer.subscribe(['a'])
  const seen: number[] = []
  const { coordinator } = scene.story
  const read = async (): Promise<void> => {
    for await (const { offset } of consumer.records()) {
      seen.push(offset)
      if (offset === 0) {
        // A cooperative member reads on while it joins.
        coordinator.holdBack('JoinGroup')
        consumer.enforceRebalance()
        await scene.pass(100)
      } else if (seen.length === 2) {
        // Leaving commits what is processed, and that takes time here.
        const commit = coordinator.holdBack('OffsetCommit')
        void consumer.unsubscribe()
        setImmediate(() => void scene.pass(1_000).then(commit))
      }
    }
  }
  await assert.rejects(scene.until(read()), { code: 'ODRADEK_STATE' })
  assert.deepEqual(seen, [0, 1])
  await scene.until(consumer.close())
})

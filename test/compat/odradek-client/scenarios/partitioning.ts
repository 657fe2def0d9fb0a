import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { int32, string, topic as topicOf } from '@odradek/client'
import { range } from '../reading.ts'
import { scenario } from '../scenario.ts'
import type { Theme } from '../scenario.ts'

export const partitioning: Theme = {
  theme: 'partitioning',
  scenarios: [
    scenario('`>>> 0` for `& 0x7fffffff`: keys go where Java sends them, on 4 and on 12 partitions', async (at) => {
      const four = await at.topic('four', 4)
      const twelve = await at.topic('twelve', 12)
      await using producer = at.producer()
      const placed = async (topic: string, key: string): Promise<number> => (await producer.send(topic, { key, value: 'v' })).partition
      assert.deepEqual(await Promise.all(['1', '2', '3', '4'].map((key) => placed(four, key))), [3, 0, 3, 1])
      assert.deepEqual(await Promise.all(['1', '2', '3', '4'].map((key) => placed(twelve, key))), [3, 8, 11, 1])
      const positive = (hash: number): number => (hash & 0x7fffffff) % 12
      for (const [key, hash] of [
        ['', 275646681],
        ['21', -973932308],
        ['abc', 479470107],
        ['foobar', -790332482],
        ['a-little-bit-long-string', -985981536],
        ['é한', -1925294992],
      ] as const) {
        assert.equal(await placed(twelve, key), positive(hash), key)
      }
      const numbers = topicOf(twelve, { key: int32, value: string })
      assert.equal((await producer.send(numbers, { key: 1, value: 'v' })).partition, positive(-173113808))
    }),

    scenario('records without a key stay together for a batch, and reach all partitions in time', async (at) => {
      const topic = await at.topic('sticky', 3)
      await using producer = at.producer({ batchSize: 1000 })
      const value = Buffer.alloc(100)
      const sent = await Promise.all(range(2000).map(() => producer.send(topic, { value })))
      const changes = sent.filter(({ partition }, i) => i > 0 && partition !== sent[i - 1]?.partition).length
      assert.equal(new Set(sent.map(({ partition }) => partition)).size, 3)
      assert.ok(changes < 600, `${changes} changes of partition in 2000 records`)
    }),

    scenario('partitioner.ignore.keys spreads records of one key', async (at) => {
      const topic = await at.topic('ignored', 3)
      await using producer = at.producer({ partitionerIgnoreKeys: true, batchSize: 500 })
      const sent = await Promise.all(range(1000).map(() => producer.send(topic, { key: 'same', value: Buffer.alloc(100) })))
      assert.equal(new Set(sent.map(({ partition }) => partition)).size, 3)
    }),

    scenario('an own partitioner decides, and a partition given with the record goes before it', async (at) => {
      const topic = await at.topic('own', 3)
      const asked: unknown[] = []
      await using producer = at.producer({
        partitioner: {
          partition: (name: string, key: Uint8Array | null, _value: Uint8Array | null, { count }: { readonly count: number }) => {
            asked.push([name, key?.length, count])
            return 2
          },
        },
      })
      assert.equal((await producer.send(topic, { key: 'key', value: 'v' })).partition, 2)
      assert.equal((await producer.send(topic, { key: 'key', value: 'v', partition: 1 })).partition, 1)
      assert.deepEqual(asked, [[topic, 3, 3]])
    }),
  ],
}

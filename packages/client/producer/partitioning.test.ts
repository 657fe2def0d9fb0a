import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { int32, int64 } from '../serdes/index.ts'
import { topic } from '../topic.ts'
import { javaPartition, kafkajsLegacy, librdkafkaConsistent, librdkafkaConsistentRandom, roundRobin } from './partitioners/index.ts'
import { PartitionQueue } from './partition-queue.ts'
import { produce } from './producer-fixture.ts'
import { StickyPartition } from './sticky-partition.ts'

const keys = ['1', '2', '3', '4', '', '21', 'abc', 'foobar', 'a-little-bit-long-string', 'é한']
const hashes = [-1993445489, 648968168, -1148165505, 1514888353, 275646681, -973932308, 479470107, -790332482, -985981536, -1925294992]
const four = { count: 4, available: [0, 1, 2, 3] }

test('>>> 0 for & 0x7fffffff: keys come to the partitions that Java gives them, of 4 and of 12', async () => {
  for (const count of [4, 12]) {
    const { cluster, producer, time, close } = produce({}, { orders: Array.from({ length: count }, () => 1) })
    cluster.onProduce = (request) => request.answer()
    const texts = Promise.all(keys.map((key) => producer.send('orders', { key, value: 'v' })))
    const bytes = Promise.all(keys.map((key) => producer.send('orders', { key: Buffer.from(key), value: 'v' })))
    await time.advance(5)
    const expected = hashes.map((hash) => (hash & 0x7fff_ffff) % count)
    assert.deepEqual(
      (await texts).map(({ partition }) => partition),
      expected,
    )
    assert.deepEqual(
      (await bytes).map(({ partition }) => partition),
      expected,
    )
    assert.deepEqual(
      keys.map((key) => javaPartition(Buffer.from(key), count)),
      expected,
    )
    assert.deepEqual(expected.slice(0, 4), count === 4 ? [3, 0, 3, 1] : [3, 8, 11, 1])
    await close()
  }
})

test('keys of typed topics are hashed as they are written', async () => {
  const { cluster, producer, time, close } = produce(
    {},
    { ints: Array.from({ length: 12 }, () => 1), longs: Array.from({ length: 12 }, () => 1) },
  )
  cluster.onProduce = (request) => request.answer()
  const sent = [
    producer.send(topic('ints', { key: int32, value: int32 }), { key: 1, value: 1 }),
    producer.send(topic('longs', { key: int64, value: int32 }), { key: 1, value: 1 }),
  ]
  await time.advance(5)
  assert.deepEqual(
    (await Promise.all(sent)).map(({ partition }) => partition),
    [-173113808, 2100486060].map((hash) => (hash & 0x7fff_ffff) % 12),
  )
  await close()
})

test('partitioner.ignore.keys leaves keys out of it', async () => {
  const { cluster, producer, time, close } = produce({ partitionerIgnoreKeys: true }, { orders: [1, 1, 1, 1] })
  cluster.onProduce = (request) => request.answer()
  const sent = Promise.all(keys.map((key) => producer.send('orders', { key, value: 'v' })))
  await time.advance(5)
  assert.equal(new Set((await sent).map(({ partition }) => partition)).size, 1)
  await close()
})

test('records without a key stay with one partition for a batch, then go to another', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 1000 }, { orders: [1, 1, 1, 1, 1, 1] })
  cluster.onProduce = (request) => request.answer()
  const sent = Promise.all(Array.from({ length: 300 }, () => producer.send('orders', { value: 'x'.repeat(90) })))
  await time.advance(50)
  const partitions = (await sent).map(({ partition }) => partition)
  const changes = partitions.filter((partition, i) => i > 0 && partition !== partitions[i - 1]).length
  assert.ok(changes >= 15 && changes <= 35, `${changes} changes`)
  assert.ok(new Set(partitions).size >= 5)
  await close()
})

test('records without a key avoid partitions without a leader', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 200 }, { orders: [1, -1, 1, -1] })
  cluster.onProduce = (request) => request.answer()
  const sent = Promise.all(Array.from({ length: 100 }, () => producer.send('orders', { value: 'x'.repeat(90) })))
  await time.advance(50)
  assert.deepEqual(new Set((await sent).map(({ partition }) => partition)), new Set([0, 2]))
  await close()
})

test('adaptive: queues 0 3 1 have weights 4 1 3, and are drawn so', () => {
  const home = { name: 'orders', topicId: '', compressionRatio: 1, refusesLarge: false }
  const queues = [0, 3, 1].map((length, partition) => {
    const queue = new PartitionQueue(home, partition)
    queue.batches.length = length
    return queue
  })
  const draws = [0, 0, 0]
  const random = new SeededRandom(7)
  const sticky = new StickyPartition({ batchSize: 1, isAdaptive: true, random, isStalled: () => false })
  for (let i = 0; i < 8000; i++) {
    const chosen = sticky.current({ queues, available: [0, 1, 2], areAllUsed: true })
    draws[chosen!.partition]!++
    sticky.appended({ queues, available: [0, 1, 2], areAllUsed: true }, 2)
  }
  // Every second move is seen.
  const share = draws.map((count) => Math.round((count / 8000) * 8))
  assert.deepEqual(share, [4, 1, 3])
})

test('adaptive: partitions of a broker that takes nothing are left out', () => {
  const home = { name: 'orders', topicId: '', compressionRatio: 1, refusesLarge: false }
  const queues = [0, 1, 2].map((partition) => Object.assign(new PartitionQueue(home, partition), { leader: partition }))
  const sticky = new StickyPartition({ batchSize: 1, isAdaptive: true, random: new SeededRandom(1), isStalled: (leader) => leader === 1 })
  for (let i = 0; i < 200; i++) {
    assert.notEqual(sticky.current({ queues, available: [0, 1, 2], areAllUsed: true })?.partition, 1)
    sticky.appended({ queues, available: [0, 1, 2], areAllUsed: true }, 2)
  }
})

test('round robin takes turns among partitions with a leader, each topic by itself', () => {
  const partitioner = roundRobin()
  const turn = (name: string, available: readonly number[] = [0, 2, 3]): number =>
    partitioner.partition(name, null, null, { count: 4, available })
  assert.deepEqual([turn('a'), turn('a'), turn('b'), turn('a'), turn('a')], [0, 2, 0, 3, 0])
  assert.deepEqual([turn('c', []), turn('c', []), turn('c', [])], [0, 1, 2])
})

test('round robin by its name in the settings', async () => {
  const { cluster, producer, time, close } = produce({ partitioner: 'round-robin' }, { orders: [1, 1, 1] })
  cluster.onProduce = (request) => request.answer()
  const sent = Promise.all(['a', 'a', 'a', 'a'].map((key) => producer.send('orders', { key, value: 'v' })))
  await time.advance(5)
  assert.deepEqual(
    (await sent).map(({ partition }) => partition),
    [0, 1, 2, 0],
  )
  await close()
})

test('librdkafka: CRC32 of the key; without one to a fixed partition, or to any', () => {
  const consistent = librdkafkaConsistent()
  // 0xcbf43926 is the check value of CRC-32.
  assert.equal(consistent.partition('t', Buffer.from('123456789'), null, { count: 12, available: [] }), 0xcbf43926 % 12)
  assert.equal(consistent.partition('t', null, null, four), 0)
  assert.equal(consistent.partition('t', Buffer.alloc(0), null, four), 0)
  const random = librdkafkaConsistentRandom(new SeededRandom(3))
  assert.equal(random.partition('t', Buffer.from('123456789'), null, { count: 12, available: [] }), 0xcbf43926 % 12)
  const drawn = new Set(Array.from({ length: 50 }, () => random.partition('t', null, null, { count: 4, available: [1, 3] })))
  assert.deepEqual(drawn, new Set([1, 3]))
})

test('kafkajs legacy gives the partitions that kafkajs gives, which are not those of Java', () => {
  const legacy = kafkajsLegacy()
  const of = (key: string): number => legacy.partition('t', Buffer.from(key), null, { count: 100, available: [] })
  // By running kafkajs 2.2.4; 20 000 random keys of up to 40 bytes agreed, too.
  const known: readonly (readonly [string, number])[] = [
    ['1', 60],
    ['21', 62],
    ['abc', 7],
    ['foobar', 73],
    ['a-little-bit-long-string', 38],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', 67],
    ['é한', 19],
  ]
  assert.deepEqual(
    known.map(([key]) => of(key)),
    known.map(([, partition]) => partition),
  )
  assert.ok(known.some(([key, partition]) => javaPartition(Buffer.from(key), 100) !== partition))
  assert.deepEqual(
    [0, 1, 2].map(() => legacy.partition('t', null, null, { count: 4, available: [2, 3] })),
    [2, 3, 2],
  )
})

test('an own partitioner sees topic, key and value as they are sent', async () => {
  const seen: unknown[] = []
  const partitioner = {
    partition(
      name: string,
      key: Uint8Array | null,
      value: Uint8Array | null,
      partitions: { count: number; available: readonly number[] },
    ): number {
      seen.push([
        name,
        key === null ? null : Buffer.from(key).toString(),
        value === null ? null : Buffer.from(value).toString(),
        partitions,
      ])
      return 2
    },
  }
  const { cluster, producer, time, close } = produce({ partitioner }, { orders: [1, -1, 1] })
  cluster.onProduce = (request) => request.answer()
  const sent = producer.send('orders', { key: 'k', value: 'v' })
  const tombstone = producer.send('orders', { value: null })
  const own = producer.send('orders', { value: 'v', partition: 0 })
  await time.advance(5)
  assert.deepEqual(
    (await Promise.all([sent, tombstone, own])).map(({ partition }) => partition),
    [2, 2, 0],
  )
  assert.deepEqual(seen, [
    ['orders', 'k', 'v', { count: 3, available: [0, 2] }],
    ['orders', null, null, { count: 3, available: [0, 2] }],
  ])
  assert.deepEqual(cluster.requests[0]?.batches.find(({ partition }) => partition === 2)?.values, ['v', null])
  await close()
})

test('a partitioner that chooses what is not there, or throws, fails its record alone', async () => {
  for (const choice of [-1, 3, 0.5, Number.NaN]) {
    const { producer, failure, close } = produce({ partitioner: { partition: () => choice } })
    assert.equal(await failure(producer.send('orders', { value: 'v' })), 'UNKNOWN_TOPIC_OR_PARTITION')
    await close()
  }
})

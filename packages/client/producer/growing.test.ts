import assert from 'node:assert/strict'
import { test } from 'node:test'
import { produce } from './producer-fixture.ts'
import type { FakeCluster } from './producer-fixture.ts'

const kilobyte = (i: number): string => String(i).padEnd(1000, '.')
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const sizes = (cluster: FakeCluster): number[] => cluster.requests.flatMap(({ batches }) => batches.map(({ bytes }) => bytes.length))
const order = (cluster: FakeCluster): number[] =>
  cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values.map((value) => Number.parseInt(value ?? ''))))

test('where batch.size is not given, a full batch that can not leave goes on growing up to 128 KiB', async () => {
  for (const [options, most, count] of [
    [{}, 131_072, 4],
    [{ batchSize: 16_384 }, 16_384, 19],
    [{ maxRequestSize: 50_000 }, 50_000, 7],
  ] as const) {
    const { cluster, producer, time, close } = produce({ maxInFlightRequestsPerConnection: 1, ...options }, { orders: [1] })
    const sent = [producer.send('orders', { value: kilobyte(0) })]
    await time.advance(0)
    for (const i of upTo(300)) {
      sent.push(producer.send('orders', { value: kilobyte(i + 1) }))
      if (i % 5 === 0) await time.advance(1)
    }
    assert.equal(cluster.requests.length, 1)
    cluster.onProduce = (request) => request.answer()
    cluster.produced[0]!.answer()
    const all = Promise.all(sent)
    await time.advance(5)
    await all
    assert.deepEqual(order(cluster), upTo(301))
    assert.equal(sizes(cluster).length, count)
    assert.ok(
      sizes(cluster).every((size) => size <= most),
      sizes(cluster).join(),
    )
    await close()
  }
})

test('a batch of batch.size bytes leaves at the end of the turn, grown or not, whatever linger.ms says', async () => {
  const { cluster, producer, time, close } = produce({ lingerMs: 1000 }, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  for (const i of upTo(17)) void producer.send('orders', { value: kilobyte(i) })
  await time.advance(0)
  assert.deepEqual(order(cluster), upTo(17))
  assert.equal(sizes(cluster).length, 1)
  for (const i of upTo(15)) void producer.send('orders', { value: kilobyte(i) })
  await time.advance(999)
  assert.equal(sizes(cluster).length, 1)
  await close()
})

test('records without a key still go on to another partition after batch.size bytes', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: upTo(6).map(() => 1) })
  cluster.onProduce = (request) => request.answer()
  const sent = Promise.all(upTo(600).map((i) => producer.send('orders', { value: kilobyte(i) })))
  await time.advance(10)
  const partitions = (await sent).map(({ partition }) => partition)
  const changes = partitions.filter((partition, i) => i > 0 && partition !== partitions[i - 1]).length
  assert.ok(changes >= 20 && changes <= 40, `${changes} changes`)
  assert.equal(new Set(partitions).size, 6)
  assert.ok(Math.max(...sizes(cluster)) > 32_768)
  await close()
})

test('a topic whose max.message.bytes is smaller than a grown batch gets batches of batch.size from then on', async () => {
  const { cluster, producer, time, close } = produce({ maxInFlightRequestsPerConnection: 1 }, { orders: [1] })
  const taken: number[] = []
  let refused = 0
  cluster.onProduce = (request) => {
    const [batch] = request.batches
    if (batch !== undefined && batch.bytes.length <= 20_000) {
      taken.push(...batch.values.map((value) => Number.parseInt(value ?? '')))
      return request.answer()
    }
    refused++
    return request.answer('MESSAGE_TOO_LARGE')
  }
  for (const burst of upTo(10)) {
    for (const i of upTo(100)) void producer.send('orders', { value: kilobyte(burst * 100 + i) })
    await time.advance(1000)
  }
  assert.deepEqual(taken, upTo(1000))
  assert.equal(refused, 1)
  await close()
})

test('a growing batch takes memory as it needs it, and gives all of it back', async () => {
  const { cluster, producer, time, close } = produce(
    { bufferMemory: 100_000, maxInFlightRequestsPerConnection: 1, lingerMs: 0 },
    { orders: [1, 1, 1, 1] },
  )
  const free = (): number => producer.metrics().get('buffer-available-bytes') ?? -1
  for (const partition of upTo(4)) void producer.send('orders', { value: 'v', partition })
  await time.advance(1)
  assert.equal(free(), 100_000 - 4 * 16_384)
  const sent = upTo(60).map((i) => producer.send('orders', { value: kilobyte(i), partition: i % 4 }))
  await time.advance(1)
  assert.ok(free() >= 0)
  cluster.onProduce = (request) => request.answer()
  cluster.produced[0]!.answer()
  await time.advance(100)
  assert.equal((await Promise.all(sent)).length, 60)
  await time.advance(1)
  assert.equal(free(), 100_000)
  await close()
})

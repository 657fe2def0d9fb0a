import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import { MemoryDisk } from '@odradek/common/disk'
import { VirtualTime } from '@odradek/common/time'
import { Fetch, ListOffsets } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { fetchFrom, fetchRequest, produceBatch, recordsOf, startBroker } from '@odradek/testing'

const topic = 'orders'
const records = (from: number, count: number) => Array.from({ length: count }, (_, index) => ({ value: Buffer.from(`${from + index}`) }))
const batchOf = (...values: readonly string[]): Buffer => buildBatch(values.map((value) => ({ value: Buffer.from(value) })))
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('every version reads what is there, by name and by id', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  await produceBatch(client, { topic, batch: batchOf('hello') })
  for (let version = 4; version <= 18; version++) {
    const fetched = await fetchFrom(client, { topic, topicId: kafka.topicId(topic), offset: 0, version })
    assert.equal(recordsOf(fetched)[0]?.value, 'hello', `v${version}`)
    assert.deepEqual([fetched.highWatermark, fetched.lastStableOffset], [1, 1])
    assert.equal(fetched.abortedTransactions, null)
  }
  const committed = await fetchFrom(client, { topic, offset: 0, isolationLevel: 1 })
  assert.deepEqual(committed.abortedTransactions, [])
})

test('large batch: 900 KB come whole to a consumer that asks for one byte', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const value = 'x'.repeat(900_000)
  await produceBatch(client, { topic, batch: batchOf(value) })
  await produceBatch(client, { topic, batch: batchOf('behind it') })
  for (const version of [4, 12]) {
    const fetched = recordsOf(await fetchFrom(client, { topic, offset: 0, maxBytes: 1, partitionMaxBytes: 1, version }))
    assert.deepEqual(
      fetched.map((record) => record.value),
      [value],
    )
  }
})

test('start inside a batch: each of its offsets gives the batch', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  for (let batch = 0; batch < 3; batch++) await produceBatch(client, { topic, batch: buildBatch(records(batch * 10, 10)) })
  for (let offset = 10; offset < 20; offset++) {
    const [first] = recordsOf(await fetchFrom(client, { topic, offset, partitionMaxBytes: 1 }))
    assert.deepEqual([first?.offset, first?.value], [10, '10'])
  }
})

test('only the first partition gives more than maxBytes, and later ones give what fits', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 } })
  await using client = await kafka.connect()
  for (const partition of [0, 1, 2])
    await produceBatch(client, { topic, partition, batch: batchOf('x'.repeat(partition === 2 ? 10 : 1000)) })
  const { topics, ...request } = fetchRequest({ topic, offset: 0, maxBytes: 1300 })
  const [position] = topics[0]?.partitions ?? []
  assert.ok(position !== undefined)
  const partitions = [0, 1, 2].map((partition) => ({ ...position, partition }))
  const { responses } = await client.call(Fetch, { ...request, topics: [{ topic, partitions }] }, 12)
  assert.deepEqual(
    responses[0]?.partitions.map((partition) => [partition.partitionIndex, recordsOf(partition).length, partition.highWatermark]),
    [
      [0, 1, 1],
      [1, 0, 1],
      [2, 1, 1],
    ],
  )
})

test('a long poll is answered when something comes, at once and not after its time', async () => {
  const time = new VirtualTime()
  await using kafka = await startBroker({ time, topics: { orders: 1 } })
  await using consumer = await kafka.connect()
  await using producer = await kafka.connect()
  const polling = fetchFrom(consumer, { topic, offset: 0, maxWaitMs: 60_000 })
  await produceBatch(producer, { topic, batch: batchOf('news') })
  assert.equal(recordsOf(await polling)[0]?.value, 'news')
})

test('a long poll without news is answered when its time is over, empty and without error', async () => {
  const time = new VirtualTime()
  await using kafka = await startBroker({ time, topics: { orders: 1 } })
  await using client = await kafka.connect()
  const polling = fetchFrom(client, { topic, offset: 0, maxWaitMs: 500 })
  await waitingFetch(kafka)
  await time.advance(500)
  const { errorCode, highWatermark, records: bytes } = await polling
  assert.deepEqual([errorCode, highWatermark, bytes?.length], [0, 0, 0])
})

test('minBytes are waited for over all partitions together', async () => {
  const time = new VirtualTime()
  await using kafka = await startBroker({ time, topics: { orders: 1 } })
  await using consumer = await kafka.connect()
  await using producer = await kafka.connect()
  let answered = false
  const polling = fetchFrom(consumer, { topic, offset: 0, maxWaitMs: 60_000, minBytes: 2000 }).then((fetched) => {
    answered = true
    return fetched
  })
  await waitingFetch(kafka)
  await produceBatch(producer, { topic, batch: batchOf('x'.repeat(1000)) })
  await nextTurn()
  assert.equal(answered, false)
  await produceBatch(producer, { topic, batch: batchOf('x'.repeat(1000)) })
  assert.equal(recordsOf(await polling).length, 2)
})

test('answers do not overtake a long poll', async () => {
  const time = new VirtualTime()
  await using kafka = await startBroker({ time, topics: { orders: 1 } })
  await using client = await kafka.connect()
  const poll = client.send(Fetch, fetchRequest({ topic, offset: 0, maxWaitMs: 5000 }), 12)
  const list = { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }] }
  const behind = client.send(ListOffsets, list, 7)
  await waitingFetch(kafka)
  await time.advance(5000)
  assert.equal((await client.answerTo(Fetch, poll, 12)).errorCode, 0)
  assert.equal((await client.answerTo(ListOffsets, behind, 7)).topics.length, 1)
})

test('a client that goes away while it waits leaves nothing behind', async () => {
  const time = new VirtualTime()
  await using kafka = await startBroker({ time, topics: { orders: 1 } })
  const client = await kafka.connect()
  client.send(Fetch, fetchRequest({ topic, offset: 0, maxWaitMs: 2 ** 31 - 1 }), 12)
  await waitingFetch(kafka)
  await client[Symbol.asyncDispose]()
  const { replicas } = kafka.broker.services
  while (replicas.deadlines.size > 0) await nextTurn()
  assert.equal(replicas.partition(topic, 0)?.fetchWaiters.size, 0)
})

test('what is outside the log, unknown, or of another epoch is told at once', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  await produceBatch(client, { topic, batch: batchOf('x') })
  const topicId = kafka.topicId(topic)
  const waiting = { topic, topicId, offset: 0, maxWaitMs: 600_000, minBytes: 1_000_000 }
  const cases = [
    [{ ...waiting, offset: -2 }, 1],
    [{ ...waiting, offset: 2 }, 1],
    [{ ...waiting, topic: 'nowhere' }, 3],
    [{ ...waiting, partition: 3 }, 3],
    [{ ...waiting, currentLeaderEpoch: 7 }, 75],
    [{ ...waiting, topicId: 'zzzzzzzzzzzzzzzzzzzzzg', version: 13 }, 100],
    [{ ...waiting, partition: 3, version: 17 }, 3],
  ] as const
  for (const [options, expected] of cases) {
    const { errorCode, highWatermark, logStartOffset } = await fetchFrom(client, options)
    assert.deepEqual([errorCode, highWatermark, logStartOffset], [expected, -1, -1])
  }
})

test('a reader whose history is not ours learns where they part', async () => {
  const disk = new MemoryDisk()
  // Each crash begins a new leader epoch: 0 ends at offset 1, 1 at offset 2.
  for (const value of ['in epoch 0', 'in epoch 1']) {
    const crashing = await startBroker({ disk, ...(value === 'in epoch 0' ? { topics: { orders: 1 } } : {}) })
    await using client = await crashing.connect()
    await produceBatch(client, { topic, batch: batchOf(value) })
    await crashing.kill()
  }
  await using kafka = await startBroker({ disk })
  await using client = await kafka.connect()
  await produceBatch(client, { topic, batch: batchOf('in epoch 2') })
  const parted = await fetchFrom(client, { topic, offset: 2, lastFetchedEpoch: 0, maxWaitMs: 60_000 })
  assert.deepEqual([parted.errorCode, parted.divergingEpoch.epoch, parted.divergingEpoch.endOffset], [0, 0, 1])
  assert.equal(parted.records?.length, 0)
  const agreed = await fetchFrom(client, { topic, offset: 2, lastFetchedEpoch: 1 })
  assert.deepEqual([agreed.divergingEpoch.epoch, recordsOf(agreed)[0]?.value], [-1, 'in epoch 2'])
  const unknown = await fetchFrom(client, { topic, offset: 2, lastFetchedEpoch: 9 })
  assert.equal(unknown.errorCode, 1)
  const fenced = await fetchFrom(client, { topic, offset: 2, currentLeaderEpoch: 1, maxWaitMs: 60_000 })
  assert.equal(fenced.errorCode, 74)
})

test('a topic that is made anew is not read under its old id, and a waiting fetch learns of its end', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const { metadata } = kafka.broker.services
  const topicId = kafka.topicId(topic)
  const waiting = fetchFrom(client, { topic, topicId, offset: 0, maxWaitMs: 600_000, version: 13 })
  await waitingFetch(kafka)
  await metadata.deleteTopics([{ name: topic, topicId: ZERO_UUID }])
  assert.equal((await waiting).errorCode, 100)
  await metadata.createTopics({
    topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    validateOnly: false,
  })
  assert.equal((await fetchFrom(client, { topic, topicId, offset: 0, version: 13 })).errorCode, 100)
  assert.equal((await fetchFrom(client, { topic, topicId: kafka.topicId(topic), offset: 0, version: 13 })).errorCode, 0)
})

test('session drift: a repeated epoch is refused and a full fetch heals', async () => {
  await using kafka = await startBroker({ topics: { orders: 2 } })
  await using client = await kafka.connect()
  const { topics, ...request } = fetchRequest({ topic, offset: 0 })
  const position = topics[0]?.partitions[0]
  assert.ok(position !== undefined)
  const both = [{ topic, partitions: [0, 1].map((partition) => ({ ...position, partition })) }]
  const open = await client.call(Fetch, { ...request, sessionId: 0, sessionEpoch: 0, topics: both }, 12)
  assert.ok(open.sessionId > 0)
  const next = (sessionEpoch: number) => client.call(Fetch, { ...request, sessionId: open.sessionId, sessionEpoch, topics: [] }, 12)
  assert.deepEqual((await next(1)).responses, [])

  await produceBatch(client, { topic, partition: 1, batch: batchOf('x') })
  const news = await next(2)
  assert.deepEqual(
    news.responses.flatMap(({ partitions }) => partitions.map((partition) => [partition.partitionIndex, recordsOf(partition).length])),
    [[1, 1]],
  )
  const repeated = await next(2)
  assert.deepEqual([repeated.errorCode, repeated.responses], [71, []])
  const healed = await client.call(Fetch, { ...request, sessionId: open.sessionId, sessionEpoch: 0, topics: both }, 12)
  assert.equal(healed.responses[0]?.partitions.length, 2)
  assert.equal((await next(3)).errorCode, 70)
})

/** Resolves when a fetch waits. */
async function waitingFetch(kafka: Awaited<ReturnType<typeof startBroker>>): Promise<void> {
  while (kafka.broker.services.replicas.deadlines.size === 0) await nextTurn()
}

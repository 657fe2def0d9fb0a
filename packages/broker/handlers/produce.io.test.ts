import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { systemClock } from '@odradek/common/time'
import { DescribeProducers, ListOffsets, Produce } from '@odradek/protocol/messages'
import { buildBatch, writeCrc } from '@odradek/protocol/records'
import { fetchFrom, produceBatch, recordsOf, startBroker } from '@odradek/testing'

const record = (value: string, key?: string) => ({
  value: Buffer.from(value),
  ...(key === undefined ? {} : { key: Buffer.from(key) }),
  // A producer is forgotten a day after the time that its records carry.
  timestamp: systemClock.now(),
})
const oneRecord = (): Buffer => buildBatch([record('hello')])
const producerOf = (producerId: number, baseSequence: number, producerEpoch = 0) =>
  buildBatch([record(`${baseSequence}`)], { producerId, producerEpoch, baseSequence })
const topic = 'orders'

test('what is produced in any version can be fetched', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const topicId = kafka.topicId(topic)
  for (let version = 3; version <= 13; version++) {
    for (const acks of [1, -1]) {
      const { errorCode, baseOffset } = await produceBatch(client, {
        topic,
        topicId,
        batch: buildBatch([record(`v${version} acks=${acks}`)]),
        acks,
        version,
      })
      assert.equal(errorCode, 0)
      const fetched = await fetchFrom(client, { topic, topicId, offset: baseOffset, maxWaitMs: 10_000 })
      assert.equal(recordsOf(fetched)[0]?.value, `v${version} acks=${acks}`)
    }
  }
})

test('requests in flight on one connection are appended and answered in their order', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const sent = Array.from({ length: 200 }, (_, index) => {
    const records = buildBatch([record(`${index}`)])
    return client.send(
      Produce,
      { acks: index % 2 === 0 ? -1 : 1, timeoutMs: 1000, topicData: [{ name: topic, partitionData: [{ index: 0, records }] }] },
      9,
    )
  })
  for (const [index, correlationId] of sent.entries()) {
    const { responses } = await client.answerTo(Produce, correlationId, 9)
    assert.equal(responses[0]?.partitionResponses[0]?.baseOffset, index)
  }
})

test('acks=0 has no answer; an error closes the connection, so that the client asks for metadata', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const produce = (name: string) =>
    client.send(Produce, { acks: 0, timeoutMs: 1000, topicData: [{ name, partitionData: [{ index: 0, records: oneRecord() }] }] }, 9)
  produce(topic)
  const { topics } = await client.call(ListOffsets, {
    replicaId: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -2 }] }],
  })
  assert.equal(topics[0]?.partitions[0]?.errorCode, 0)
  const fetched = await fetchFrom(client, { topic, offset: 0, maxWaitMs: 10_000 })
  assert.equal(recordsOf(fetched).length, 1)
  produce('nowhere')
  await client.closed
})

test('a bad batch fails its partition and none of the others', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 } })
  await using client = await kafka.connect()
  const partitionData = [oneRecord(), damaged(), null].map((records, index) => ({ index, records }))
  const { responses } = await client.call(Produce, { acks: -1, timeoutMs: 1000, topicData: [{ name: topic, partitionData }] }, 9)
  const answers = responses[0]?.partitionResponses ?? []
  assert.deepEqual(
    answers.map(({ errorCode, baseOffset, logStartOffset }) => [errorCode, baseOffset, logStartOffset]),
    [
      [0, 0, 0],
      [2, -1, -1],
      [87, -1, -1],
    ],
  )
  assert.ok((answers[1]?.errorMessage ?? '').length > 0)
})

const refused: readonly (readonly [what: string, code: number, options: () => Partial<Parameters<typeof produceBatch>[1]>])[] = [
  ['an unknown topic', 3, () => ({ topic: 'nowhere' })],
  ['an unknown partition', 3, () => ({ partition: 7 })],
  ['an unknown topic id', 100, () => ({ topicId: 'zzzzzzzzzzzzzzzzzzzzzg', version: 13 })],
  ['acks of 2', 21, () => ({ acks: 2 })],
  ['a damaged batch', 2, () => ({ batch: damaged() })],
  ['two batches', 87, () => ({ batch: Buffer.concat([oneRecord(), oneRecord()]) })],
  ['half a batch', 87, () => ({ batch: oneRecord().subarray(0, 65) })],
  ['no bytes', 87, () => ({ batch: Buffer.alloc(0) })],
  ['a batch of another magic', 87, () => ({ batch: patched((batch) => batch.writeInt8(1, 16)) })],
  ['a base offset of the client', 87, () => ({ batch: buildBatch([record('x')], { baseOffset: 5 }) })],
  ['a wrong count', 87, () => ({ batch: patched((batch) => batch.writeInt32BE(9, 57)) })],
  ['a control batch', 87, () => ({ batch: buildBatch([record('x')], { control: true }) })],
  ['a producer without sequence', 87, () => ({ batch: buildBatch([record('x')], { producerId: 4, producerEpoch: 0 }) })],
  ['a batch stamped by the client', 32, () => ({ batch: buildBatch([record('x')], { logAppendTimeMs: 5 }) })],
  ['a batch larger than max.message.bytes', 10, () => ({ batch: buildBatch([record('x'.repeat(2000))]), topic: 'small' })],
  [
    'a transactional batch without a transactional id',
    53,
    () => ({ batch: buildBatch([record('x')], { transactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }) }),
  ],
  [
    'a transactional batch',
    48,
    () => ({
      batch: buildBatch([record('x')], { transactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
      transactionalId: 't',
    }),
  ],
  ['zstd before version 7', 76, () => ({ batch: buildBatch([record('x')], { codec: 'zstd' }), version: 6 })],
  ['a record without key in a compacted topic', 87, () => ({ topic: 'compacted' })],
  ['a gap in the sequence of a producer', 45, () => ({ batch: producerOf(77, 5), partition: 0, topic: 'sequenced' })],
]

/** A batch of which one bit has flipped. */
function damaged(): Buffer {
  const batch = oneRecord()
  batch.writeUInt8(batch.readUInt8(batch.length - 2) ^ 1, batch.length - 2)
  return batch
}

/** A batch with something changed and a CRC that fits again. */
function patched(change: (batch: Buffer) => void): Buffer {
  const batch = oneRecord()
  change(batch)
  if (batch.readInt8(16) === 2) writeCrc(batch, 0)
  return batch
}

test('what Kafka refuses is refused with its error code, and leaves nothing in the log', async (t) => {
  const topics = {
    orders: 1,
    small: { config: { 'max.message.bytes': '1000' } },
    compacted: { config: { 'cleanup.policy': 'compact' } },
    sequenced: 1,
  }
  await using kafka = await startBroker({ topics })
  await using client = await kafka.connect()
  assert.equal((await produceBatch(client, { topic: 'sequenced', batch: producerOf(77, 0) })).errorCode, 0)
  for (const [what, code, options] of refused) {
    await t.test(what, async () => {
      const wanted = { topic, batch: oneRecord(), ...options() }
      const { errorCode, baseOffset } = await produceBatch(client, wanted)
      assert.deepEqual([errorCode, baseOffset], [code, -1])
    })
  }
  const { highWatermark } = await fetchFrom(client, { topic, offset: 0 })
  assert.equal(highWatermark, 0)
})

test('a record at fault is named, in versions that have a place for it', async () => {
  await using kafka = await startBroker({ topics: { compacted: { config: { 'cleanup.policy': 'compact' } } } })
  await using client = await kafka.connect()
  const batch = buildBatch([record('with key', 'k'), record('without')])
  const { recordErrors } = await produceBatch(client, { topic: 'compacted', batch })
  assert.deepEqual(
    recordErrors.map(({ batchIndex }) => batchIndex),
    [1],
  )
  assert.equal((await produceBatch(client, { topic: 'compacted', batch, version: 7 })).errorCode, 87)
})

test('a batch that comes a second time is answered with the offset of the first, and is there once', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  for (let sequence = 0; sequence < 5; sequence++) await produceBatch(client, { topic, batch: producerOf(5, sequence) })
  for (const sequence of [4, 0, 2]) {
    const again = await produceBatch(client, { topic, batch: producerOf(5, sequence) })
    assert.deepEqual([again.errorCode, again.baseOffset], [0, sequence])
  }
  assert.equal(recordsOf(await fetchFrom(client, { topic, offset: 0 })).length, 5)
  const { topics } = await client.call(DescribeProducers, { topics: [{ name: topic, partitionIndexes: [0, 9] }] })
  const [known, missing] = topics[0]?.partitions ?? []
  assert.deepEqual(
    known?.activeProducers.map(({ producerId, producerEpoch, lastSequence }) => [producerId, producerEpoch, lastSequence]),
    [[5, 0, 4]],
  )
  assert.equal(missing?.errorCode, 3)
})

test('duplicate after restart: the batch is recognised by the broker that comes after', async () => {
  const disk = new MemoryDisk()
  const first = await startBroker({ disk, topics: { orders: 1 } })
  await using client = await first.connect()
  await produceBatch(client, { topic, batch: producerOf(5, 0) })
  await first.stop()
  await using second = await startBroker({ disk })
  await using again = await second.connect()
  const repeated = await produceBatch(again, { topic, batch: producerOf(5, 0) })
  assert.deepEqual([repeated.errorCode, repeated.baseOffset], [0, 0])
  assert.equal((await produceBatch(again, { topic, batch: producerOf(5, 1) })).baseOffset, 1)
})

test('a topic with LogAppendTime answers with its time', async () => {
  await using kafka = await startBroker({ topics: { stamped: { config: { 'message.timestamp.type': 'LogAppendTime' } } } })
  await using client = await kafka.connect()
  const { logAppendTimeMs, baseOffset } = await produceBatch(client, { topic: 'stamped', batch: oneRecord() })
  assert.ok(logAppendTimeMs > 0)
  const [read] = recordsOf(await fetchFrom(client, { topic: 'stamped', offset: baseOffset }))
  assert.equal(read?.timestamp, logAppendTimeMs)
})

test('batches that are opened first keep the order in which they were sent', async () => {
  await using kafka = await startBroker({ topics: { compacted: { config: { 'cleanup.policy': 'compact' } } } })
  await using client = await kafka.connect()
  const codecs = ['zstd', 'none', 'gzip', 'none', 'lz4', 'snappy'] as const
  const sent = Array.from({ length: 60 }, (_, sequence) => {
    const records = buildBatch([record(`${sequence}`, 'k')], {
      producerId: 9,
      producerEpoch: 0,
      baseSequence: sequence,
      codec: codecs[sequence % codecs.length] ?? 'none',
    })
    return client.send(
      Produce,
      { acks: -1, timeoutMs: 10_000, topicData: [{ name: 'compacted', partitionData: [{ index: 0, records }] }] },
      9,
    )
  })
  for (const [index, correlationId] of sent.entries()) {
    const { responses } = await client.answerTo(Produce, correlationId, 9)
    const answer = responses[0]?.partitionResponses[0]
    assert.deepEqual([answer?.errorCode, answer?.baseOffset], [0, index])
  }
})

test('internal topics are closed to producers', async () => {
  await using kafka = await startBroker({ topics: { __consumer_offsets: 1 } })
  await using client = await kafka.connect()
  assert.equal((await produceBatch(client, { topic: '__consumer_offsets', batch: buildBatch([record('x', 'k')]) })).errorCode, 17)
})

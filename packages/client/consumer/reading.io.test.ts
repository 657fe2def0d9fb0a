import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { produceBatch, startBroker } from '@odradek/testing'
import { batchOf, consumerOf, textOf } from './consumer-fixture.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))

test('records of an assigned partition come in order from the beginning', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await kafka.connect()
  for (let i = 0; i < 10; i++) await produceBatch(wire, { topic: 'orders', batch: batchOf(numbers(i * 100, i * 100 + 100)) })
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'orders', partition: 0 }])
  const seen: string[] = []
  for await (const record of consumer.records()) {
    assert.equal(record.offset, seen.length)
    seen.push(textOf(record.value) ?? '')
    if (seen.length === 1000) break
  }
  assert.deepEqual(seen, numbers(0, 1000))
})

test('the record at which a loop was left comes again, with what followed it', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await kafka.connect()
  await produceBatch(wire, { topic: 'orders', batch: batchOf(numbers(0, 10)) })
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'orders', partition: 0 }])
  for await (const record of consumer.records()) if (record.offset === 3) break
  const seen: number[] = []
  for await (const record of consumer.records()) {
    seen.push(record.offset)
    if (record.offset === 9) break
  }
  assert.deepEqual(seen, [3, 4, 5, 6, 7, 8, 9])
})

test('a member of a group commits what it has processed, and its successor goes on there', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 }, config: { 'group.initial.rebalance.delay.ms': '0' } })
  await using wire = await kafka.connect()
  for (let partition = 0; partition < 3; partition++)
    await produceBatch(wire, { topic: 'orders', partition, batch: batchOf(numbers(0, 20)) })
  const read = async (count: number): Promise<string[]> => {
    await using consumer = consumerOf(kafka.bootstrapServers, { groupId: 'billing', autoOffsetReset: 'earliest' })
    consumer.subscribe(['orders'])
    const seen: string[] = []
    for await (const record of consumer.records()) {
      if (seen.length === count) break
      seen.push(`${record.partition}/${record.offset}`)
    }
    return seen
  }
  const first = await read(25)
  const second = await read(34)
  assert.equal(new Set([...first, ...second]).size, 59)
})

test('LogAppendTime: a topic that stamps its records gives the time of the broker', async () => {
  await using kafka = await startBroker({ topics: { stamped: { partitions: 1, config: { 'message.timestamp.type': 'LogAppendTime' } } } })
  await using wire = await kafka.connect()
  const beforeMs = Date.now()
  await produceBatch(wire, { topic: 'stamped', batch: batchOf(numbers(0, 3)) })
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'stamped', partition: 0 }])
  const [batch] = await consumer.poll(5_000)
  for (const { timestamp, timestampType } of batch!) {
    assert.equal(timestampType, 'LogAppendTime')
    assert.ok(timestamp >= beforeMs)
  }
})

test('four codecs are read from the broker, in small batches and large ones', async () => {
  await using kafka = await startBroker({ topics: { packed: 1 } })
  await using wire = await kafka.connect()
  const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const
  const expected: string[] = []
  for (const codec of codecs) {
    for (const count of [3, 5_000]) {
      const values = numbers(0, count).map((value) => `${codec} ${value} ${'abc'.repeat(20)}`)
      await produceBatch(wire, { topic: 'packed', batch: batchOf(values, { codec }) })
      expected.push(...values)
    }
  }
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'packed', partition: 0 }])
  const seen: string[] = []
  for await (const batch of consumer.batches()) {
    for (const record of batch.cursor()) seen.push(textOf(record.value) ?? '')
    if (seen.length === expected.length) break
  }
  assert.deepEqual(seen, expected)
})

test('offsets by time, ends, seek, pause and resume against a broker', async () => {
  await using kafka = await startBroker({ topics: { t: 2 } })
  await using wire = await kafka.connect()
  const at = (timestamp: number) => ({ value: Buffer.from('x'), timestamp })
  await produceBatch(wire, { topic: 't', batch: batchOf([at(1_000), at(2_000), at(3_000)]) })
  await using consumer = consumerOf(kafka.bootstrapServers, { autoOffsetReset: 'earliest' })
  const [t0, t1] = [0, 1].map((partition) => ({ topic: 't', partition }))
  assert.ok(t0 !== undefined && t1 !== undefined)
  const [found, none] = await consumer.offsetsForTimes([
    { ...t0, timestamp: 1_500 },
    { ...t1, timestamp: 0 },
  ])
  assert.deepEqual([found?.offset, found?.timestamp, none], [1, 2_000, undefined])
  assert.deepEqual(
    (await consumer.endOffsets([t0, t1])).map(({ offset }) => offset),
    [3, 0],
  )
  assert.deepEqual(
    (await consumer.beginningOffsets([t0, t1])).map(({ offset }) => offset),
    [0, 0],
  )
  consumer.assign([t0, t1])
  assert.equal(await consumer.position(t0), 0)
  consumer.seek({ ...t0, offset: 2 })
  const [batch] = await consumer.poll(5_000)
  assert.deepEqual([batch?.firstOffset, batch?.count, consumer.lag(t0)], [2, 1, 0])
  consumer.pause([t0])
  await produceBatch(wire, { topic: 't', batch: batchOf([at(4_000)]) })
  assert.deepEqual(await consumer.poll(100), [])
  consumer.resume([t0])
  assert.equal((await consumer.poll(5_000))[0]?.firstOffset, 3)
})

test('a topic that does not exist is created by the first who reads it, or named when it may not be', async () => {
  await using kafka = await startBroker()
  await using wire = await kafka.connect()
  await using consumer = consumerOf(kafka.bootstrapServers, { groupId: 'g', autoOffsetReset: 'earliest' })
  consumer.subscribe(['new'])
  const polled = consumer.poll(20_000)
  await consumer.endOffsets([{ topic: 'new', partition: 0 }])
  await produceBatch(wire, { topic: 'new', batch: batchOf(['a']) })
  assert.equal((await polled)[0]?.count, 1)
  await using careful = consumerOf(kafka.bootstrapServers, { allowAutoCreateTopics: false })
  await assert.rejects(careful.endOffsets([{ topic: 'other', partition: 0 }], { timeoutMs: 500 }), /UNKNOWN_TOPIC_OR_PARTITION/)
})

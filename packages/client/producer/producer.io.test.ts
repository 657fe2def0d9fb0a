import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { Kafka } from '../kafka.ts'
import { json, string } from '../serdes/index.ts'
import { topic } from '../topic.ts'

/** All records of the partitions of a topic, in order. */
async function read(kafka: Kafka, name: string, partitions: number, count: number): Promise<(string | null)[][]> {
  const logs: (string | null)[][] = Array.from({ length: partitions }, () => [])
  if (count === 0) return logs
  await using consumer = kafka.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign(logs.map((_, partition) => ({ topic: name, partition })))
  let seen = 0
  for await (const { partition, value } of consumer.records()) {
    logs[partition]?.push(value === null ? null : Buffer.from(value).toString())
    if (++seen === count) break
  }
  return logs
}

test('1 000 parallel sends to one partition have 1 000 offsets, and are read back in order', async () => {
  await using broker = await startBroker({ topics: { orders: 1 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  await using producer = kafka.producer()
  const sent = await Promise.all(Array.from({ length: 1000 }, (_, i) => producer.send('orders', { value: String(i) })))
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    Array.from({ length: 1000 }, (_, i) => i),
  )
  const [log] = await read(kafka, 'orders', 1, 1000)
  assert.deepEqual(
    log,
    Array.from({ length: 1000 }, (_, i) => String(i)),
  )
})

for (const compressionType of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
  test(`sendAll of 20 000 records with ${compressionType}, over 3 partitions with little memory`, async () => {
    await using broker = await startBroker({ topics: { orders: 3 } })
    await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
    await using producer = kafka.producer({ compressionType, bufferMemory: 262_144 })
    const count = 20_000
    function* records() {
      for (let i = 0; i < count; i++) yield { key: `key-${i % 100}`, value: `${i} ${'abc'.repeat(20)}` }
    }
    assert.deepEqual(await producer.sendAll('orders', records()), { records: count })
    const logs = await read(kafka, 'orders', 3, count)
    for (const log of logs) {
      const numbers = log.map((value) => Number(value?.split(' ')[0]))
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      )
    }
    assert.equal(logs.flat().length, count)
  })
}

test('typed topics, headers and tombstones arrive as they were sent', async () => {
  await using broker = await startBroker({ topics: { orders: 1 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  await using producer = kafka.producer()
  const orders = topic('orders', { key: string, value: json<{ total: number }>() })
  const { offset, partition, timestamp } = await producer.send(orders, {
    key: 'c1',
    value: { total: 3 },
    headers: [
      ['a', '1'],
      ['a', null],
    ],
    timestamp: 1_700_000_000_000,
  })
  assert.deepEqual([offset, partition, timestamp], [0, 0, 1_700_000_000_000])
  await using consumer = kafka.consumer({ autoOffsetReset: 'earliest', topics: [orders] })
  consumer.assign([{ topic: 'orders', partition: 0 }])
  for await (const record of consumer.records()) {
    assert.deepEqual([record.key, record.value.total, record.timestamp], ['c1', 3, 1_700_000_000_000])
    assert.deepEqual(
      [...record.headers].map(([key, value]) => [key, value === null ? null : Buffer.from(value).toString()]),
      [
        ['a', '1'],
        ['a', null],
      ],
    )
    break
  }
})

test('a topic with log append time tells the time of the broker', async () => {
  await using broker = await startBroker({ topics: { orders: { config: { 'message.timestamp.type': 'LogAppendTime' } } } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  await using producer = kafka.producer()
  const { timestamp } = await producer.send('orders', { value: 'v', timestamp: 5 })
  assert.ok(timestamp > 1_000_000)
})

for (const acks of ['all', 1, 0] as const) {
  test(`acks=${acks}: everything arrives`, async () => {
    await using broker = await startBroker({ topics: { orders: 1 } })
    await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
    await using producer = kafka.producer({ acks })
    const { offset } = await producer.send('orders', { value: 'v0' })
    assert.equal(offset, acks === 0 ? -1 : 0)
    for (let i = 1; i < 100; i++) void producer.send('orders', { value: `v${i}` })
    await producer.flush()
    const [log] = await read(kafka, 'orders', 1, 100)
    assert.deepEqual(
      log,
      Array.from({ length: 100 }, (_, i) => `v${i}`),
    )
  })
}

test('a batch above max.message.bytes of the topic is split; a record above it fails', async () => {
  await using broker = await startBroker({ topics: { orders: { config: { 'max.message.bytes': '2000' } } } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers }, { logger: silent })
  await using producer = kafka.producer({ batchSize: 10_000, lingerMs: 20 })
  const sent = await Promise.all(Array.from({ length: 100 }, (_, i) => producer.send('orders', { value: String(i).padEnd(200) })))
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    Array.from({ length: 100 }, (_, i) => i),
  )
  await assert.rejects(producer.send('orders', { value: 'x'.repeat(3000) }).then(), { code: 'MESSAGE_TOO_LARGE' })
  await producer.send('orders', { value: 'still alive' })
})

test('an unknown topic fails after max.block.ms, where brokers do not create topics', async () => {
  await using broker = await startBroker({ config: { 'auto.create.topics.enable': 'false' } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  await using producer = kafka.producer({ maxBlockMs: 300 })
  await assert.rejects(producer.send('nowhere', { value: 'v' }).then(), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { errorName } from '@odradek/protocol'
import {
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  DescribeConfigs,
  DescribeLogDirs,
  IncrementalAlterConfigs,
  Metadata,
  Produce,
} from '@odradek/protocol/messages'
import { BatchBuilder } from '@odradek/protocol/records'
import { startBroker } from '@odradek/testing'
import type { WireClient } from '@odradek/testing'

const noId = 'AAAAAAAAAAAAAAAAAAAAAA'

async function alter(client: WireClient, resourceType: number, resourceName: string, name: string, value: string | null): Promise<string> {
  const change = { name, configOperation: value === null ? 1 : 0, value }
  const { responses } = await client.call(IncrementalAlterConfigs, {
    resources: [{ resourceType, resourceName, configs: [change] }],
    validateOnly: false,
  })
  return errorName(responses[0]?.errorCode ?? -1)
}

async function setting(client: WireClient, resourceType: number, resourceName: string, name: string): Promise<string | null | undefined> {
  const { results } = await client.call(DescribeConfigs, { resources: [{ resourceType, resourceName, configurationKeys: [name] }] })
  return results[0]?.configs[0]?.value
}

async function produce(client: WireClient, topic: string, valueBytes: number): Promise<string> {
  const batch = new BatchBuilder({})
  batch.append({ value: Buffer.alloc(valueBytes), timestamp: Date.now() })
  const records = batch.build()
  const { responses } = await client.call(
    Produce,
    { acks: -1, timeoutMs: 5000, topicData: [{ name: topic, topicId: noId, partitionData: [{ index: 0, records }] }] },
    9,
  )
  return errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1)
}

test('topics, their partitions and their settings are there again after a restart and after a crash', async () => {
  const disk = new MemoryDisk()
  for (const ending of ['stop', 'kill', 'stop'] as const) {
    const kafka = await startBroker({ disk, config: { 'node.id': '1' } })
    const client = await kafka.connect()
    const { topics } = await client.call(CreateTopics, {
      topics: [{ name: 'orders', numPartitions: 2, replicationFactor: 1, configs: [{ name: 'retention.ms', value: '77' }] }],
    })
    const isFirst = topics[0]?.errorCode === 0
    if (isFirst)
      await client.call(CreatePartitions, {
        topics: [{ name: 'orders', count: 3, assignments: null }],
        timeoutMs: 5000,
        validateOnly: false,
      })
    else assert.equal(errorName(topics[0]?.errorCode ?? -1), 'TOPIC_ALREADY_EXISTS')
    const seen = await client.call(Metadata, { topics: [{ name: 'orders', topicId: noId }] }, 12)
    assert.equal(seen.topics[0]?.partitions.length, 3)
    assert.equal(await setting(client, 2, 'orders', 'retention.ms'), '77')
    await client[Symbol.asyncDispose]()
    await kafka[ending]()
  }
})

test('a topic that is deleted and made again is another one, and empty', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = await kafka.connect()
  const before = kafka.topicId('orders')
  assert.equal(await produce(client, 'orders', 10), 'NONE')
  await client.call(DeleteTopics, { topics: [{ name: 'orders', topicId: noId }], topicNames: [], timeoutMs: 5000 })
  const gone = await client.call(Metadata, { topics: [{ name: null, topicId: before }], allowAutoTopicCreation: false }, 12)
  assert.equal(errorName(gone.topics[0]?.errorCode ?? -1), 'UNKNOWN_TOPIC_ID')
  await client.call(CreateTopics, { topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1 }] })
  assert.notEqual(kafka.topicId('orders'), before)
  const { results } = await client.call(DescribeLogDirs, { topics: [{ topic: 'orders', partitions: [0] }] })
  assert.equal(results[0]?.topics[0]?.partitions[0]?.partitionSize, 0)
})

test('a setting holds from the moment its change is answered: of a topic, and of the broker for topics that have none', async () => {
  await using kafka = await startBroker({ config: { 'node.id': '1' }, topics: { small: 1, large: 1 } })
  await using client = await kafka.connect()
  assert.equal(await produce(client, 'small', 5000), 'NONE')
  assert.equal(await alter(client, 2, 'small', 'max.message.bytes', '1000'), 'NONE')
  assert.equal(await produce(client, 'small', 5000), 'MESSAGE_TOO_LARGE')
  assert.equal(await produce(client, 'large', 5000), 'NONE')
  assert.equal(await alter(client, 4, '', 'message.max.bytes', '2000'), 'NONE')
  assert.equal(await produce(client, 'large', 5000), 'MESSAGE_TOO_LARGE')
  assert.equal(await alter(client, 4, '1', 'message.max.bytes', '9000'), 'NONE')
  assert.equal(await produce(client, 'large', 5000), 'NONE')
  assert.equal(await alter(client, 2, 'small', 'max.message.bytes', null), 'NONE')
  assert.equal(await produce(client, 'small', 5000), 'NONE')
})

test('levels of loggers are seen and changed like settings', async () => {
  await using kafka = await startBroker({ config: { 'node.id': '1' } })
  await using client = await kafka.connect()
  const { logLevels } = kafka.broker.services
  logLevels.meet('replicas')
  assert.equal(await setting(client, 8, '1', 'replicas'), 'INFO')
  assert.equal(await alter(client, 8, '1', 'replicas', 'DEBUG'), 'NONE')
  assert.deepEqual(
    [await setting(client, 8, '1', 'replicas'), logLevels.of('replicas.fetch'), await setting(client, 8, '1', 'root')],
    ['DEBUG', 'debug', 'INFO'],
  )
  assert.equal(await alter(client, 8, '1', 'replicas', null), 'NONE')
  assert.equal(await setting(client, 8, '1', 'replicas'), 'INFO')
  assert.equal(await alter(client, 8, '1', 'root', 'WARN'), 'NONE')
  assert.equal(await setting(client, 8, '1', 'replicas'), 'WARN')
})

test('log directories tell what lies in them, of all partitions or of those asked for', async () => {
  await using kafka = await startBroker({ topics: { orders: 2, others: 1 } })
  await using client = await kafka.connect()
  await produce(client, 'orders', 100)
  const { results } = await client.call(DescribeLogDirs, { topics: null })
  const [directory] = results
  assert.deepEqual(
    directory?.topics.map(({ name, partitions }) => [name, partitions.length]),
    [
      ['orders', 2],
      ['others', 1],
    ],
  )
  const written = directory.topics[0]?.partitions.find(({ partitionIndex }) => partitionIndex === 0)
  assert.ok((written?.partitionSize ?? 0) > 100)
  assert.ok(directory.totalBytes >= directory.usableBytes && directory.usableBytes > 0)
  const asked = await client.call(DescribeLogDirs, {
    topics: [
      { topic: 'orders', partitions: [1, 7] },
      { topic: 'absent', partitions: [0] },
    ],
  })
  assert.deepEqual(
    asked.results[0]?.topics.map(({ name, partitions }) => [name, partitions.map(({ partitionIndex }) => partitionIndex)]),
    [['orders', [1]]],
  )
})

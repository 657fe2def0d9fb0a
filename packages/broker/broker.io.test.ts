import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { metricsText, prometheusType } from '@odradek/common/metrics'
import { VirtualTime } from '@odradek/common/time'
import { DescribeLogDirs, Fetch, FindCoordinator, IncrementalAlterConfigs, JoinGroup, Metadata, Produce } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { fetchFrom, fetchRequest, produceBatch, recordsOf, startBroker } from '@odradek/testing'
import type { WireClient } from '@odradek/testing'

const topic = 'orders'
const batchOf = (value: string): Buffer => buildBatch([{ value: Buffer.from(value), key: Buffer.from('k') }])
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

function set(client: WireClient, resourceType: number, resourceName: string, name: string, value: string) {
  const configs = [{ name, configOperation: 0, value }]
  return client.call(IncrementalAlterConfigs, { resources: [{ resourceType, resourceName, configs }], validateOnly: false }, 1)
}

test('what was acknowledged is there after an orderly stop, and after a crash', async () => {
  const disk = new MemoryDisk()
  const values: string[] = []
  for (const end of ['stop', 'kill', 'kill', 'stop', 'stop'] as const) {
    const kafka = await startBroker({ disk, ...(values.length === 0 ? { topics: { orders: 1 } } : {}) })
    await using client = await kafka.connect()
    assert.deepEqual(
      recordsOf(await fetchFrom(client, { topic, offset: 0 })).map(({ value }) => value),
      values,
    )
    const value = `record ${values.length}, before ${end}`
    assert.equal((await produceBatch(client, { topic, batch: batchOf(value) })).baseOffset, values.length)
    values.push(value)
    await kafka[end]()
  }
})

test('a broker that stops answers those who wait, and takes nothing new', async () => {
  const kafka = await startBroker({ topics: { orders: 1 }, config: { 'group.initial.rebalance.delay.ms': '600000' } })
  await using consumer = await kafka.connect()
  await using member = await kafka.connect()
  await member.call(FindCoordinator, { keyType: 0, coordinatorKeys: ['group'] }, 4)
  const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
  const join = {
    groupId: 'group',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 300_000,
    memberId: '',
    protocolType: 'consumer',
    protocols,
  }
  const joining = member.call(JoinGroup, join, 3)
  const polling = consumer.call(Fetch, fetchRequest({ topic, offset: 0, maxWaitMs: 600_000 }), 12)
  while (kafka.broker.services.replicas.deadlines.size === 0) await nextTurn()
  await kafka.stop()
  assert.equal((await polling).responses[0]?.partitions[0]?.errorCode, 6)
  assert.equal((await joining).errorCode, 16)
  await assert.rejects(kafka.connect())
})

test('a produce request that is under way when the broker stops is still made safe', async () => {
  const disk = new MemoryDisk()
  const kafka = await startBroker({ disk, topics: { orders: 1 } })
  await using client = await kafka.connect()
  const sent = Array.from({ length: 100 }, () =>
    client.send(
      Produce,
      { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf('x') }] }] },
      9,
    ),
  )
  const answers = Promise.allSettled(sent.map((correlationId) => client.answerTo(Produce, correlationId, 9)))
  await kafka.stop()
  const acknowledged = (await answers).filter(
    (answer) => answer.status === 'fulfilled' && answer.value.responses[0]?.partitionResponses[0]?.errorCode === 0,
  )
  await using again = await startBroker({ disk })
  await using reader = await again.connect()
  const { highWatermark } = await fetchFrom(reader, { topic, offset: 0 })
  assert.ok(highWatermark >= acknowledged.length, `${acknowledged.length} were acknowledged and ${highWatermark} are there`)
})

test('a hundred brokers come and go and leave no timer behind', async () => {
  const time = new VirtualTime()
  const disk = new MemoryDisk()
  for (let round = 0; round < 100; round++) {
    const kafka = await startBroker({ time, disk })
    await using client = await kafka.connect()
    await client.call(Metadata, { topics: null }, 12)
    await kafka.stop()
  }
  assert.equal(time.pendingTimers, 0)
})

test('a port that is taken is told, and the data directory is free again', async () => {
  await using first = await startBroker()
  const disk = new MemoryDisk()
  await assert.rejects(
    startBroker({ disk, port: first.port }),
    (error) => error instanceof UserError && error.message.includes(`${first.port}`),
  )
  await using second = await startBroker({ disk })
  assert.notEqual(second.port, first.port)
})

test('a data directory of another broker is refused with a sentence', async () => {
  const disk = new MemoryDisk()
  await (await startBroker({ disk })).stop()
  await assert.rejects(startBroker({ disk, config: { 'node.id': '7' } }), /belongs to node 1, and this is node 7/)
  disk.unlink('/data/meta.properties')
  await assert.rejects(startBroker({ disk }), /no meta.properties/)
})

test('partitions are spread over the data directories, and found again where they are', async () => {
  const disk = new MemoryDisk()
  const config = { 'log.dirs': '/a,/b' }
  const places: string[][] = []
  for (const round of [1, 2]) {
    await using kafka = await startBroker({ disk, config, ...(round === 1 ? { topics: { orders: 4 } } : {}) })
    await using client = await kafka.connect()
    for (let partition = 0; partition < 4; partition++) {
      assert.equal((await produceBatch(client, { topic, partition, batch: batchOf('x') })).baseOffset, round - 1)
    }
    const { results } = await client.call(DescribeLogDirs, { topics: null }, 4)
    places.push(
      results.map(
        ({ logDir, topics }) =>
          `${logDir}: ${topics.flatMap(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex)).join()}`,
      ),
    )
    assert.ok(
      results.every(
        ({ topics }) => topics[0]?.partitions.length === 2 && topics[0].partitions.every(({ partitionSize }) => partitionSize > 0),
      ),
    )
  }
  assert.deepEqual(places[0], places[1])
})

test('settings of a topic and of the broker count as soon as they are set', async () => {
  await using kafka = await startBroker({ topics: { orders: 1, other: 1 } })
  await using client = await kafka.connect()
  const produce = async (name: string) => (await produceBatch(client, { topic: name, batch: batchOf('x'.repeat(2000)) })).errorCode
  assert.deepEqual([await produce('orders'), await produce('other')], [0, 0])
  await set(client, 2, 'orders', 'max.message.bytes', '1000')
  assert.deepEqual([await produce('orders'), await produce('other')], [10, 0])
  await set(client, 4, '', 'message.max.bytes', '500')
  assert.deepEqual([await produce('orders'), await produce('other')], [10, 10])
  await set(client, 2, 'other', 'max.message.bytes', '5000')
  assert.deepEqual([await produce('orders'), await produce('other')], [10, 0])
})

test('topics, partitions and traffic are seen under the names of Kafka', async () => {
  await using kafka = await startBroker({ topics: { orders: 3 } })
  await using client = await kafka.connect()
  await produceBatch(client, { topic, batch: batchOf('x') })
  await produceBatch(client, { topic, partition: 9, batch: batchOf('x') })
  await fetchFrom(client, { topic, offset: 0 })
  const text = [...metricsText(kafka.metrics, prometheusType)].join('')
  for (const line of [
    'kafka_server_replicamanager_partitioncount 3',
    'kafka_server_replicamanager_leadercount 3',
    'kafka_server_replicamanager_underreplicatedpartitions 0',
    'kafka_controller_kafkacontroller_activecontrollercount 1',
    'kafka_controller_kafkacontroller_globaltopiccount 1',
    'kafka_server_brokertopicmetrics_messagesin_total{topic="orders"} 1',
    'kafka_server_brokertopicmetrics_failedproducerequests_total{topic="orders"} 1',
    'kafka_server_brokertopicmetrics_totalfetchrequests_total{topic="orders"} 1',
    'kafka_network_requestmetrics_requests_total{request="Produce",version="12"} 2',
    'kafka_network_requestmetrics_errors_total{request="Produce",error="UNKNOWN_TOPIC_OR_PARTITION"} 1',
    'kafka_log_log_logendoffset{topic="orders",partition="0"} 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), `${line} is not among\n${text}`)
  }
})

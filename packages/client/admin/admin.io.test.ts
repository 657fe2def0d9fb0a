import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ByteWriter } from '@odradek/common/bytes'
import { JoinGroup, SyncGroup } from '@odradek/protocol/messages'
import { BatchBuilder } from '@odradek/protocol/records'
import { produceBatch, startBroker } from '@odradek/testing'
import type { RunningBroker, StartBrokerOptions } from '@odradek/testing'
import { connectCluster } from '../cluster/connected-cluster.ts'
import { clusterDefaults } from '../cluster/cluster-fixture.ts'
import { ClientMetrics } from '../metrics/client-metrics.ts'
import { systemEnvironment } from '../system-environment.ts'
import type { Admin } from './admin.ts'
import { createAdmin } from './create-admin.ts'

async function started(t: TestContext, options: StartBrokerOptions = {}): Promise<{ admin: Admin; kafka: RunningBroker }> {
  const kafka = await startBroker(options)
  const environment = systemEnvironment()
  const settings = {
    ...clusterDefaults,
    bootstrapServers: [{ host: kafka.host, port: kafka.port }],
    defaultApiTimeoutMs: 20_000,
    retries: 2_147_483_647,
    bootstrapControllers: [],
    enableMetricsPush: false,
  }
  const admin = createAdmin({
    environment,
    settings,
    cluster: connectCluster({ environment, settings, clientId: 'admin-test' }),
    metrics: new ClientMetrics(environment.clock, 'admin-test'),
  })
  t.after(async () => {
    await admin.close()
    await kafka.stop()
  })
  return { admin, kafka }
}

async function produce(kafka: RunningBroker, topic: string, values: readonly string[], partition = 0): Promise<void> {
  await using client = await kafka.connect()
  const builder = new BatchBuilder()
  for (const value of values) builder.append({ timestamp: 1_000, key: null, value: Buffer.from(value), headers: [] })
  const { errorCode } = await produceBatch(client, { topic, partition, batch: builder.build(), version: 12 })
  assert.equal(errorCode, 0)
}

test('topics are made, listed, described by name and by id, given partitions and deleted', async (t) => {
  const { admin } = await started(t)
  const { topicId, partitions, config } = await admin
    .createTopics([{ name: 'orders', partitions: 3, config: { 'retention.ms': 3_600_000 } }])
    .of('orders')
  assert.equal(partitions, 3)
  assert.equal(config?.get('retention.ms')?.value, '3600000')

  const [broker] = (await admin.describeCluster()).brokers
  await admin.createTopics([{ name: 'placed', assignments: new Map([[0, [broker?.id ?? 0]]]) }])
  const listed = await admin.listTopics()
  assert.deepEqual([...listed.keys()].toSorted(), ['orders', 'placed'])
  assert.equal(listed.get('orders')?.topicId, topicId)

  const again = await admin.createTopics([{ name: 'orders' }]).settled()
  assert.equal(again.get('orders')?.ok, false)

  const byName = await admin.describeTopics(['orders']).of('orders')
  const byId = await admin.describeTopics({ topicIds: [topicId] }).of(topicId)
  assert.equal(byName.topicId, topicId)
  assert.deepEqual(
    byId.partitions.map(({ leader, replicas }) => [leader, replicas]),
    byName.partitions.map(({ leader, replicas }) => [leader, replicas]),
  )
  assert.equal(byId.name, 'orders')
  await assert.rejects(async () => admin.describeTopics(['nope']), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })

  await admin.createPartitions([{ topic: 'orders', totalCount: 5 }])
  assert.equal((await admin.describeTopics(['orders'])).get('orders')?.partitions.length, 5)
  await assert.rejects(async () => admin.createPartitions([{ topic: 'orders', totalCount: 2 }]), { code: 'INVALID_PARTITIONS' })

  await admin.deleteTopics({ topicIds: [topicId] })
  await admin.deleteTopics(['placed'])
  assert.equal((await admin.listTopics()).size, 0)
  await assert.rejects(async () => admin.deleteTopics(['orders']), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

test('topics are described page by page, and a page may end within one', async (t) => {
  const { admin } = await started(t, { topics: { a: 3, b: 5, c: 1 } })
  const described = await admin.describeTopics(['c', 'b', 'a'], { partitionSizeLimitPerResponse: 2 })
  assert.deepEqual(
    [...described].map(([name, { partitions }]) => [name, partitions.map(({ partition }) => partition)]),
    [
      ['c', [0]],
      ['b', [0, 1, 2, 3, 4]],
      ['a', [0, 1, 2]],
    ],
  )
})

test('offsets are listed by every question, and records deleted', async (t) => {
  const { admin, kafka } = await started(t, { topics: { orders: 2 } })
  await produce(kafka, 'orders', ['a', 'b', 'c'])
  const place = { topic: 'orders', partition: 0 }
  for (const [at, offset] of [
    ['latest', 3],
    ['earliest', 0],
    ['earliestLocal', 0],
    [{ timestamp: 1_000 }, 0],
    [{ timestamp: 5_000 }, -1],
  ] as const) {
    assert.equal((await admin.listOffsets([{ ...place, at }]).of(place)).offset, offset, JSON.stringify(at))
  }
  assert.equal((await admin.listOffsets([{ ...place, at: 'maxTimestamp' }]).of(place)).timestamp, 1_000)
  assert.equal((await admin.listOffsets([{ ...place, at: 'latest' }], { isolationLevel: 'read_committed' }).of(place)).offset, 3)

  const deleted = await admin.deleteRecords([
    { ...place, beforeOffset: 2 },
    { topic: 'orders', partition: 1, beforeOffset: -1 },
  ])
  assert.equal(deleted.get(place)?.lowWatermark, 2)
  assert.equal((await admin.listOffsets([{ ...place, at: 'earliest' }]).of(place)).offset, 2)
  await assert.rejects(async () => admin.deleteRecords([{ ...place, beforeOffset: 99 }]), { code: 'OFFSET_OUT_OF_RANGE' })
})

test('settings are described and changed one by one', async (t) => {
  const { admin } = await started(t, { topics: { orders: 1 } })
  const orders = { type: 'TOPIC', name: 'orders' } as const
  await admin.incrementalAlterConfigs([
    {
      ...orders,
      ops: [
        { op: 'set', name: 'retention.ms', value: 1_000 },
        { op: 'append', name: 'cleanup.policy', value: 'compact' },
      ],
    },
  ])
  const settings = await admin.describeConfigs([orders], { includeSynonyms: true, includeDocumentation: true }).of(orders)
  const retention = settings.get('retention.ms')
  assert.equal(retention?.value, '1000')
  assert.equal(retention?.source, 'DYNAMIC_TOPIC_CONFIG')
  assert.equal(retention?.type, 'LONG')
  assert(retention.synonyms.length > 0 && retention.documentation !== undefined)
  assert.equal(settings.get('cleanup.policy')?.value, 'delete,compact')

  await admin.incrementalAlterConfigs([{ ...orders, ops: [{ op: 'delete', name: 'retention.ms' }] }])
  assert.equal((await admin.describeConfigs([orders]).of(orders)).get('retention.ms')?.isDefault, true)
  await assert.rejects(
    async () => admin.incrementalAlterConfigs([{ ...orders, ops: [{ op: 'set', name: 'retention.ms', value: 'soon' }] }]),
    {
      code: 'INVALID_CONFIG',
    },
  )

  const [broker] = (await admin.describeCluster()).brokers
  const own = { type: 'BROKER', name: String(broker?.id) } as const
  assert((await admin.describeConfigs([own]).of(own)).size > 0)
  assert.deepEqual(await admin.listConfigResources(['TOPIC']), [orders])
  assert.deepEqual(await admin.listClientMetricsResources(), [])
})

test('the cluster, its features, disks and elections are described', async (t) => {
  const { admin, kafka } = await started(t, { topics: { orders: 1 } })
  await produce(kafka, 'orders', ['a'])
  const { brokers, controller, clusterId } = await admin.describeCluster({ includeAuthorizedOperations: true })
  assert.equal(brokers.length, 1)
  assert.equal(controller?.port, kafka.port)
  assert.equal(typeof clusterId, 'string')
  const broker = brokers[0]?.id ?? 0

  const { supportedFeatures, finalizedFeatures } = await admin.describeFeatures()
  assert(supportedFeatures.has('metadata.version') && finalizedFeatures.has('metadata.version'))
  await assert.rejects(
    async () => admin.updateFeatures([{ feature: 'metadata.version', maxVersionLevel: 9_999 }], { validateOnly: true }),
    {
      code: 'INVALID_UPDATE_VERSION',
    },
  )

  const place = { topic: 'orders', partition: 0 }
  const dirs = await admin.describeLogDirs([broker]).of(broker)
  const [[path, dir] = ['', undefined]] = dirs
  assert((dir?.replicas.get(place)?.sizeBytes ?? 0) > 0)
  const replica = { ...place, broker }
  assert.equal((await admin.describeReplicaLogDirs([replica]).of(replica)).currentLogDir, path)

  const { topicId } = await admin.describeTopics(['orders']).of('orders')
  const holding = { ...replica, topicId, fetchOffset: 0 }
  const { highWatermark, batches } = await admin.describeReplicaBatches([holding]).of(holding)
  assert.equal(batches.at(-1)?.lastOffset, highWatermark - 1)
  const beyond = { ...holding, fetchOffset: highWatermark + 1 }
  await assert.rejects(async () => admin.describeReplicaBatches([beyond]), { code: 'OFFSET_OUT_OF_RANGE' })

  assert.equal((await admin.listPartitionReassignments()).size, 0)
  const elected = await admin.electLeaders('PREFERRED', [place]).settled()
  const outcome = elected.get(place)
  assert(outcome?.ok === false && outcome.error.code === 'ELECTION_NOT_NEEDED')
  assert.equal((await admin.electLeaders('PREFERRED')).size, 0)
  assert.deepEqual(await admin.describeProducers([place]).of(place), [])
})

/** One consumer in a classic group, by hand. */
async function joinAlone(kafka: RunningBroker, groupId: string, topic: string): Promise<{ leave: () => Promise<void> }> {
  const client = await kafka.connect()
  const subscription = new ByteWriter()
  subscription.int16(0)
  subscription.int32(1)
  subscription.int16(topic.length)
  subscription.bytes(Buffer.from(topic))
  subscription.int32(-1)
  const protocols = [{ name: 'range', metadata: subscription.finish() }]
  const ask = {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    groupInstanceId: 'instance-1',
    protocolType: 'consumer',
    protocols,
  }
  const { memberId, generationId, errorCode } = await client.call(JoinGroup, { ...ask, memberId: '' }, 7)
  assert.equal(errorCode, 0)
  const assignment = new ByteWriter()
  assignment.int16(0)
  assignment.int32(1)
  assignment.int16(topic.length)
  assignment.bytes(Buffer.from(topic))
  assignment.int32(1)
  assignment.int32(0)
  assignment.int32(-1)
  const assignments = [{ memberId, assignment: assignment.finish() }]
  const synced = await client.call(
    SyncGroup,
    { groupId, generationId, memberId, groupInstanceId: 'instance-1', protocolType: 'consumer', protocolName: 'range', assignments },
    5,
  )
  assert.equal(synced.errorCode, 0)
  return { leave: () => client[Symbol.asyncDispose]() }
}

test('groups are listed, described, moved, emptied and deleted', async (t) => {
  const { admin, kafka } = await started(t, { topics: { orders: 2 } })
  const place = { topic: 'orders', partition: 0 }
  // Makes the coordinator ready, as any look-up does.
  await admin.listConsumerGroupOffsets(['billing'])
  const member = await joinAlone(kafka, 'billing', 'orders')
  t.after(() => member.leave())

  await assert.rejects(async () => admin.alterConsumerGroupOffsets('billing', [{ ...place, offset: 1 }]), {
    code: 'UNKNOWN_MEMBER_ID',
    message: /stop its members first/,
  })
  await assert.rejects(async () => admin.deleteConsumerGroups(['billing']), { code: 'NON_EMPTY_GROUP' })
  const described = await admin.describeConsumerGroups(['billing'], { includeAuthorizedOperations: true }).of('billing')
  assert.equal(described.state, 'Stable')
  assert.equal(described.type, 'classic')
  assert.deepEqual(described.members[0]?.assignment, [place])
  assert.equal(described.members[0]?.groupInstanceId, 'instance-1')
  assert.equal(described.coordinator.port, kafka.port)
  assert.equal((await admin.describeClassicGroups(['billing']).of('billing')).protocolData, 'range')

  await admin.removeMembersFromConsumerGroup('billing', [{ groupInstanceId: 'instance-1' }], { reason: 'test' })
  await assert.rejects(async () => admin.removeMembersFromConsumerGroup('billing', [{ groupInstanceId: 'instance-2' }]), {
    code: 'UNKNOWN_MEMBER_ID',
  })
  assert.equal((await admin.removeMembersFromConsumerGroup('billing', 'all')).size, 0)

  await admin.alterConsumerGroupOffsets('billing', [{ ...place, offset: 7, metadata: 'mine' }])
  const offsets = await admin.listConsumerGroupOffsets(['billing', { groupId: 'new', partitions: [place] }])
  assert.deepEqual(offsets.get('billing')?.get(place), { ...place, offset: 7, leaderEpoch: undefined, metadata: 'mine' })
  assert.equal(offsets.get('new')?.has(place), true)
  assert.equal(offsets.get('new')?.get(place), undefined)

  const { groups, errors } = await admin.listGroups({ states: ['Empty'] })
  assert.deepEqual(errors, [])
  assert.deepEqual(
    groups.map(({ groupId, type, state }) => [groupId, type, state]),
    [['billing', 'classic', 'Empty']],
  )
  assert.equal((await admin.listConsumerGroups()).groups.length, 1)

  await admin.deleteConsumerGroupOffsets('billing', [place])
  assert.equal((await admin.listConsumerGroupOffsets(['billing']).of('billing')).size, 0)
  await admin.deleteConsumerGroups(['billing'])
  await assert.rejects(async () => admin.describeConsumerGroups(['billing']), { code: 'GROUP_ID_NOT_FOUND' })
})

test('what a broker does not serve is told at once, by its name', async (t) => {
  const { admin } = await started(t)
  const attempts: readonly (() => PromiseLike<unknown>)[] = [
    () => admin.describeAcls(),
    () => admin.describeClientQuotas(),
    () => admin.describeUserScramCredentials(),
    () => admin.describeDelegationToken(),
    () => admin.describeMetadataQuorum(),
    () => admin.unregisterBroker(9),
    () => admin.describeStreamsGroups(['g']),
  ]
  for (const attempt of attempts) await assert.rejects(async () => attempt(), { code: 'UNSUPPORTED_VERSION' })
})

test('arguments that cannot be meant are refused before anything is asked', async (t) => {
  const { admin } = await started(t)
  const wrong: readonly (() => unknown)[] = [
    // @ts-expect-error -- a text instead of a list
    () => admin.createTopics('orders'),
    () => admin.createTopics([{ name: '' }]),
    () => admin.createTopics([{ name: 'a' }, { name: 'a' }]),
    () => admin.createTopics([{ name: 'a', partitions: 0 }]),
    () => admin.createTopics([{ name: 'a', partitions: 1, assignments: new Map() }]),
    // @ts-expect-error -- no such question
    () => admin.listOffsets([{ topic: 'a', partition: 0, at: 'newest' }]),
    () => admin.deleteRecords([{ topic: 'a', partition: -1, beforeOffset: 0 }]),
    () => admin.describeConfigs([{ type: 'BROKER', name: 'one' }]),
    () =>
      admin.createAcls([
        {
          resourceType: 'ANY',
          resourceName: 'a',
          patternType: 'LITERAL',
          principal: 'User:a',
          host: '*',
          operation: 'READ',
          permissionType: 'ALLOW',
        },
      ]),
    () => admin.alterUserScramCredentials([{ user: 'a', mechanism: 'SCRAM-SHA-256', password: '' }]),
    () => admin.removeMembersFromConsumerGroup('g', []),
    () => admin.updateFeatures([]),
  ]
  for (const call of wrong) assert.throws(call, { code: 'ODRADEK_STATE' }, String(call))
})

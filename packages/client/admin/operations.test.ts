import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { errorCode } from '@odradek/protocol'
import {
  AlterReplicaLogDirs,
  AlterUserScramCredentials,
  ConsumerGroupDescribe,
  CreateAcls,
  DeleteAcls,
  DescribeConfigs,
  DescribeGroups,
  DescribeLogDirs,
  DescribeTopicPartitions,
  ElectLeaders,
  FindCoordinator,
  GetTelemetrySubscriptions,
  InitProducerId,
  LeaveGroup,
  ListTransactions,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  UpdateFeatures,
} from '@odradek/protocol/messages'
import { ScriptedCluster, scriptedAdmin } from './scripted-cluster.ts'

/** All groups and transactional ids are coordinated by one broker. */
function coordinated(cluster: ScriptedCluster, by = 2): ScriptedCluster {
  return cluster.on(FindCoordinator, ({ coordinatorKeys }) => ({
    errorCode: 0,
    nodeId: 0,
    host: '',
    port: 0,
    coordinators: coordinatorKeys.map((key) => ({ key, nodeId: by, host: 'h', port: 1, errorCode: 0 })),
  }))
}

const place = { topic: 'orders', partition: 0 }

const classicGroup = (groupId: string, protocolType = 'consumer') => ({
  errorCode: 0,
  groupId,
  groupState: 'Stable',
  protocolType,
  protocolData: 'range',
  members: [
    {
      memberId: 'm',
      clientId: 'c',
      clientHost: '/h',
      memberMetadata: Buffer.alloc(0),
      // Version 0, one topic `orders` with partition 7.
      memberAssignment: Buffer.from('00000000000100066f72646572730000000100000007', 'hex'),
    },
  ],
})

test('a group is described as one of the new protocol, and where it is none, the classic way', async () => {
  const cluster = coordinated(new ScriptedCluster())
  cluster.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) => ({
      errorCode: groupId === 'new' ? 0 : errorCode('GROUP_ID_NOT_FOUND'),
      groupId,
      groupState: 'Stable',
      groupEpoch: 5,
      assignmentEpoch: 4,
      assignorName: 'uniform',
      members: [],
    })),
  }))
  cluster.on(DescribeGroups, ({ groups }) => ({
    groups: groups.map((groupId) => classicGroup(groupId, groupId === 'connect' ? 'connect' : 'consumer')),
  }))
  const { admin } = scriptedAdmin(cluster)
  const described = await admin.describeConsumerGroups(['new', 'old', 'connect']).settled()
  const [young, old, connect] = described.values()
  assert(young?.ok === true && young.value.type === 'consumer' && young.value.groupEpoch === 5)
  assert(old?.ok === true && old.value.type === 'classic')
  assert.deepEqual(old.value.members[0]?.assignment, [{ topic: 'orders', partition: 7 }])
  assert(connect?.ok === false && connect.error.code === 'INCONSISTENT_GROUP_PROTOCOL')
  assert.match(connect.error.message, /describeClassicGroups/)
  assert.equal(cluster.log, 'FindCoordinator@1 ConsumerGroupDescribe@2 FindCoordinator@1 DescribeGroups@2')
  assert.equal(cluster.time.monotonic(), 0)
})

test('an assignment that nobody can read shows as none, and not as a failure', async () => {
  for (const bytes of ['00000000ffff', '000000000001ffff', '00000000000100016100000001', '00']) await unreadable(bytes)
})

async function unreadable(bytes: string): Promise<void> {
  const cluster = coordinated(new ScriptedCluster())
  cluster.on(DescribeGroups, ({ groups }) => ({
    groups: groups.map((groupId) => {
      const group = classicGroup(groupId)
      return { ...group, members: group.members.map((member) => ({ ...member, memberAssignment: Buffer.from(bytes, 'hex') })) }
    }),
  }))
  const { admin } = scriptedAdmin(cluster)
  assert.deepEqual((await admin.describeClassicGroups(['g']).of('g')).members[0]?.assignment, [])
}

test('offsets of several groups are one request, and one each where the broker takes no more (before 3.0)', async () => {
  for (const upTo of [10, 7]) {
    const cluster = coordinated(new ScriptedCluster())
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5, metadata: '', errorCode: 0 }] }]
    cluster.on(
      OffsetFetch,
      ({ groups }, { version }) =>
        version >= 8 ? { topics: [], groups: groups.map(({ groupId }) => ({ groupId, topics })) } : { topics, errorCode: 0 },
      { upTo },
    )
    const { admin } = scriptedAdmin(cluster)
    const offsets = await admin.listConsumerGroupOffsets(['a', { groupId: 'b', partitions: [place] }])
    assert.equal(offsets.get('a')?.get(place)?.offset, 5)
    assert.equal(offsets.get('b')?.get(place)?.offset, 5)
    assert.equal(cluster.log, upTo === 10 ? 'FindCoordinator@1 OffsetFetch@2' : 'FindCoordinator@1 OffsetFetch@2 OffsetFetch@2')
    // Version 10 names topics by ids, which a group may outlive.
    assert.equal(cluster.asked[1]?.version, Math.min(upTo, 9))
  }
})

test('offsets that a transaction still holds are waited for', async () => {
  const cluster = coordinated(new ScriptedCluster())
  cluster.on(OffsetFetch, ({ groups }, { attempt }) => ({
    topics: [],
    groups: groups.map(({ groupId }) => ({
      groupId,
      topics: [
        {
          name: 'orders',
          partitions: [
            { partitionIndex: 0, committedOffset: 9, metadata: '', errorCode: attempt === 1 ? errorCode('UNSTABLE_OFFSET_COMMIT') : 0 },
          ],
        },
      ],
    })),
  }))
  const { admin } = scriptedAdmin(cluster)
  const offsets = admin.listConsumerGroupOffsets(['g'], { requireStable: true })
  await cluster.time.advance(130)
  assert.equal((await offsets).get('g')?.get(place)?.offset, 9)
})

test('an admin commits as nobody, and an active group says what to do', async () => {
  const cluster = coordinated(new ScriptedCluster())
  cluster.on(OffsetCommit, () => ({
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, errorCode: errorCode('UNKNOWN_MEMBER_ID') }] }],
  }))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.alterConsumerGroupOffsets('billing', [{ ...place, offset: 1 }]), {
    code: 'UNKNOWN_MEMBER_ID',
    message: /^alterConsumerGroupOffsets billing orders-0: .*The group is active: stop its members first\.$/,
  })
  assert.partialDeepStrictEqual(cluster.asked[1]?.request, { groupId: 'billing', generationIdOrMemberEpoch: -1, memberId: '' })
})

test('members leave together, and one by one where the broker takes no more (before 2.4)', async () => {
  const members = [{ memberId: 'a' }, { memberId: 'b' }]
  for (const upTo of [5, 2]) {
    const cluster = coordinated(new ScriptedCluster())
    cluster.on(
      LeaveGroup,
      (request) => ({
        errorCode: 0,
        members: request.members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId, errorCode: 0 })),
      }),
      { upTo },
    )
    const { admin } = scriptedAdmin(cluster)
    assert.equal((await admin.removeMembersFromConsumerGroup('g', members)).size, 2)
    assert.equal(cluster.log, upTo === 5 ? 'FindCoordinator@1 LeaveGroup@2' : 'FindCoordinator@1 LeaveGroup@2 LeaveGroup@2')
    if (upTo === 2) {
      const removal = admin.removeMembersFromConsumerGroup('g', [{ groupInstanceId: 'static' }])
      await assert.rejects(async () => removal, { code: 'UNSUPPORTED_VERSION' })
    }
  }
})

test('a broker is asked for its own settings, and any broker for all others', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DescribeConfigs, ({ resources }) => ({
    results: resources.map(({ resourceType, resourceName }) => ({ errorCode: 0, resourceType, resourceName, configs: [] })),
  }))
  const { admin } = scriptedAdmin(cluster)
  await admin.describeConfigs([
    { type: 'BROKER', name: '3' },
    { type: 'TOPIC', name: 'orders' },
    { type: 'BROKER_LOGGER', name: '2' },
    { type: 'BROKER', name: '' },
  ])
  assert.equal(cluster.log, 'DescribeConfigs@3 DescribeConfigs@1 DescribeConfigs@2')
  assert.equal(JSON.stringify(cluster.asked[1]?.request).includes('"resourceName":""'), true)
})

test('a broker that is not in the cluster is waited for, and the error says which there are', async () => {
  const cluster = new ScriptedCluster()
  const { admin } = scriptedAdmin(cluster)
  const settled = admin.describeLogDirs([9], { timeoutMs: 1_000 }).settled()
  await cluster.time.advance(1_000)
  const outcome = (await settled).get(9)
  assert(outcome?.ok === false && outcome.error.code === 'REQUEST_TIMED_OUT')
  assert.match(outcome.error.message, /broker 9 is not in the cluster at the moment; there are 1, 2, 3/)
})

test('a broker without any log directory hides them, and that is told as what it is', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DescribeLogDirs, () => ({ results: [] }), { upTo: 2 })
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.describeLogDirs([1]), { code: 'CLUSTER_AUTHORIZATION_FAILED' })
})

test('a replica that moves has a place and a future place', async () => {
  const cluster = new ScriptedCluster()
  const lying = (offsetLag: number, isFutureKey: boolean) => [
    { name: 'orders', partitions: [{ partitionIndex: 0, partitionSize: 1, offsetLag, isFutureKey }] },
  ]
  cluster.on(DescribeLogDirs, () => ({
    results: [
      { errorCode: 0, logDir: '/one', topics: lying(0, false) },
      { errorCode: 0, logDir: '/two', topics: lying(40, true) },
      { errorCode: errorCode('KAFKA_STORAGE_ERROR'), logDir: '/three', topics: [] },
    ],
  }))
  cluster.on(AlterReplicaLogDirs, ({ dirs }) => ({
    results: dirs.flatMap(({ topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map((partitionIndex) => ({
          partitionIndex,
          errorCode: partitionIndex === 0 ? 0 : errorCode('REPLICA_NOT_AVAILABLE'),
        })),
      })),
    ),
  }))
  const { admin } = scriptedAdmin(cluster)
  const replica = { ...place, broker: 2 }
  assert.deepEqual(await admin.describeReplicaLogDirs([replica]).of(replica), {
    currentLogDir: '/one',
    currentOffsetLag: 0,
    futureLogDir: '/two',
    futureOffsetLag: 40,
  })
  const other = { topic: 'orders', partition: 1, broker: 3 }
  const moved = await admin
    .alterReplicaLogDirs([
      { ...replica, logDir: '/two' },
      { ...other, logDir: '/two' },
    ])
    .settled()
  assert.equal(moved.get(replica)?.ok, true)
  const later = moved.get(other)
  assert(later?.ok === false && /when it gets one, it will be made in that directory/.test(later.error.message))
  assert.equal(cluster.log, 'DescribeLogDirs@2 AlterReplicaLogDirs@2 AlterReplicaLogDirs@3')
})

const rule = {
  resourceType: 'TOPIC',
  resourceName: 'orders',
  patternType: 'LITERAL',
  principal: 'User:alice',
  host: '*',
  operation: 'READ',
  permissionType: 'ALLOW',
} as const

test('ACLs stand or fail alone, by their place in the answer', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateAcls, () => ({ results: [{ errorCode: 0 }, { errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'no such host' }] }))
  const wire = {
    errorCode: 0,
    resourceType: 2,
    resourceName: 'orders',
    principal: 'User:alice',
    host: '*',
    operation: 3,
    permissionType: 3,
  }
  cluster.on(DeleteAcls, ({ filters }) => ({ filterResults: filters.map(() => ({ errorCode: 0, matchingAcls: [wire] })) }))
  const { admin } = scriptedAdmin(cluster)
  const other = { ...rule, host: 'nowhere' }
  const made = await admin.createAcls([rule, other]).settled()
  assert.equal(made.get({ ...rule })?.ok, true)
  const refused = made.get(other)
  assert(
    refused?.ok === false &&
      /TOPIC orders LITERAL User:alice nowhere READ ALLOW: INVALID_REQUEST: no such host/.test(refused.error.message),
  )
  const deleted = await admin.deleteAcls([{ principal: 'User:alice' }])
  assert.deepEqual(deleted.get({ principal: 'User:alice' }), [{ binding: rule, error: undefined }])
})

test('a password is salted and hashed here (RFC 5802), never sent', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(AlterUserScramCredentials, ({ upsertions }) => ({ results: upsertions.map(({ name }) => ({ user: name, errorCode: 0 })) }))
  const { admin } = scriptedAdmin(cluster)
  const salt = Buffer.from('salt of sixteen b')
  await admin.alterUserScramCredentials([{ user: 'alice', mechanism: 'SCRAM-SHA-512', password: 'secret', iterations: 5_000, salt }])
  assert.partialDeepStrictEqual(cluster.asked[0]?.request, {
    deletions: [],
    upsertions: [{ name: 'alice', mechanism: 2, iterations: 5_000, salt, saltedPassword: pbkdf2Sync('secret', salt, 5_000, 64, 'sha512') }],
  })
})

test('an election of all partitions names those that it touched', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(ElectLeaders, () => ({
    errorCode: 0,
    replicaElectionResults: [
      {
        topic: 'orders',
        partitionResult: [
          { partitionId: 0, errorCode: 0 },
          { partitionId: 1, errorCode: 80 },
        ],
      },
    ],
  }))
  const { admin } = scriptedAdmin(cluster)
  const settled = await admin.electLeaders('UNCLEAN').settled()
  assert.deepEqual(
    [...settled].map(([{ partition }, { ok }]) => [partition, ok]),
    [
      [0, true],
      [1, false],
    ],
  )
  cluster.on(ElectLeaders, () => ({ errorCode: errorCode('CLUSTER_AUTHORIZATION_FAILED'), replicaElectionResults: [] }))
  await assert.rejects(admin.electLeaders('PREFERRED').settled(), { code: 'CLUSTER_AUTHORIZATION_FAILED' })
  await assert.rejects(async () => admin.electLeaders('PREFERRED', [place]), { code: 'CLUSTER_AUTHORIZATION_FAILED' })
})

test('producers are fenced one a request, and again while a transaction is still being ended', async () => {
  const cluster = coordinated(new ScriptedCluster())
  cluster.on(InitProducerId, ({ transactionalId }, { attempt }) => ({
    errorCode: transactionalId === 'b' && attempt === 2 ? errorCode('CONCURRENT_TRANSACTIONS') : 0,
    producerId: 7,
    producerEpoch: 1,
  }))
  const { admin } = scriptedAdmin(cluster)
  const fenced = admin.fenceProducers(['a', 'b'])
  await cluster.time.advance(130)
  assert.equal((await fenced).get('b')?.producerId, 7)
  assert.deepEqual(
    cluster.asked.filter(({ api }) => api === 'InitProducerId').map(({ request }) => request['transactionalId']),
    ['a', 'b', 'b'],
  )
})

test('transactions are listed from all brokers, each once; a filter that a broker does not know is an error of that broker', async () => {
  const cluster = new ScriptedCluster([1, 2])
  cluster.on(
    ListTransactions,
    (_request, { broker }) => ({
      errorCode: 0,
      unknownStateFilters: [],
      transactionStates: [{ transactionalId: broker === 1 ? 'a' : 'moving', producerId: 1, transactionState: 'Ongoing' }].concat({
        transactionalId: 'moving',
        producerId: 1,
        transactionState: 'Ongoing',
      }),
    }),
    { upTo: 1 },
  )
  const { admin } = scriptedAdmin(cluster)
  const { transactions } = await admin.listTransactions()
  assert.deepEqual(transactions.map(({ transactionalId }) => transactionalId).toSorted(), ['a', 'moving'])
  const { errors } = await admin.listTransactions({ transactionalIdPattern: 'a.*' })
  assert.deepEqual(
    errors.map(({ error }) => error.code),
    ['UNSUPPORTED_VERSION', 'UNSUPPORTED_VERSION'],
  )
})

test('updates of features succeed together when the answer names none (version 2)', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(UpdateFeatures, () => ({ errorCode: 0 }))
  const { admin } = scriptedAdmin(cluster)
  assert.equal((await admin.updateFeatures([{ feature: 'group.version', maxVersionLevel: 1 }])).size, 1)
})

test('pages that never end are given up, not asked for for ever', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DescribeTopicPartitions, () => ({ topics: [], nextCursor: { topicName: 'orders', partitionIndex: 0 } }))
  cluster.on(Metadata, () => ({ brokers: [], topics: [] }))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.describeTopics(['orders']), { code: 'UNKNOWN_SERVER_ERROR' })
  assert(cluster.asked.length <= 3)
})

test('the id of a client is asked for once, and only where metrics may be pushed', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(GetTelemetrySubscriptions, () => ({
    errorCode: 0,
    clientInstanceId: 'AAECAwQFBgcICQoLDA0ODw',
    subscriptionId: 1,
    acceptedCompressionTypes: [],
    pushIntervalMs: 1,
    telemetryMaxBytes: 1,
    deltaTemporality: true,
    requestedMetrics: [],
  }))
  await assert.rejects(scriptedAdmin(cluster).admin.clientInstanceId(), { code: 'ODRADEK_STATE', message: /enable\.metrics\.push/ })
  const { admin } = scriptedAdmin(cluster, { enableMetricsPush: true })
  assert.equal(await admin.clientInstanceId(), 'AAECAwQFBgcICQoLDA0ODw')
  await admin.clientInstanceId()
  assert.equal(cluster.asked.length, 1)
})

test('every operation of Kafka 4.3 is there under its name, and two that its tools have below it', () => {
  const { admin } = scriptedAdmin(new ScriptedCluster())
  const names = `abortTransaction addRaftVoter alterClientQuotas alterConsumerGroupOffsets alterPartitionReassignments alterReplicaLogDirs
    alterShareGroupOffsets alterStreamsGroupOffsets alterUserScramCredentials clientInstanceId close createAcls createDelegationToken
    createPartitions createTopics deleteAcls deleteConsumerGroupOffsets deleteConsumerGroups deleteRecords deleteShareGroupOffsets
    deleteShareGroups deleteStreamsGroupOffsets deleteStreamsGroups deleteTopics describeAcls describeClassicGroups describeClientQuotas
    describeCluster describeConfigs describeConsumerGroups describeDelegationToken describeFeatures describeLogDirs describeMetadataQuorum
    describeProducers describeReplicaLogDirs describeShareGroups describeStreamsGroups describeTopics describeTransactions
    describeUserScramCredentials electLeaders expireDelegationToken fenceProducers forceTerminateTransaction incrementalAlterConfigs
    listClientMetricsResources listConfigResources listConsumerGroupOffsets listConsumerGroups listGroups listOffsets
    listPartitionReassignments listShareGroupOffsets listStreamsGroupOffsets listTopics listTransactions metrics
    removeMembersFromConsumerGroup removeRaftVoter renewDelegationToken unregisterBroker updateFeatures`.split(/\s+/)
  const ours = ['describeApiVersions', 'describeReplicaBatches']
  assert.deepEqual(
    Object.keys(admin)
      .filter((name) => !ours.includes(name))
      .toSorted(),
    names,
  )
  for (const name of ours) assert.ok(Object.hasOwn(admin, name))
})

test('a name where a list of topics belongs is refused with what it should be', () => {
  const { admin } = scriptedAdmin(new ScriptedCluster())
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as from JavaScript
  const one = 'orders' as unknown as readonly string[]
  assert.throws(() => admin.describeTopics(one), /describeTopics: topics is string "orders". Give an array/)
  assert.throws(() => admin.deleteTopics(one), /deleteTopics: topics is string "orders"/)
})

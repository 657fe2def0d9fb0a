import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import {
  AlterReplicaLogDirs,
  ApiVersions,
  CreateAcls,
  CreateDelegationToken,
  CreatePartitions,
  CreateTopics,
  DeleteAcls,
  DeleteGroups,
  DeleteRecords,
  DeleteTopics,
  DescribeAcls,
  DescribeConfigs,
  DescribeDelegationToken,
  DescribeGroups,
  DescribeLogDirs,
  ElectLeaders,
  FindCoordinator,
  InitProducerId,
  LeaveGroup,
  ListConfigResources,
  ListGroups,
  ListOffsets,
  ListTransactions,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  UpdateFeatures,
} from '@odradek/protocol/messages'
import type { Api } from '@odradek/protocol/schema'
import type { Admin } from './admin.ts'
import { ScriptedCluster, scriptedAdmin } from './scripted-cluster.ts'

const place = { topic: 'orders', partition: 0 }
const rule = {
  resourceType: 'TOPIC',
  resourceName: 'orders',
  patternType: 'LITERAL',
  principal: 'User:a',
  host: '*',
  operation: 'READ',
  permissionType: 'ALLOW',
} as const

/** Each operation with the newest version of its request that the oldest broker knows which we promise to work with: Kafka 2.1, or the first to have it. */
const asked: readonly (readonly [api: Api, sinceVersion: number, operation: (admin: Admin) => PromiseLike<unknown>])[] = [
  [CreateTopics, 3, (admin) => admin.createTopics([{ name: 'orders', partitions: 1, replicationFactor: 1 }], { validateOnly: true })],
  [DeleteTopics, 3, (admin) => admin.deleteTopics(['orders'])],
  [Metadata, 7, (admin) => admin.listTopics()],
  [Metadata, 7, (admin) => admin.describeTopics(['orders'])],
  [Metadata, 7, (admin) => admin.describeCluster()],
  [CreatePartitions, 1, (admin) => admin.createPartitions([{ topic: 'orders', totalCount: 2 }])],
  [DeleteRecords, 1, (admin) => admin.deleteRecords([{ ...place, beforeOffset: 1 }])],
  [ListOffsets, 4, (admin) => admin.listOffsets([{ ...place, at: 'latest' }], { isolationLevel: 'read_committed' })],
  [
    DescribeConfigs,
    2,
    (admin) => admin.describeConfigs([{ type: 'TOPIC', name: 'orders' }], { includeSynonyms: true, includeDocumentation: true }),
  ],
  [ListGroups, 2, async (admin) => failIfAny((await admin.listGroups({ types: ['classic'] })).errors)],
  [DescribeGroups, 2, (admin) => admin.describeConsumerGroups(['g'], { includeAuthorizedOperations: true })],
  [DescribeGroups, 2, (admin) => admin.describeClassicGroups(['g'])],
  [DeleteGroups, 1, (admin) => admin.deleteConsumerGroups(['g'])],
  [OffsetFetch, 5, (admin) => admin.listConsumerGroupOffsets(['g', { groupId: 'h', partitions: [place] }], { requireStable: true })],
  [OffsetCommit, 6, (admin) => admin.alterConsumerGroupOffsets('g', [{ ...place, offset: 1, leaderEpoch: 2 }])],
  [LeaveGroup, 2, (admin) => admin.removeMembersFromConsumerGroup('g', [{ memberId: 'm' }], { reason: 'gone' })],
  [DescribeLogDirs, 1, (admin) => admin.describeLogDirs([1])],
  [AlterReplicaLogDirs, 1, (admin) => admin.alterReplicaLogDirs([{ ...place, broker: 1, logDir: '/d' }])],
  [DescribeAcls, 1, (admin) => admin.describeAcls()],
  [CreateAcls, 1, (admin) => admin.createAcls([rule])],
  [DeleteAcls, 1, (admin) => admin.deleteAcls([{ principal: 'User:a' }])],
  [CreateDelegationToken, 1, (admin) => admin.createDelegationToken()],
  [DescribeDelegationToken, 1, (admin) => admin.describeDelegationToken()],
  [InitProducerId, 1, (admin) => admin.fenceProducers(['t'])],
  [ApiVersions, 2, (admin) => admin.describeFeatures()],
  [ElectLeaders, 0, (admin) => admin.electLeaders('PREFERRED', [place])],
  [UpdateFeatures, 0, (admin) => admin.updateFeatures([{ feature: 'f', maxVersionLevel: 1, upgradeType: 'SAFE_DOWNGRADE' }])],
  [ListTransactions, 0, async (admin) => failIfAny((await admin.listTransactions()).errors)],
  [ListConfigResources, 0, (admin) => admin.listClientMetricsResources()],
]

function failIfAny(errors: readonly { readonly error: KafkaError }[]): void {
  const [first] = errors
  if (first !== undefined) throw first.error
}

for (const [api, sinceVersion, operation] of asked) {
  const method = /admin\s*\.(\w+)/.exec(String(operation))?.[1] ?? ''
  test(`${method} asks brokers of ${api.name} ${sinceVersion} to ${api.versions[1]} in a form that they can read`, async () => {
    for (let version = sinceVersion; version <= api.versions[1]; version++) {
      const cluster = new ScriptedCluster([1])
      cluster.on(FindCoordinator, ({ key }) => ({ errorCode: 0, key, nodeId: 1, host: '', port: 0, coordinators: [] }), { upTo: 2 })
      cluster.on(Metadata, ({ topics }) => ({
        brokers: [],
        topics: (topics ?? []).map(({ name }) => ({
          errorCode: 0,
          name,
          partitions: [{ errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] }],
        })),
      }))
      let isRead = false
      cluster.on(
        api,
        () => {
          isRead = true
          // Whoever could read the request has proven enough.
          throw new KafkaError('INVALID_REQUEST', 'read')
        },
        { upTo: version },
      )
      await assert.rejects(async () => operation(scriptedAdmin(cluster).admin), { code: 'INVALID_REQUEST' }, `version ${version}`)
      assert(isRead)
    }
  })
}

// Such a broker took the "default" for a number: "Replication factor must be larger than 0".
test('a topic with the defaults of a broker that has none (before 2.4) is not asked for, and what to say instead is said', async () => {
  const cluster = new ScriptedCluster([1])
  const made: string[] = []
  cluster.on(
    CreateTopics,
    ({ topics }) => {
      made.push(...topics.map(({ name }) => name))
      return { topics: topics.map(({ name }) => ({ name, errorCode: 0, numPartitions: -1, replicationFactor: -1, configs: null })) }
    },
    { upTo: 3 },
  )
  const { admin } = scriptedAdmin(cluster)
  for (const incomplete of [{}, { partitions: 3 }, { replicationFactor: 1 }, { partitions: 3, replicationFactor: -1 }]) {
    await assert.rejects(async () => admin.createTopics([{ name: 'orders', ...incomplete }]), {
      code: 'UNSUPPORTED_VERSION',
      message: /say partitions and replicationFactor of each topic/,
    })
  }
  assert.deepEqual(made, [])
  await admin.createTopics([{ name: 'counted', partitions: 3, replicationFactor: 1 }])
  await admin.createTopics([{ name: 'assigned', assignments: new Map([[0, [1]]]) }])
  assert.deepEqual(made, ['counted', 'assigned'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { errorCode, errorNames, KafkaError } from '@odradek/protocol'
import { hostileMessage } from '@odradek/testing'
import type { Admin } from './admin.ts'
import { ScriptedCluster, scriptedAdmin } from './scripted-cluster.ts'

const place = { topic: 'orders', partition: 0 }
const waiting = { timeoutMs: 5_000 }
const topicId = 'AAECAwQFBgcICQoLDA0ODw'
const rule = {
  resourceType: 'TOPIC',
  resourceName: 'orders',
  patternType: 'LITERAL',
  principal: 'User:a',
  host: '*',
  operation: 'READ',
  permissionType: 'ALLOW',
} as const

const operations: readonly ((admin: Admin) => PromiseLike<unknown>)[] = [
  (admin) => admin.createTopics([{ name: 'orders' }, { name: 'g' }], waiting).settled(),
  (admin) => admin.deleteTopics(['orders'], waiting).settled(),
  (admin) => admin.deleteTopics({ topicIds: [topicId] }, waiting).settled(),
  (admin) => admin.listTopics(waiting),
  (admin) => admin.describeTopics(['orders', 'g'], waiting).settled(),
  (admin) => admin.describeTopics({ topicIds: [topicId] }, waiting).settled(),
  (admin) => admin.createPartitions([{ topic: 'orders', totalCount: 2 }], waiting).settled(),
  (admin) => admin.deleteRecords([{ ...place, beforeOffset: 1 }], waiting).settled(),
  (admin) => admin.listOffsets([{ ...place, at: 'latest' }], waiting).settled(),
  (admin) => admin.describeConfigs([{ type: 'TOPIC', name: 'orders' }], waiting).settled(),
  (admin) => admin.incrementalAlterConfigs([{ type: 'TOPIC', name: 'orders', ops: [{ op: 'delete', name: 'a' }] }], waiting).settled(),
  (admin) => admin.listConfigResources([], waiting),
  (admin) => admin.describeCluster(waiting),
  (admin) => admin.unregisterBroker(1, waiting),
  (admin) => admin.listGroups(waiting),
  (admin) => admin.describeConsumerGroups(['g', 'orders'], waiting).settled(),
  (admin) => admin.describeClassicGroups(['g'], waiting).settled(),
  (admin) => admin.deleteConsumerGroups(['g'], waiting).settled(),
  (admin) => admin.listConsumerGroupOffsets(['g'], waiting).settled(),
  (admin) => admin.alterConsumerGroupOffsets('g', [{ ...place, offset: 1 }], waiting).settled(),
  (admin) => admin.deleteConsumerGroupOffsets('g', [place], waiting).settled(),
  (admin) => admin.removeMembersFromConsumerGroup('g', [{ groupInstanceId: 'g' }], waiting).settled(),
  (admin) => admin.removeMembersFromConsumerGroup('g', 'all', waiting).settled(),
  (admin) => admin.describeShareGroups(['g'], waiting).settled(),
  (admin) => admin.listShareGroupOffsets(['g'], waiting).settled(),
  (admin) => admin.alterShareGroupOffsets('g', [{ ...place, offset: 1 }], waiting).settled(),
  (admin) => admin.deleteShareGroupOffsets('g', ['orders'], waiting).settled(),
  (admin) => admin.describeStreamsGroups(['g'], waiting).settled(),
  (admin) => admin.describeAcls({}, waiting),
  (admin) => admin.createAcls([rule], waiting).settled(),
  (admin) => admin.deleteAcls([{ principal: 'User:a' }], waiting).settled(),
  (admin) => admin.describeClientQuotas(undefined, waiting),
  (admin) => admin.alterClientQuotas([{ entity: { user: 'g' }, ops: { a: 1 } }], waiting).settled(),
  (admin) => admin.describeUserScramCredentials(['g'], waiting).settled(),
  (admin) => admin.describeUserScramCredentials([], waiting).settled(),
  (admin) => admin.alterUserScramCredentials([{ user: 'g', mechanism: 'SCRAM-SHA-256', delete: true }], waiting).settled(),
  (admin) => admin.createDelegationToken(waiting),
  (admin) => admin.renewDelegationToken(new Uint8Array(1), waiting),
  (admin) => admin.expireDelegationToken(new Uint8Array(1), waiting),
  (admin) => admin.describeDelegationToken(waiting),
  (admin) => admin.describeLogDirs([1, 2], waiting).settled(),
  (admin) => admin.describeReplicaBatches([{ ...place, broker: 1, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', fetchOffset: 0 }], waiting).settled(),
  (admin) => admin.describeReplicaLogDirs([{ ...place, broker: 1 }], waiting).settled(),
  (admin) => admin.alterReplicaLogDirs([{ ...place, broker: 1, logDir: '/d' }], waiting).settled(),
  (admin) => admin.alterPartitionReassignments([{ ...place, replicas: [1] }], waiting).settled(),
  (admin) => admin.listPartitionReassignments(undefined, waiting),
  (admin) => admin.electLeaders('PREFERRED', [place], waiting).settled(),
  (admin) => admin.electLeaders('PREFERRED', undefined, waiting).settled(),
  (admin) => admin.listTransactions(waiting),
  (admin) => admin.describeTransactions(['g'], waiting).settled(),
  (admin) => admin.describeProducers([place], waiting).settled(),
  (admin) => admin.abortTransaction({ ...place, producerId: 1, producerEpoch: 0, coordinatorEpoch: 0 }, waiting),
  (admin) => admin.fenceProducers(['g'], waiting).settled(),
  (admin) => admin.describeFeatures(waiting),
  (admin) => admin.updateFeatures([{ feature: 'g', maxVersionLevel: 1 }], waiting).settled(),
  (admin) => admin.describeMetadataQuorum(waiting),
  (admin) => admin.addRaftVoter(1, topicId, [], waiting),
  (admin) => admin.removeRaftVoter(1, topicId, waiting),
  (admin) => admin.clientInstanceId(waiting),
]

const words = { texts: ['orders', 'g', '', '__cluster_metadata', 'consumer'], ids: [topicId, 'AAAAAAAAAAAAAAAAAAAAAA'] }

/** Error codes as brokers give them: often none, else any that Kafka has, and some that it has not. */
function withErrors(message: unknown, random: Random): unknown {
  if (Array.isArray(message)) return message.map((element: unknown) => withErrors(element, random))
  if (typeof message !== 'object' || message === null || ArrayBuffer.isView(message)) return message
  return Object.fromEntries(
    Object.entries(message).map(([name, value]: readonly [string, unknown]) => [
      name,
      name === 'errorCode' ? anyCode(random) : withErrors(value, random),
    ]),
  )
}

function anyCode(random: Random): number {
  if (random.nextInt(2) === 0) return 0
  return random.nextInt(20) === 0 ? 999 : errorCode(errorNames[random.nextInt(errorNames.length)] ?? 'NONE')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

test('whatever brokers answer, each operation ends in its time with a result or an error of Kafka, and leaves nothing behind', async () => {
  const seed = Number(process.env['SEED'] ?? 1)
  for (let round = 0; round < 12; round++) {
    for (const operation of operations) {
      const random = new SeededRandom(seed * 1_000 + round)
      const cluster = new ScriptedCluster()
      cluster.onAny((api, version) => {
        const answer = withErrors(hostileMessage(api.response, version, random, words), random)
        assert(isRecord(answer))
        return answer
      })
      const { admin, held } = scriptedAdmin(cluster, { enableMetricsPush: true })
      const story = `${String(operation)} of seed ${seed}, round ${round}`
      const ended = Promise.resolve(operation(admin)).then(
        () => undefined,
        (error: unknown) => error,
      )
      await cluster.time.advance(waiting.timeoutMs)
      const error = await ended
      if (error !== undefined) assert(error instanceof KafkaError, `${story}: ${inspect(error)}`)
      assert.equal(held(), 0, story)
      assert.equal(cluster.time.pendingTimers, 0, story)
    }
  }
})

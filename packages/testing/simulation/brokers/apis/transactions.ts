import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { AddOffsetsToTxn, AddPartitionsToTxn, EndTxn, InitProducerId, TxnOffsetCommit } from '@odradek/protocol/messages'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { served } from '../call.ts'
import type { Coordinators } from '../coordinators.ts'
import type { BrokerIdentity } from '../broker-identity.ts'
import type { ModelCluster } from '../model-cluster.ts'
import type { ModelGroups } from '../model-groups.ts'
import type { ModelTransactions } from '../model-transactions.ts'

const refusals: readonly ErrorName[] = [
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
]

/** Producer ids and transactions, in both protocols: the versions of the requests say which. */
export function transactionApis(options: {
  readonly cluster: ModelCluster
  readonly coordinators: Coordinators
  readonly groups: ModelGroups
  readonly transactions: ModelTransactions
  readonly world: World
  readonly dice: SeededRandom
}) {
  const { cluster, coordinators, groups, transactions, world, dice } = options
  const refusal = (broker: BrokerIdentity): ErrorName | undefined =>
    coordinators.error(coordinators.transactions, broker) ?? (world.strikes('refusedRequest', dice) ? pick(refusals, dice) : undefined)
  /** What was decided is answered when it is stored on all replicas. */
  const later = (action: () => void): void => {
    world.time.after(world.plan.replicationMs, action)
  }

  return [
    served(InitProducerId, (request, { broker, answer, version }) => {
      if (request.transactionalId === null) {
        const refused = world.strikes('refusedRequest', dice)
        const { producerId, producerEpoch } = refused ? { producerId: -1, producerEpoch: -1 } : transactions.newProducerId()
        return answer({
          throttleTimeMs: 0,
          errorCode: errorCode(refused ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NONE'),
          producerId,
          producerEpoch,
        })
      }
      const refused = refusal(broker)
      if (refused !== undefined) return answer({ throttleTimeMs: 0, errorCode: errorCode(refused), producerId: -1, producerEpoch: -1 })
      const known = version >= 3 ? request : { producerId: -1, producerEpoch: -1 }
      const made = transactions.initProducerId(request.transactionalId, request.transactionTimeoutMs, known)
      const error = made.error === 'PRODUCER_FENCED' && version < 4 ? 'INVALID_PRODUCER_EPOCH' : made.error
      world.note('init producer', request.transactionalId, error, made.producerId, made.producerEpoch)
      later(() =>
        answer({ throttleTimeMs: 0, errorCode: errorCode(error), producerId: made.producerId, producerEpoch: made.producerEpoch }),
      )
    }),
    served(AddPartitionsToTxn, (request, { broker, answer, version }) => {
      if (version >= 4) {
        world.violate('version', 'a client asked AddPartitionsToTxn in a version that is for brokers')
        return answer(undefined)
      }
      const asked = request.v3AndBelowTopics.flatMap(({ name, partitions }) =>
        partitions.map((index) => cluster.topics.get(name)?.partitions[index]),
      )
      const known = asked.flatMap((partition) => (partition === undefined ? [] : [partition]))
      const added = transactions.addPartitions.bind(transactions)
      const error =
        refusal(broker) ?? added(request.v3AndBelowTransactionalId, request.v3AndBelowProducerId, request.v3AndBelowProducerEpoch, known)
      const code = errorCode(error === 'PRODUCER_FENCED' && version < 2 ? 'INVALID_PRODUCER_EPOCH' : error)
      later(() =>
        answer({
          throttleTimeMs: 0,
          errorCode: 0,
          resultsByTopicV3AndBelow: request.v3AndBelowTopics.map(({ name, partitions }) => ({
            name,
            resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: code })),
          })),
        }),
      )
    }),
    served(AddOffsetsToTxn, (request, { broker, answer, version }) => {
      const error =
        refusal(broker) ?? transactions.addOffsets(request.transactionalId, request.producerId, request.producerEpoch, request.groupId)
      const code = errorCode(error === 'PRODUCER_FENCED' && version < 2 ? 'INVALID_PRODUCER_EPOCH' : error)
      later(() => answer({ throttleTimeMs: 0, errorCode: code }))
    }),
    served(EndTxn, (request, { broker, answer, version, isLate }) => {
      // With the first protocol it could end the next transaction (KIP-890), which is no fault of the client.
      if (isLate && version < 5) return answer(undefined)
      const decision = request.committed ? 'commit' : 'abort'
      const { transactionalId, producerId, producerEpoch } = request
      const refused = refusal(broker)
      const ended =
        refused !== undefined
          ? { error: refused, producerId: -1, producerEpoch: -1 }
          : version >= 5
            ? transactions.endTxnWithBump(transactionalId, producerId, producerEpoch, decision)
            : { error: transactions.endTxn(transactionalId, producerId, producerEpoch, decision), producerId: -1, producerEpoch: -1 }
      world.note('end transaction', transactionalId, decision, ended.error, ended.producerEpoch)
      if (ended.error === 'NONE') world.sometimes(request.committed ? 'committed a transaction' : 'aborted a transaction')
      const code = errorCode(ended.error === 'PRODUCER_FENCED' && version < 2 ? 'INVALID_PRODUCER_EPOCH' : ended.error)
      later(() => answer({ throttleTimeMs: 0, errorCode: code, producerId: ended.producerId, producerEpoch: ended.producerEpoch }))
    }),
    served(TxnOffsetCommit, (request, call) => {
      const { broker, answer, version, isLate } = call
      if (isLate && version < 5) return answer(undefined)
      const answerAll = (error: ErrorName): void => {
        world.note('transactional commit', request.groupId, request.generationId, error)
        answer({
          throttleTimeMs: 0,
          topics: request.topics.map(({ name, partitions }) => ({
            name,
            partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(error) })),
          })),
        })
      }
      const refused =
        coordinators.error(groups.seatOf(request.groupId), broker) ??
        (world.strikes('refusedRequest', dice) ? pick(refusals.slice(0, 3), dice) : undefined)
      if (refused !== undefined) return answerAll(refused)
      void membershipError(request, broker).then((error) => {
        const { transactionalId, producerId, producerEpoch, groupId } = request
        const outcome = error ?? transactions.verifyGroup(transactionalId, producerId, producerEpoch, groupId, version >= 5)
        if (outcome !== undefined) return answerAll(outcome === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : outcome)
        for (const { name, partitions } of request.topics)
          for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of partitions)
            groups.committed.hold(producerId, {
              group: groupId,
              topic: name,
              partition: partitionIndex,
              offset: Number(committedOffset),
              leaderEpoch: committedLeaderEpoch,
              metadata: committedMetadata ?? '',
            })
        world.sometimes('committed offsets in a transaction')
        later(() => answerAll('NONE'))
      })
    }),
  ]

  /** Whether the member may commit (KIP-447): the real coordinator is asked by a heartbeat, which checks the same. */
  async function membershipError(
    request: {
      readonly groupId: string
      readonly generationId: number
      readonly memberId: string
      readonly groupInstanceId: string | null
    },
    broker: BrokerIdentity,
  ): Promise<ErrorName | undefined> {
    const { groupId, generationId, memberId, groupInstanceId } = request
    if (generationId < 0 && memberId === '') return undefined
    const group = groups.consumerGroups.get(groupId)
    if (group !== undefined) return group.memberError(memberId, generationId) === undefined ? undefined : 'ILLEGAL_GENERATION'
    const { errorCode: code } = await groups.on(broker).heartbeat({ groupId, generationId, memberId, groupInstanceId })
    if (code === errorCode('ILLEGAL_GENERATION')) return 'ILLEGAL_GENERATION'
    if (code === errorCode('UNKNOWN_MEMBER_ID')) return 'UNKNOWN_MEMBER_ID'
    if (code === errorCode('FENCED_INSTANCE_ID')) return 'FENCED_INSTANCE_ID'
    return code === errorCode('NOT_COORDINATOR') ? 'NOT_COORDINATOR' : undefined
  }
}

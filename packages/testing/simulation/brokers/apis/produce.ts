import type { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Produce } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'
import { producerEpoch, producerId, isTransactional } from '@odradek/protocol/records'
import { pick } from '../../world/pick.ts'
import type { World } from '../../world/world.ts'
import { problemOf } from '../batch-check.ts'
import { served } from '../call.ts'
import type { BrokerIdentity } from '../broker-identity.ts'
import type { ModelCluster } from '../model-cluster.ts'
import type { ModelPartition } from '../model-partition.ts'
import type { ModelTransactions } from '../model-transactions.ts'
import { endpointsOf, hintFor, leadershipError } from './leadership.ts'

type Request = RequestOf<typeof Produce>
type PartitionRequest = Request['topicData'][number]['partitionData'][number]

interface Produced {
  readonly error: ErrorName
  readonly baseOffset: number
  readonly message?: string
}

const refusals: readonly ErrorName[] = [
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_OR_FOLLOWER',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_TOPIC_OR_PARTITION',
]
const doubts: readonly ErrorName[] = ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'REQUEST_TIMED_OUT', 'NOT_LEADER_OR_FOLLOWER']

/** Appends batches; the answer waits for replication, and may not tell what happened. */
export const produce = (cluster: ModelCluster, transactions: ModelTransactions, world: World, dice: SeededRandom) =>
  served(Produce, (request, { broker, version, answer, noAnswer }) => {
    const { life } = broker
    const parts = request.topicData.flatMap(({ name, topicId, partitionData }) => {
      const topic = version >= 13 ? cluster.topicsById.get(topicId) : cluster.topics.get(name)
      return partitionData.map((sent) => ({ name, topicId, sent, partition: topic?.partitions[sent.index], isKnown: topic !== undefined }))
    })
    const results: (Produced | undefined)[] = parts.map(() => undefined)
    let missing = parts.length
    const settle = (at: number, produced: Produced): void => {
      if (results[at] !== undefined) return
      results[at] = produced
      if (--missing === 0 && broker.life === life && request.acks !== 0) answer(response())
    }
    const response = () => ({
      responses: request.topicData.map(({ name, topicId }) => ({
        name,
        topicId,
        partitionResponses: parts.flatMap((part, at) =>
          part.name === name && part.topicId === topicId ? [partitionResponse(part, at)] : [],
        ),
      })),
      throttleTimeMs: 0,
      nodeEndpoints:
        version >= 10
          ? endpointsOf(
              cluster,
              parts.map(({ partition }) => partition?.leader ?? -1),
            )
          : [],
    })
    const partitionResponse = ({ sent, partition }: (typeof parts)[number], at: number) => {
      const { error, baseOffset, message = null } = results[at] ?? { error: 'UNKNOWN_SERVER_ERROR', baseOffset: -1 }
      const currentLeader = version >= 10 && dice.nextInt(4) !== 0 ? hintFor(partition, error) : { leaderId: -1, leaderEpoch: -1 }
      const code = errorCode(error)
      return {
        index: sent.index,
        errorCode: code,
        baseOffset,
        logAppendTimeMs: -1,
        logStartOffset: 0,
        recordErrors: [],
        errorMessage: message,
        currentLeader,
      }
    }

    for (const [at, { sent, partition, isKnown }] of parts.entries()) {
      if (partition === undefined) {
        settle(at, { error: version >= 13 && !isKnown ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION', baseOffset: -1 })
        continue
      }
      serveOne({ broker, partition, sent, request, version, settle: (produced) => settle(at, produced) })
    }
    if (request.acks === 0) noAnswer()

    function serveOne(one: {
      readonly broker: BrokerIdentity
      readonly partition: ModelPartition
      readonly sent: PartitionRequest
      readonly request: Request
      readonly version: number
      readonly settle: (produced: Produced) => void
    }): void {
      const { partition, sent, settle } = one
      const refuse = (error: ErrorName, message?: string): void => {
        world.note('refuse', partition.name, error)
        settle({ error, baseOffset: -1, ...(message === undefined ? {} : { message }) })
      }
      const zombie = cluster.zombieOf(partition)
      if (zombie?.broker === broker.id && partition.leader !== broker.id && request.acks === -1) {
        // It takes the batch, and nobody will ever follow it.
        world.sometimes('produced to a leader of the past')
        world.time.after(Math.min(request.timeoutMs, 800), () => refuse('NOT_LEADER_OR_FOLLOWER'))
        return
      }
      const error = leadershipError(cluster, broker, partition, -1)
      if (error !== undefined) return refuse(error)
      if (world.strikes('refusedRequest', dice)) return refuse(pick(refusals, dice))
      const problem = problemOf(sent.records)
      if (problem !== undefined || sent.records === null) {
        world.violate('CL3', `a batch for ${partition.name} is damaged: ${problem?.message}`)
        return refuse(problem?.error ?? 'INVALID_RECORD', problem?.message)
      }
      if (sent.records.length > 20_000) world.sometimes('got a batch that had grown beyond batch.size')
      if (sent.records.length > world.plan.maxMessageBytes) {
        world.sometimes('refused a batch that is too large')
        return refuse('MESSAGE_TOO_LARGE')
      }
      if (isTransactional(sent.records, 0)) {
        const refused = transactions.verify(partition, {
          transactionalId: request.transactionalId,
          producerId: producerId(sent.records, 0),
          producerEpoch: producerEpoch(sent.records, 0),
          mayJoin: version >= 12,
        })
        if (refused !== undefined) return refuse(refused)
      }
      const epoch = partition.leaderEpoch
      const appended = partition.append(sent.records, epoch)
      if (appended.kind === 'refused') return refuse(appended.error)
      const { baseOffset, endOffset } = appended
      if (world.strikes('doubtfulAppend', dice)) {
        world.sometimes('left a producer in doubt')
        return refuse(pick(doubts, dice))
      }
      if (request.acks !== -1) return settle({ error: 'NONE', baseOffset })
      const tooLate = world.time.after(request.timeoutMs, () => refuse('REQUEST_TIMED_OUT'))
      partition.whenCommitted(endOffset, (isCommitted) => {
        tooLate.cancel()
        if (isCommitted) settle({ error: 'NONE', baseOffset })
        else {
          world.sometimes('lost leadership with an append under way')
          refuse('NOT_LEADER_OR_FOLLOWER')
        }
      })
    }
  })

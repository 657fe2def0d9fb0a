import { errorName, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { ListOffsets } from '@odradek/protocol/messages'
import type { Cluster } from '../../cluster/cluster.ts'
import { errorOf } from '../../errors/index.ts'
import { nameOf } from '../../partitions.ts'
import type { TopicPartition } from '../../partitions.ts'
import { unauthorized } from '../fetch/fetch-answer.ts'
import { byLeader, byTopic } from './ask-leaders.ts'
import type { Addressed } from './ask-leaders.ts'

/** Instead of a time. */
export const timestampOf = { latest: -1, earliest: -2 } as const

export interface TimeQuestion extends TopicPartition {
  /** Milliseconds since 1970: the first record that is not older. Or one of `timestampOf`. */
  readonly timestamp: number
}

export type TimeAnswer =
  /** `offset` is −1 when there is no such record. */
  | { readonly kind: 'found'; readonly offset: number; readonly timestamp: number; readonly leaderEpoch: number }
  | { readonly kind: 'again' | 'refused'; readonly error: KafkaError }

export interface ListOffsetsOptions {
  readonly cluster: Cluster
  readonly isReadCommitted: boolean
  readonly requestTimeoutMs: number
  readonly signal: AbortSignal
}

/** One attempt to look up offsets by time, at the leaders of all partitions at once. In the order of the questions. */
export async function listOffsets(questions: readonly TimeQuestion[], options: ListOffsetsOptions): Promise<readonly TimeAnswer[]> {
  const { cluster } = options
  const answers = new Map<string, TimeAnswer>()
  const { brokers, leaderless } = byLeader(
    cluster,
    questions.map(({ topic, partition, timestamp }) => ({ topic, partition, ask: timestamp })),
  )
  for (const question of leaderless) answers.set(nameOf(question), { kind: 'again', error: noLeader(question) })
  await Promise.all([...brokers].map(([broker, list]) => askBroker(broker, list, options, answers)))
  const result = questions.map((question): TimeAnswer => answers.get(nameOf(question)) ?? { kind: 'again', error: leftOut(question) })
  if (result.some((answer) => answer.kind === 'again')) cluster.requestRefresh()
  return result
}

async function askBroker(
  broker: number,
  questions: readonly Addressed<number>[],
  { cluster, isReadCommitted, requestTimeoutMs, signal }: ListOffsetsOptions,
  answers: Map<string, TimeAnswer>,
): Promise<void> {
  try {
    const answer = await cluster.call(
      broker,
      ListOffsets,
      {
        replicaId: -1,
        isolationLevel: isReadCommitted ? 1 : 0,
        timeoutMs: requestTimeoutMs,
        topics: [...byTopic(questions)].map(([name, partitions]) => ({
          name,
          partitions: partitions.map(({ partition, leaderEpoch, ask }) => ({
            partitionIndex: partition,
            currentLeaderEpoch: leaderEpoch,
            timestamp: ask,
          })),
        })),
      },
      { timeoutMs: requestTimeoutMs, signal, minVersion: isReadCommitted ? 2 : undefined, background: true },
    )
    for (const { name, partitions } of answer.topics) {
      for (const partition of partitions) {
        const place = { topic: name, partition: partition.partitionIndex }
        answers.set(nameOf(place), read(place, partition))
      }
    }
  } catch (error) {
    if (signal.aborted) throw error
    const kind = error instanceof KafkaError && !error.retriable ? 'refused' : 'again'
    const failure = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', String(error), { cause: error })
    for (const question of questions) answers.set(nameOf(question), { kind, error: failure })
  }
}

function read(
  place: TopicPartition,
  partition: { readonly errorCode: number; readonly offset: number; readonly timestamp: number; readonly leaderEpoch: number },
): TimeAnswer {
  const code: ErrorName = errorName(partition.errorCode)
  const { offset, timestamp, leaderEpoch } = partition
  if (code === 'NONE') return { kind: 'found', offset, timestamp, leaderEpoch }
  // Logs of before timestamps: nothing can be found in them by time.
  if (code === 'UNSUPPORTED_FOR_MESSAGE_FORMAT') return { kind: 'found', offset: -1, timestamp: -1, leaderEpoch: -1 }
  if (code === 'TOPIC_AUTHORIZATION_FAILED') return { kind: 'refused', error: unauthorized(place.topic) }
  return { kind: 'again', error: errorOf(partition.errorCode, `ListOffsets of ${nameOf(place)}`) }
}

const noLeader = (place: TopicPartition): KafkaError =>
  new KafkaError('LEADER_NOT_AVAILABLE', `LEADER_NOT_AVAILABLE: no leader of ${nameOf(place)} is known.`)

const leftOut = (place: TopicPartition): KafkaError =>
  new KafkaError('UNKNOWN_SERVER_ERROR', `UNKNOWN_SERVER_ERROR: an answer to ListOffsets left out ${nameOf(place)}.`)

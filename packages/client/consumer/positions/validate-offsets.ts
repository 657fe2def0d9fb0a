import { errorName, KafkaError } from '@odradek/protocol'
import { OffsetForLeaderEpoch } from '@odradek/protocol/messages'
import type { Cluster } from '../../cluster/cluster.ts'
import { errorOf } from '../../errors/index.ts'
import { nameOf } from '../../partitions.ts'
import type { TopicPartition } from '../../partitions.ts'
import { unauthorized } from '../fetch/fetch-answer.ts'
import { byLeader, byTopic } from './ask-leaders.ts'
import type { Addressed } from './ask-leaders.ts'

export interface EpochQuestion extends TopicPartition {
  /** Of the record before the position. */
  readonly epoch: number
}

export type EpochAnswer =
  /** Where that epoch, or the last one before it, ends in the log of the leader. Both −1: the leader knows nothing of it. */
  | { readonly kind: 'found'; readonly endOffset: number; readonly endEpoch: number; readonly leaderEpoch: number }
  /** The broker is too old to be asked, or does not count epochs. */
  | { readonly kind: 'unknowable'; readonly leaderEpoch: number }
  | { readonly kind: 'again' | 'refused'; readonly error: KafkaError }

export interface ValidateOptions {
  readonly cluster: Cluster
  readonly requestTimeoutMs: number
  readonly signal: AbortSignal
}

/** Version 3 is the first that needs no right on the cluster. */
const firstVersion = 3

/** One attempt to learn where epochs end (KIP-320), at the leaders of all partitions at once. In the order of the questions. */
export async function endsOfEpochs(questions: readonly EpochQuestion[], options: ValidateOptions): Promise<readonly EpochAnswer[]> {
  const { cluster } = options
  const answers = new Map<string, EpochAnswer>()
  const { brokers, leaderless } = byLeader(
    cluster,
    questions.map(({ topic, partition, epoch }) => ({ topic, partition, ask: epoch })),
  )
  const unknown = (place: TopicPartition): EpochAnswer => ({
    kind: 'again',
    error: new KafkaError('LEADER_NOT_AVAILABLE', `LEADER_NOT_AVAILABLE: no leader of ${nameOf(place)} is known.`),
  })
  for (const question of leaderless) answers.set(nameOf(question), unknown(question))
  await Promise.all([...brokers].map(([broker, list]) => askBroker(broker, list, options, answers)))
  const result = questions.map((question) => answers.get(nameOf(question)) ?? unknown(question))
  if (result.some((answer) => answer.kind === 'again')) cluster.requestRefresh()
  return result
}

async function askBroker(
  broker: number,
  all: readonly Addressed<number>[],
  { cluster, requestTimeoutMs, signal }: ValidateOptions,
  answers: Map<string, EpochAnswer>,
): Promise<void> {
  for (const question of all) if (question.leaderEpoch < 0) answers.set(nameOf(question), { kind: 'unknowable', leaderEpoch: -1 })
  const questions = all.filter(({ leaderEpoch }) => leaderEpoch >= 0)
  if (questions.length === 0) return
  const epochs = new Map(questions.map((question) => [nameOf(question), question.leaderEpoch]))
  try {
    const answer = await cluster.call(
      broker,
      OffsetForLeaderEpoch,
      {
        replicaId: -1,
        topics: [...byTopic(questions)].map(([topic, partitions]) => ({
          topic,
          partitions: partitions.map(({ partition, leaderEpoch, ask }) => ({
            partition,
            currentLeaderEpoch: leaderEpoch,
            leaderEpoch: ask,
          })),
        })),
      },
      { timeoutMs: requestTimeoutMs, signal, minVersion: firstVersion, background: true },
    )
    for (const { topic, partitions } of answer.topics) {
      for (const { partition, errorCode, leaderEpoch: endEpoch, endOffset } of partitions) {
        const place = { topic, partition }
        const leaderEpoch = epochs.get(nameOf(place))
        if (leaderEpoch === undefined) continue
        const code = errorName(errorCode)
        if (code === 'NONE') answers.set(nameOf(place), { kind: 'found', endOffset, endEpoch, leaderEpoch })
        else if (code === 'TOPIC_AUTHORIZATION_FAILED') answers.set(nameOf(place), { kind: 'refused', error: unauthorized(topic) })
        else answers.set(nameOf(place), { kind: 'again', error: errorOf(errorCode, `OffsetForLeaderEpoch of ${nameOf(place)}`) })
      }
    }
  } catch (error) {
    if (signal.aborted) throw error
    const failure = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', String(error), { cause: error })
    for (const question of questions) {
      if (failure.code === 'UNSUPPORTED_VERSION') answers.set(nameOf(question), { kind: 'unknowable', leaderEpoch: question.leaderEpoch })
      else answers.set(nameOf(question), { kind: failure.retriable ? 'again' : 'refused', error: failure })
    }
  }
}

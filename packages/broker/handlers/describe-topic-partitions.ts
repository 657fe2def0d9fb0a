import { ZERO_UUID } from '@odradek/common/bytes'
import { invalidTopicName, isInternalTopic } from '@odradek/metadata'
import type { MetadataService, PartitionState, TopicImage } from '@odradek/metadata'
import { errorCode, KafkaError } from '@odradek/protocol'
import { DescribeTopicPartitions } from '@odradek/protocol/messages'
import type { RequestOf, ResponseDraft } from '@odradek/protocol/schema'
import type { LiveSettings } from '../config/index.ts'
import { handler } from '../handler.ts'
import type { Endpoints } from '../services.ts'
import { allTopicOperations } from './authorized-operations.ts'
import { Reachable } from './topic-partitions.ts'

type Request = RequestOf<typeof DescribeTopicPartitions>
type Response = ResponseDraft<typeof DescribeTopicPartitions>
type Topic = Response['topics'][number]
type Cursor = NonNullable<Request['cursor']>

export interface DescribeTopicPartitionsParts {
  readonly metadata: Pick<MetadataService, 'image'>
  readonly endpoints: Endpoints
  readonly settings: Pick<LiveSettings, 'broker'>
}

/** Partitions of topics in the order of names, page by page (KIP-966). No names ask for all topics. */
export const describeTopicPartitions = ({ metadata, endpoints, settings }: DescribeTopicPartitionsParts) =>
  handler(
    DescribeTopicPartitions,
    (request, { connection }) => {
      const { image } = metadata
      const names = namesOf(request, image.topics.all())
      const limit = Math.min(settings.broker['max.request.partition.size.limit'], request.responsePartitionLimit)
      const page = new Page(new Reachable(image, endpoints.forClient(connection)), Math.max(1, limit))
      for (const name of names) {
        const from = name === request.cursor?.topicName ? request.cursor.partitionIndex : 0
        if (!page.add(name, image.topics.byName(name), from)) break
      }
      return page.response()
    },
    {
      failed: ({ topics }, code) => ({
        topics: topics.map(({ name }) => ({ ...unknownTopic(name), errorCode: code, topicAuthorizedOperations: -(2 ** 31) })),
      }),
    },
  )

/** From the cursor on, sorted. */
function namesOf({ topics, cursor }: Request, all: readonly TopicImage[]): readonly string[] {
  const asked = topics.length === 0 ? all.map(({ name }) => name) : [...new Set(topics.map(({ name }) => name))].toSorted(byCodeUnit)
  if (cursor === null) return asked
  const names = asked.filter((name) => name >= cursor.topicName)
  if (topics.length > 0 && !names.includes(cursor.topicName)) {
    throw invalid(`DescribeTopicPartitionsRequest topic list should contain the cursor topic: ${cursor.topicName}`)
  }
  if (cursor.partitionIndex < 0) {
    throw invalid(
      `DescribeTopicPartitionsRequest cursor partition must be valid: Cursor(topicName='${cursor.topicName}', partitionIndex=${cursor.partitionIndex})`,
    )
  }
  return names
}

/** As many partitions as fit, and where the next page begins. */
class Page {
  readonly #reachable: Reachable
  readonly #topics: Topic[] = []
  #left: number
  #nextCursor: Cursor | null = null

  constructor(reachable: Reachable, limit: number) {
    this.#reachable = reachable
    this.#left = limit
  }

  /** False when the page is full. */
  add(name: string, topic: TopicImage | undefined, from: number): boolean {
    if (this.#left === 0) {
      this.#nextCursor = { topicName: name, partitionIndex: 0 }
      return false
    }
    if (topic === undefined) {
      this.#topics.push(unknownTopic(name))
      return true
    }
    const partitions = topic.partitions.slice(from, from + this.#left)
    this.#left -= partitions.length
    this.#topics.push({
      errorCode: 0,
      name,
      topicId: topic.id,
      isInternal: topic.internal,
      partitions: partitions.map((state) => this.#partition(state)),
      topicAuthorizedOperations: allTopicOperations,
    })
    const next = from + partitions.length
    if (next >= topic.partitions.length) return true
    this.#nextCursor = { topicName: name, partitionIndex: next }
    return false
  }

  response(): Response {
    return { topics: this.#topics, nextCursor: this.#nextCursor }
  }

  #partition(state: PartitionState): Topic['partitions'][number] {
    return {
      errorCode: 0,
      partitionIndex: state.partition,
      leaderId: this.#reachable.leaderOf(state).leaderId,
      leaderEpoch: state.leaderEpoch,
      replicaNodes: state.replicas,
      isrNodes: state.isr,
      eligibleLeaderReplicas: state.elr,
      lastKnownElr: state.lastKnownElr,
      offlineReplicas: this.#reachable.offlineOf(state),
    }
  }
}

function unknownTopic(name: string): Topic {
  return {
    errorCode: errorCode(invalidTopicName(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'),
    name,
    topicId: ZERO_UUID,
    isInternal: isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: allTopicOperations,
  }
}

function invalid(message: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', message)
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

import { ZERO_UUID } from '@odradek/common/bytes'
import { DescribeTopicPartitions, Metadata } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { PartitionInfo } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { authorizedOperations } from './acl-words.ts'
import type { AclOperation } from './acl-words.ts'
import { checkInteger, checkList } from './check.ts'
import { names } from './keys.ts'
import { question } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { anyBroker } from './targets/brokers.ts'
import { isByIds } from './topics.ts'
import type { TopicCollection } from './topics.ts'

/** A partition with those that could lead it though they are not in sync (KIP-966). */
export interface TopicPartitionInfo extends PartitionInfo {
  /** Replicas that may be elected though they are not in sync; undefined when the broker does not say. */
  readonly eligibleLeaderReplicas?: readonly number[] | undefined
  /** Those that could be elected before the last one died. */
  readonly lastKnownElr?: readonly number[] | undefined
}

export interface TopicDescription {
  readonly name: string
  /** 22 characters as Kafka prints it; all `A` when the broker is too old to have ids. */
  readonly topicId: string
  /** Kafka keeps its own state in it. */
  readonly internal: boolean
  /** By partition number. */
  readonly partitions: readonly TopicPartitionInfo[]
  /** What this principal may do, when `includeAuthorizedOperations` asked for it. */
  readonly authorizedOperations: readonly AclOperation[] | undefined
}

export interface DescribeTopicsOptions extends Waiting {
  readonly includeAuthorizedOperations?: boolean | undefined
  /** How many partitions one answer may hold (2000). More are fetched page by page. */
  readonly partitionSizeLimitPerResponse?: number | undefined
}

export interface DescribeTopicsAdmin {
  /**
   * Topics with their partitions, leaders and replicas, by name or by id. Results are keyed by what was given.
   *
   * By name in pages where the broker can (KIP-966), so a huge topic does not make a huge answer. Rejects with UNKNOWN_TOPIC_OR_PARTITION,
   * UNKNOWN_TOPIC_ID, TOPIC_AUTHORIZATION_FAILED. Never creates a topic.
   *
   * ```ts
   * const { partitions } = await admin.describeTopics(['orders']).of('orders')
   * ```
   */
  describeTopics(topics: TopicCollection, options?: DescribeTopicsOptions): PerItem<string, TopicDescription>
}

export function describeTopicsAdmin(runner: Runner): DescribeTopicsAdmin {
  return {
    describeTopics(topics, options = {}) {
      const { partitionSizeLimitPerResponse = 2000, includeAuthorizedOperations = false } = options
      checkInteger('describeTopics', 'partitionSizeLimitPerResponse', partitionSizeLimitPerResponse, 1)
      if (isByIds(topics)) return runner.items(byId(includeAuthorizedOperations), names, topics.topicIds, options)
      checkList('describeTopics', 'topics', topics)
      const paged = inPages(partitionSizeLimitPerResponse, includeAuthorizedOperations)
      return runner.items({ ...paged, otherwise: byMetadata(includeAuthorizedOperations) }, names, topics, options)
    },
  }
}

type Page = ResponseOf<typeof DescribeTopicPartitions>
type PagedTopic = Page['topics'][number]
type Cursor = { readonly topicName: string; readonly partitionIndex: number } | null
type MetadataTopic = ResponseOf<typeof Metadata>['topics'][number]

/** Asks for page after page. Topics come in the order of their names; a page may end in the middle of one. */
function inPages(responsePartitionLimit: number, includeAuthorizedOperations: boolean): Operation<string, TopicDescription> {
  return {
    name: 'describeTopics',
    target: anyBroker(),
    async ask(broker, keys) {
      const verdicts = new Map<string, Verdict<TopicDescription>>()
      const partly = new Map<string, TopicDescription>()
      let wanted: readonly string[] = keys.toSorted()
      let cursor: Cursor = null
      for (;;) {
        const page: Page = await broker.call(DescribeTopicPartitions, {
          topics: wanted.map((name) => ({ name })),
          responsePartitionLimit,
          cursor,
        })
        const { topics, nextCursor } = page
        for (const topic of topics) {
          const name = topic.name ?? ''
          if (topic.errorCode !== 0) {
            verdicts.set(name, { code: topic.errorCode })
            continue
          }
          const before = partly.get(name)?.partitions ?? []
          partly.set(name, described(topic, before, includeAuthorizedOperations))
        }
        for (const [name, value] of partly) {
          if (name !== nextCursor?.topicName) verdicts.set(name, { value })
        }
        const rest = wanted.filter((name) => !verdicts.has(name))
        const stands = isSame(nextCursor, cursor)
        if (nextCursor === null || rest.length === 0 || (stands && rest.length === wanted.length)) return verdicts
        wanted = rest
        cursor = nextCursor
      }
    },
  }
}

function isSame(one: Cursor, other: Cursor): boolean {
  return one?.topicName === other?.topicName && one?.partitionIndex === other?.partitionIndex
}

function described(topic: PagedTopic, before: readonly TopicPartitionInfo[], withOperations: boolean): TopicDescription {
  const name = topic.name ?? ''
  return {
    name,
    topicId: topic.topicId,
    internal: topic.isInternal,
    partitions: [
      ...before,
      ...topic.partitions.map((partition) => ({
        ...partitionInfo(name, partition),
        eligibleLeaderReplicas: partition.eligibleLeaderReplicas ?? undefined,
        lastKnownElr: partition.lastKnownElr ?? undefined,
      })),
    ],
    authorizedOperations: withOperations ? authorizedOperations(topic.topicAuthorizedOperations) : undefined,
  }
}

function byMetadata(includeTopicAuthorizedOperations: boolean): Operation<string, TopicDescription> {
  return {
    name: 'describeTopics',
    target: anyBroker(),
    ask: question({
      api: Metadata,
      request: (keys) => ({ topics: keys.map((name) => ({ name })), allowAutoTopicCreation: false, includeTopicAuthorizedOperations }),
      read: ({ topics }) => topics.map((topic) => [topic.name ?? '', ofMetadata(topic)]),
    }),
  }
}

function byId(includeTopicAuthorizedOperations: boolean): Operation<string, TopicDescription> {
  return {
    name: 'describeTopics',
    target: anyBroker(),
    ask: question({
      api: Metadata,
      minVersion: 12,
      request: (keys) => ({
        topics: keys.map((topicId) => ({ topicId, name: null })),
        allowAutoTopicCreation: false,
        includeTopicAuthorizedOperations,
      }),
      read: ({ topics }) => topics.map((topic) => [topic.topicId, ofMetadata(topic)]),
    }),
  }
}

function ofMetadata(topic: MetadataTopic): Verdict<TopicDescription> {
  const { errorCode, isInternal: internal } = topic
  if (errorCode !== 0) return { code: errorCode }
  const name = topic.name ?? ''
  const partitions = topic.partitions
    .map((partition) => partitionInfo(name, partition))
    .toSorted((one, other) => one.partition - other.partition)
  const operations = authorizedOperations(topic.topicAuthorizedOperations)
  return { value: { name, topicId: topic.topicId ?? ZERO_UUID, internal, partitions, authorizedOperations: operations } }
}

function partitionInfo(topic: string, partition: PagedTopic['partitions'][number] | MetadataTopic['partitions'][number]): PartitionInfo {
  const { partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas } = partition
  return {
    topic,
    partition: partitionIndex,
    leader: leaderId < 0 ? undefined : leaderId,
    leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch,
    replicas: replicaNodes,
    inSyncReplicas: isrNodes,
    offlineReplicas,
  }
}

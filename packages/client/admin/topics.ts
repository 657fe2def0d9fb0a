import { ZERO_UUID } from '@odradek/common/bytes'
import { CreateTopics, DeleteTopics, Metadata } from '@odradek/protocol/messages'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, refuse } from './check.ts'
import { configSourceOf } from './config-words.ts'
import type { ConfigSource } from './config-words.ts'
import { names } from './keys.ts'
import { question, verdict } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { anyBroker, controller } from './targets/brokers.ts'
import { codes } from './targets/target.ts'

/** A topic to be made. Without partitions or replication factor the broker's defaults hold (KIP-464); brokers before 2.4 must be told both. */
export interface NewTopic {
  readonly name: string
  readonly partitions?: number | undefined
  readonly replicationFactor?: number | undefined
  /** The replicas of each partition by broker id, the preferred leader first. Instead of `partitions` and `replicationFactor`. */
  readonly assignments?: ReadonlyMap<number, readonly number[]> | undefined
  /** Settings of the topic: `{ 'cleanup.policy': 'compact', 'retention.ms': 3_600_000 }`. */
  readonly config?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** A topic as it was made, or would be with `validateOnly`. */
export interface CreatedTopic {
  /** 22 characters as Kafka prints it; all `A` when the broker is too old to have ids, or nothing was made. */
  readonly topicId: string
  /** −1 when the broker is too old to say (before 2.4). */
  readonly partitions: number
  readonly replicationFactor: number
  /** The settings it has; undefined when the broker is too old, or this principal may not see them (KIP-525). */
  readonly config: ReadonlyMap<string, CreatedTopicConfig> | undefined
}

export interface CreatedTopicConfig {
  readonly value: string | null
  readonly source: ConfigSource
  readonly isSensitive: boolean
  readonly isReadOnly: boolean
}

export interface TopicListing {
  readonly name: string
  readonly topicId: string
  /** Kafka keeps its own state in it: `__consumer_offsets`. */
  readonly internal: boolean
}

/** Topics by name, or by id (KIP-516). Results are keyed by what was given. */
export type TopicCollection = readonly string[] | { readonly topicIds: readonly string[] }

/** What a quota on changes of topics answers with is waited for, unless this is false (KIP-599). */
export interface QuotaOptions {
  readonly retryOnQuotaViolation?: boolean | undefined
}

export interface TopicsAdmin {
  /**
   * Makes topics. Each stands or fails alone.
   *
   * Rejects with TOPIC_ALREADY_EXISTS, INVALID_REPLICATION_FACTOR, INVALID_CONFIG, POLICY_VIOLATION, TOPIC_AUTHORIZATION_FAILED …, all with
   * UNSUPPORTED_VERSION when one leaves out partitions or replication factor and the broker is from before 2.4.
   * When an attempt's answer is lost, the next one can find the topic made: TOPIC_ALREADY_EXISTS with a hint that says so.
   *
   * ```ts
   * await admin.createTopics([{ name: 'orders', partitions: 12, config: { 'cleanup.policy': 'compact' } }])
   * ```
   */
  createTopics(
    topics: readonly NewTopic[],
    options?: Waiting & QuotaOptions & { readonly validateOnly?: boolean | undefined },
  ): PerItem<string, CreatedTopic>

  /**
   * Deletes topics, by name or by id (brokers from 2.8 on). Records are gone for good; the log directories are emptied some time later.
   *
   * ```ts
   * await admin.deleteTopics(['orders'])
   * await admin.deleteTopics({ topicIds: ['x7dP0Vn5RLuRvfhNkxS0Jw'] })
   * ```
   */
  deleteTopics(topics: TopicCollection, options?: Waiting & QuotaOptions): PerItem<string, void>

  /**
   * All topics that this principal may see, by name; those of Kafka itself only with `listInternal`.
   *
   * ```ts
   * const isThere = (await admin.listTopics()).has('orders')
   * ```
   */
  listTopics(options?: Waiting & { readonly listInternal?: boolean | undefined }): Promise<ReadonlyMap<string, TopicListing>>
}

export function topicsAdmin(runner: Runner): TopicsAdmin {
  return {
    createTopics(topics, options = {}) {
      checkList('createTopics', 'topics', topics)
      for (const topic of topics) checkNewTopic(topic)
      const byName = new Map(topics.map((topic) => [topic.name, topic]))
      if (byName.size < topics.length) refuse('createTopics', 'a topic is named twice', 'Name each topic once.')
      return runner.items(createTopics(byName, options), names, [...byName.keys()], options)
    },

    deleteTopics(topics, options = {}) {
      if (isByIds(topics)) return runner.items(deleteTopicsById(options), names, topics.topicIds, options)
      checkList('deleteTopics', 'topics', topics)
      return runner.items(deleteTopicsByName(options), names, topics, options)
    },

    listTopics: ({ listInternal = false, ...waiting } = {}) => runner.one(listTopics(listInternal), waiting),
  }
}

/** What is no list and no object is left to `checkList`. */
export const isByIds = (topics: TopicCollection): topics is Extract<TopicCollection, { readonly topicIds: unknown }> =>
  typeof topics === 'object' && topics !== null && 'topicIds' in topics

const quotaRetries = ({ retryOnQuotaViolation = true }: QuotaOptions): ReturnType<typeof codes> =>
  retryOnQuotaViolation ? codes('THROTTLING_QUOTA_EXCEEDED') : codes()

function createTopics(
  topics: ReadonlyMap<string, NewTopic>,
  options: QuotaOptions & { readonly validateOnly?: boolean | undefined },
): Operation<string, CreatedTopic> {
  return {
    name: 'createTopics',
    target: controller(),
    retries: quotaRetries(options),
    hints: { UNSUPPORTED_VERSION: 'Brokers before 2.4 have no defaults: say partitions and replicationFactor of each topic.' },
    ask: question({
      api: CreateTopics,
      minVersion: [...topics.values()].some(takesDefaults) ? 4 : 0,
      request: (keys, { timeoutMs }) => ({
        topics: keys.flatMap((name) => topics.get(name) ?? []).map(creatable),
        timeoutMs,
        validateOnly: options.validateOnly ?? false,
      }),
      read: ({ topics, throttleTimeMs }) =>
        topics.map((topic) => {
          const { name, topicId, numPartitions, replicationFactor, configs, topicConfigErrorCode } = topic
          const config =
            configs === null || topicConfigErrorCode !== 0 || numPartitions === -1
              ? undefined
              : new Map(
                  configs.map(({ name, value, configSource, isSensitive, readOnly }) => [
                    name,
                    { value, source: configSourceOf(configSource), isSensitive, isReadOnly: readOnly },
                  ]),
                )
          const created = { topicId, partitions: numPartitions, replicationFactor, config }
          return [name, throttled(topic, created, throttleTimeMs)]
        }),
    }),
  }
}

function creatable({ name, partitions, replicationFactor, assignments, config = {} }: NewTopic): {
  name: string
  numPartitions: number
  replicationFactor: number
  assignments: { partitionIndex: number; brokerIds: readonly number[] }[]
  configs: { name: string; value: string }[]
} {
  return {
    name,
    numPartitions: partitions ?? -1,
    replicationFactor: replicationFactor ?? -1,
    assignments: [...(assignments ?? [])].map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(config).map(([name, value]) => ({ name, value: String(value) })),
  }
}

function takesDefaults({ partitions = -1, replicationFactor = -1, assignments }: NewTopic): boolean {
  return assignments === undefined && (partitions === -1 || replicationFactor === -1)
}

function checkNewTopic({ name, partitions, replicationFactor, assignments }: NewTopic): void {
  checkName('createTopics', 'the name of a topic', name)
  if (partitions !== undefined && partitions !== -1) checkInteger('createTopics', `partitions of ${name}`, partitions, 1)
  if (replicationFactor !== undefined && replicationFactor !== -1)
    checkInteger('createTopics', `replicationFactor of ${name}`, replicationFactor, 1)
  if (assignments !== undefined && (partitions !== undefined || replicationFactor !== undefined))
    refuse('createTopics', `${name} has assignments beside partitions or replicationFactor`, 'Give the assignments alone: they say both.')
}

function deleteTopicsByName(options: QuotaOptions): Operation<string, void> {
  return {
    name: 'deleteTopics',
    target: controller(),
    retries: quotaRetries(options),
    ask: question({
      api: DeleteTopics,
      request: (keys, { version, timeoutMs }) =>
        version >= 6 ? { topics: keys.map((name) => ({ name })), timeoutMs } : { topicNames: keys, timeoutMs },
      read: ({ responses, throttleTimeMs }) => responses.map((topic) => [topic.name ?? '', throttled(topic, undefined, throttleTimeMs)]),
    }),
  }
}

function deleteTopicsById(options: QuotaOptions): Operation<string, void> {
  return {
    name: 'deleteTopics',
    target: controller(),
    retries: quotaRetries(options),
    ask: question({
      api: DeleteTopics,
      minVersion: 6,
      request: (keys, { timeoutMs }) => ({ topics: keys.map((topicId) => ({ topicId })), timeoutMs }),
      read: ({ responses, throttleTimeMs }) => responses.map((topic) => [topic.topicId, throttled(topic, undefined, throttleTimeMs)]),
    }),
  }
}

function listTopics(listInternal: boolean): Operation<undefined, ReadonlyMap<string, TopicListing>> {
  return {
    name: 'listTopics',
    target: anyBroker(),
    ask: question({
      api: Metadata,
      request: () => ({ topics: null, allowAutoTopicCreation: false }),
      read: ({ topics }) => {
        const listings = topics
          .filter(({ name, errorCode, isInternal }) => name !== null && errorCode === 0 && (listInternal || !isInternal))
          .map(({ name, topicId, isInternal }) => ({ name: name ?? '', topicId: topicId ?? ZERO_UUID, internal: isInternal }))
        return [[undefined, { value: new Map(listings.map((listing) => [listing.name, listing])) }]]
      },
    }),
  }
}

/** A verdict that says how long a used up quota wants to be left alone. */
export function throttled<Value>(
  answer: { readonly errorCode: number; readonly errorMessage: string | null },
  value: Value,
  throttleTimeMs: number,
): Verdict<Value> {
  const decided = verdict(answer, () => value)
  return decided !== 'otherwise' && 'code' in decided ? { ...decided, afterMs: throttleTimeMs } : decided
}

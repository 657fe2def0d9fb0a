import { CreatePartitions, DeleteRecords, ListOffsets } from '@odradek/protocol/messages'
import type { PartitionOffset, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, checkPartitions, refuse } from './check.ts'
import { names, partitions, perTopic } from './keys.ts'
import { KeyedMap } from './keyed-map.ts'
import { question } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { controller } from './targets/brokers.ts'
import { leaders } from './targets/leaders.ts'
import { codes } from './targets/target.ts'
import { throttled } from './topics.ts'
import type { QuotaOptions } from './topics.ts'

/** More partitions for a topic that is there. */
export interface NewPartitions {
  readonly topic: string
  /** How many it shall have in all. */
  readonly totalCount: number
  /** The replicas of each new partition by broker id, the preferred leader first; the broker places them when not given. */
  readonly assignments?: readonly (readonly number[])[] | undefined
}

/** Up to which offset, exclusive, records go; −1 is up to the high watermark. */
export interface RecordsToDelete extends TopicPartition {
  readonly beforeOffset: number
}

/**
 * Which offset of a partition is asked for: of its first record, behind its last one, of the one with the largest timestamp (KIP-734),
 * of the first that is on the broker's disk, the last that is in tiered storage, the first that is not yet there (KIP-405, KIP-1023),
 * or of the first record at or after a time in ms since 1970.
 */
export type OffsetSpec =
  | 'earliest'
  | 'latest'
  | 'maxTimestamp'
  | 'earliestLocal'
  | 'latestTiered'
  | 'earliestPendingUpload'
  | { readonly timestamp: number }

export interface ListedOffset extends PartitionOffset {
  /** Of the record there; −1 when the question was not about time. */
  readonly timestamp: number
}

export interface PartitionsAdmin {
  /**
   * Gives topics more partitions. Keys of new records may land elsewhere than those of old ones.
   *
   * ```ts
   * await admin.createPartitions([{ topic: 'orders', totalCount: 24 }])
   * ```
   */
  createPartitions(
    topics: readonly NewPartitions[],
    options?: Waiting & QuotaOptions & { readonly validateOnly?: boolean | undefined },
  ): PerItem<string, void>

  /**
   * Deletes the records of partitions up to an offset, by raising the log start offset (KIP-107). The result is the offset that partitions begin with now.
   *
   * ```ts
   * await admin.deleteRecords([{ topic: 'orders', partition: 0, beforeOffset: 1000 }])
   * ```
   */
  deleteRecords(records: readonly RecordsToDelete[], options?: Waiting): PerItem<TopicPartition, { readonly lowWatermark: number }>

  /**
   * Offsets of partitions, asked of their leaders. Offset −1: there is no such record.
   *
   * With `isolationLevel: 'read_committed'` latest is the last stable offset. Rejects with UNKNOWN_TOPIC_OR_PARTITION, and with
   * UNSUPPORTED_VERSION where the broker is too old for the kind of question.
   *
   * ```ts
   * const ends = await admin.listOffsets([{ topic: 'orders', partition: 0, at: 'latest' }])
   * ends.get({ topic: 'orders', partition: 0 })?.offset
   * ```
   */
  listOffsets(
    partitions: readonly (TopicPartition & { readonly at: OffsetSpec })[],
    options?: Waiting & { readonly isolationLevel?: 'read_uncommitted' | 'read_committed' | undefined },
  ): PerItem<TopicPartition, ListedOffset>
}

export function partitionsAdmin(runner: Runner): PartitionsAdmin {
  return {
    createPartitions(topics, options = {}) {
      checkList('createPartitions', 'topics', topics)
      for (const { topic, totalCount } of topics) {
        checkName('createPartitions', 'topic', topic)
        checkInteger('createPartitions', `totalCount of ${topic}`, totalCount, 1)
      }
      const byTopic = new Map(topics.map((topic) => [topic.topic, topic]))
      return runner.items(createPartitions(byTopic, options), names, [...byTopic.keys()], options)
    },

    deleteRecords(records, options) {
      checkPartitions('deleteRecords', records)
      for (const { topic, partition, beforeOffset } of records)
        checkInteger('deleteRecords', `beforeOffset of ${topic}-${partition}`, beforeOffset, -1)
      return runner.items(deleteRecords(keyed(records)), partitions, records.map(place), options)
    },

    listOffsets(asked, { isolationLevel = 'read_uncommitted', ...waiting } = {}) {
      checkPartitions('listOffsets', asked)
      for (const { topic, partition, at } of asked) {
        if (Number.isNaN(timestampOf(at)))
          refuse('listOffsets', `at of ${topic}-${partition} is ${JSON.stringify(at)}`, "Give 'earliest', 'latest' … or { timestamp }.")
      }
      return runner.items(listOffsets(keyed(asked), isolationLevel === 'read_committed' ? 1 : 0), partitions, asked.map(place), waiting)
    },
  }
}

const place = ({ topic, partition }: TopicPartition): TopicPartition => ({ topic, partition })

/** What was said about each partition. */
function keyed<Item extends TopicPartition>(items: readonly Item[]): KeyedMap<TopicPartition, Item> {
  return new KeyedMap<TopicPartition, Item>(
    partitions.identify,
    items.map((item) => [item, item]),
  )
}

function createPartitions(
  topics: ReadonlyMap<string, NewPartitions>,
  { retryOnQuotaViolation = true, validateOnly = false }: QuotaOptions & { readonly validateOnly?: boolean | undefined },
): Operation<string, void> {
  return {
    name: 'createPartitions',
    target: controller(),
    retries: retryOnQuotaViolation ? codes('THROTTLING_QUOTA_EXCEEDED') : codes(),
    ask: question({
      api: CreatePartitions,
      request: (keys, { timeoutMs }) => ({
        topics: keys
          .flatMap((name) => topics.get(name) ?? [])
          .map(({ topic, totalCount, assignments }) => ({
            name: topic,
            count: totalCount,
            assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
          })),
        timeoutMs,
        validateOnly,
      }),
      read: ({ results, throttleTimeMs }) => results.map((result) => [result.name, throttled(result, undefined, throttleTimeMs)]),
    }),
  }
}

function deleteRecords(records: KeyedMap<TopicPartition, RecordsToDelete>): Operation<TopicPartition, { readonly lowWatermark: number }> {
  return {
    name: 'deleteRecords',
    target: leaders(),
    ask: question({
      api: DeleteRecords,
      request: (keys, { timeoutMs }) => ({
        topics: perTopic(keys, (name, ofTopic) => ({
          name,
          partitions: ofTopic.map((key) => ({ partitionIndex: key.partition, offset: records.get(key)?.beforeOffset ?? -1 })),
        })),
        timeoutMs,
      }),
      read: ({ topics }) =>
        topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, errorCode, lowWatermark }): readonly [TopicPartition, Verdict<{ lowWatermark: number }>] => [
            { topic: name, partition: partitionIndex },
            errorCode === 0 ? { value: { lowWatermark } } : { code: errorCode },
          ]),
        ),
    }),
  }
}

/** The special timestamps of ListOffsets; each came with a version of it. */
const special = {
  latest: [-1, 1],
  earliest: [-2, 1],
  maxTimestamp: [-3, 7],
  earliestLocal: [-4, 8],
  latestTiered: [-5, 9],
  earliestPendingUpload: [-6, 11],
} as const satisfies Record<string, readonly [timestamp: number, sinceVersion: number]>

function timestampOf(at: OffsetSpec): number {
  if (typeof at === 'string') return Object.hasOwn(special, at) ? special[at][0] : Number.NaN
  return Number.isSafeInteger(at?.timestamp) && at.timestamp >= 0 ? at.timestamp : Number.NaN
}

const sinceVersion = (at: OffsetSpec): number => (typeof at === 'string' ? special[at][1] : 1)

function listOffsets(
  asked: KeyedMap<TopicPartition, TopicPartition & { readonly at: OffsetSpec }>,
  isolationLevel: number,
): Operation<TopicPartition, ListedOffset> {
  return {
    name: 'listOffsets',
    target: leaders({ unknownTopics: 'fail' }),
    async ask(broker, keys) {
      const version = await broker.versionFor(ListOffsets)
      const since = (key: TopicPartition): number => sinceVersion(asked.get(key)?.at ?? 'latest')
      const tooNew = keys.filter((key) => since(key) > version)
      const verdicts: (readonly [TopicPartition, Verdict<ListedOffset>])[] = tooNew.map((key) => [
        key,
        {
          code: 35,
          said: `broker ${broker.id} knows ListOffsets up to version ${version}, and ${JSON.stringify(asked.get(key)?.at)} needs ${since(key)}`,
        },
      ])
      const answerable = keys.filter((key) => since(key) <= version)
      if (answerable.length === 0) return verdicts
      const { topics } = await broker.call(
        ListOffsets,
        {
          replicaId: -1,
          isolationLevel,
          timeoutMs: broker.timeoutMs,
          topics: perTopic(answerable, (name, ofTopic) => ({
            name,
            partitions: ofTopic.map((key) => ({ partitionIndex: key.partition, timestamp: timestampOf(asked.get(key)?.at ?? 'latest') })),
          })),
        },
        { minVersion: Math.max(1, ...answerable.map(since)) },
      )
      for (const { name, partitions } of topics) {
        for (const { partitionIndex, errorCode, offset, timestamp, leaderEpoch } of partitions) {
          const key = { topic: name, partition: partitionIndex }
          const value = { ...key, offset, timestamp, leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch }
          verdicts.push([key, errorCode === 0 ? { value } : { code: errorCode }])
        }
      }
      return verdicts
    },
  }
}

import { OffsetCommit, OffsetDelete, OffsetFetch } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { Offsets, PartitionOffset, Partitions, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, checkPartitions } from './check.ts'
import { checkGroupIds } from './groups.ts'
import { names, partitionOf, partitions, perTopic } from './keys.ts'
import { KeyedMap } from './keyed-map.ts'
import { unlessFailed, question } from './operation.ts'
import type { AskedBroker, Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { coordinators } from './targets/coordinators.ts'
import { codes } from './targets/target.ts'

/** A group and which of its offsets; all that it has committed when no partitions are given. */
export type GroupOffsetsSpec = string | { readonly groupId: string; readonly partitions?: Partitions | undefined }

/** Committed offsets of a group; undefined for a partition that was asked for and has none. */
export type GroupOffsets = ReadonlyMap<TopicPartition, PartitionOffset | undefined>

export interface ListGroupOffsetsOptions extends Waiting {
  /** Waits for transactions that commit offsets, instead of answering with those before (KIP-447); brokers before 2.5 do not know of it. */
  readonly requireStable?: boolean | undefined
}

export interface GroupOffsetsAdmin {
  /**
   * How far groups have read; several at once (KIP-709).
   *
   * ```ts
   * const offsets = await admin.listConsumerGroupOffsets(['billing']).of('billing')
   * offsets.get({ topic: 'orders', partition: 0 })?.offset
   * ```
   */
  listConsumerGroupOffsets(groups: readonly GroupOffsetsSpec[], options?: ListGroupOffsetsOptions): PerItem<string, GroupOffsets>
  /** The same for groups of Kafka Streams (KIP-1071). */
  listStreamsGroupOffsets(groups: readonly GroupOffsetsSpec[], options?: ListGroupOffsetsOptions): PerItem<string, GroupOffsets>

  /**
   * Sets the offsets of a group that has no members (KIP-396); of one that is not there, makes it.
   *
   * Rejects with UNKNOWN_MEMBER_ID while the group is active: stop its members first.
   *
   * ```ts
   * await admin.alterConsumerGroupOffsets('billing', [{ topic: 'orders', partition: 0, offset: 0 }])
   * ```
   */
  alterConsumerGroupOffsets(groupId: string, offsets: Offsets, options?: Waiting): PerItem<TopicPartition, void>
  /** The same for groups of Kafka Streams (KIP-1071). */
  alterStreamsGroupOffsets(groupId: string, offsets: Offsets, options?: Waiting): PerItem<TopicPartition, void>

  /**
   * Makes a group forget its offsets of some partitions (KIP-496). Rejects with GROUP_SUBSCRIBED_TO_TOPIC while members read the topic.
   *
   * ```ts
   * await admin.deleteConsumerGroupOffsets('billing', [{ topic: 'orders', partition: 0 }])
   * ```
   */
  deleteConsumerGroupOffsets(groupId: string, partitions: Partitions, options?: Waiting): PerItem<TopicPartition, void>
  /** The same for groups of Kafka Streams (KIP-1071). */
  deleteStreamsGroupOffsets(groupId: string, partitions: Partitions, options?: Waiting): PerItem<TopicPartition, void>
}

export function groupOffsetsAdmin(runner: Runner): GroupOffsetsAdmin {
  return {
    listConsumerGroupOffsets: listing(runner, 'listConsumerGroupOffsets'),
    listStreamsGroupOffsets: listing(runner, 'listStreamsGroupOffsets'),
    alterConsumerGroupOffsets: altering(runner, 'alterConsumerGroupOffsets'),
    alterStreamsGroupOffsets: altering(runner, 'alterStreamsGroupOffsets'),
    deleteConsumerGroupOffsets: deleting(runner, 'deleteConsumerGroupOffsets'),
    deleteStreamsGroupOffsets: deleting(runner, 'deleteStreamsGroupOffsets'),
  }
}

function listing(runner: Runner, name: string): GroupOffsetsAdmin['listConsumerGroupOffsets'] {
  return (groups, { requireStable = false, ...waiting } = {}) => {
    checkList(name, 'groups', groups)
    const specs = new Map(groups.map((group) => (typeof group === 'string' ? [group, undefined] : [group.groupId, group.partitions])))
    checkGroupIds(name, [...specs.keys()])
    for (const asked of specs.values()) if (asked !== undefined) checkPartitions(name, asked)
    return runner.items(listOffsets(name, specs, requireStable), names, [...specs.keys()], waiting)
  }
}

/** KIP-447. */
const firstVersionWithStable = 7

type Answered = ResponseOf<typeof OffsetFetch>
type AnsweredTopics = readonly Pick<Answered['groups'][number]['topics'][number], 'name' | 'partitions'>[]

function listOffsets(
  name: string,
  specs: ReadonlyMap<string, Partitions | undefined>,
  requireStable: boolean,
): Operation<string, GroupOffsets> {
  const topicsOf = (groupId: string): readonly { name: string; partitionIndexes: readonly number[] }[] | null => {
    const asked = specs.get(groupId)
    return asked === undefined ? null : perTopic(asked, (name, of) => ({ name, partitionIndexes: of.map(({ partition }) => partition) }))
  }
  const ofOne = async (broker: AskedBroker, version: number, groupId: string): Promise<readonly [string, Verdict<GroupOffsets>]> => {
    // Brokers before 2.5 don't know that an offset is about to change: the best they have is what is committed.
    const request = { groupId, topics: topicsOf(groupId), requireStable: requireStable && version >= firstVersionWithStable }
    const { topics, errorCode } = await broker.call(OffsetFetch, request, { maxVersion: 7 })
    return [groupId, offsetsOf(errorCode, topics)]
  }
  return {
    name,
    target: coordinators('group', (groupId) => groupId),
    retries: codes('UNSTABLE_OFFSET_COMMIT'),
    async ask(broker, groupIds) {
      const version = await broker.versionFor(OffsetFetch)
      if (version < 8) return Promise.all(groupIds.map((groupId) => ofOne(broker, version, groupId)))
      const request = {
        groups: groupIds.map((groupId) => ({ groupId, topics: topicsOf(groupId) })),
        requireStable,
      }
      // Version 10 speaks of topic ids, and a group may have offsets of topics that are gone.
      const { groups } = await broker.call(OffsetFetch, request, { minVersion: 8, maxVersion: 9 })
      return groups.map(({ groupId, errorCode, topics }) => [groupId, offsetsOf(errorCode, topics)])
    },
  }
}

function offsetsOf(code: number, topics: AnsweredTopics): Verdict<GroupOffsets> {
  if (code !== 0) return { code }
  const offsets = new KeyedMap<TopicPartition, PartitionOffset | undefined>(partitions.identify)
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of partitions) {
      if (errorCode !== 0) return { code: errorCode, said: `of ${name}-${partitionIndex}` }
      const key = { topic: name, partition: partitionIndex }
      const offset = Number(committedOffset)
      const leaderEpoch = committedLeaderEpoch < 0 ? undefined : committedLeaderEpoch
      offsets.set(key, offset < 0 ? undefined : { ...key, offset, leaderEpoch, metadata: metadata ?? '' })
    }
  }
  return { value: offsets }
}

function altering(runner: Runner, name: string): GroupOffsetsAdmin['alterConsumerGroupOffsets'] {
  return (groupId, offsets, options) => {
    checkName(name, 'groupId', groupId)
    checkPartitions(name, offsets)
    for (const { topic, partition, offset } of offsets) checkInteger(name, `offset of ${topic}-${partition}`, offset, 0)
    const byPartition = new KeyedMap<TopicPartition, PartitionOffset>(
      partitions.identify,
      offsets.map((offset) => [offset, offset]),
    )
    return runner.items(alterOffsets(name, groupId, byPartition), partitions, offsets.map(partitionOf), options)
  }
}

function alterOffsets(name: string, groupId: string, offsets: KeyedMap<TopicPartition, PartitionOffset>): Operation<TopicPartition, void> {
  return {
    name: `${name} ${groupId}`,
    target: coordinators('group', () => groupId),
    retries: codes('REBALANCE_IN_PROGRESS'),
    hints: {
      UNKNOWN_MEMBER_ID: 'The group is active: stop its members first.',
      ILLEGAL_GENERATION: 'The group is active: stop its members first.',
    },
    ask: question({
      api: OffsetCommit,
      // Version 10 speaks of topic ids, which an admin does not keep.
      maxVersion: 9,
      request: (keys) => ({
        groupId,
        // Nobody's commit: allowed only while the group has no members.
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: perTopic(keys, (topic, ofTopic) => ({
          name: topic,
          partitions: ofTopic
            .flatMap((key) => offsets.get(key) ?? [])
            .map(({ partition, offset, leaderEpoch, metadata }) => ({
              partitionIndex: partition,
              committedOffset: offset,
              committedLeaderEpoch: leaderEpoch ?? -1,
              committedMetadata: metadata ?? '',
            })),
        })),
      }),
      read: ({ topics }) => perPartition(topics),
    }),
  }
}

function deleting(runner: Runner, name: string): GroupOffsetsAdmin['deleteConsumerGroupOffsets'] {
  return (groupId, asked, options) => {
    checkName(name, 'groupId', groupId)
    checkPartitions(name, asked)
    return runner.items(deleteOffsets(name, groupId), partitions, asked.map(partitionOf), options)
  }
}

function deleteOffsets(name: string, groupId: string): Operation<TopicPartition, void> {
  return {
    name: `${name} ${groupId}`,
    target: coordinators('group', () => groupId),
    ask: question({
      api: OffsetDelete,
      request: (keys) => ({
        groupId,
        topics: perTopic(keys, (topic, ofTopic) => ({
          name: topic,
          partitions: ofTopic.map(({ partition }) => ({ partitionIndex: partition })),
        })),
      }),
      read: (answer, keys) => unlessFailed(answer, keys, () => perPartition(answer.topics)),
    }),
  }
}

function perPartition(
  topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
  }[],
): readonly (readonly [TopicPartition, Verdict<void>])[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode }): readonly [TopicPartition, Verdict<void>] => [
      { topic: name, partition: partitionIndex },
      errorCode === 0 ? { value: undefined } : { code: errorCode },
    ]),
  )
}

import { ZERO_UUID } from '@odradek/common/bytes'
import type { Uuid } from '@odradek/common/bytes'
import type { OffsetCommit } from '@odradek/protocol/messages'
import type { RequestDraft, ResponseOf } from '@odradek/protocol/schema'
import type { ClusterMetadata } from '../cluster/metadata.ts'
import { nameOf } from '../partitions.ts'
import type { Offsets, Partitions, TopicPartition } from '../partitions.ts'
import type { ConsumerGroupMetadata } from './group-metadata.ts'
import type { GroupSettings } from './membership/group-settings.ts'

/** As whom a consumer commits that is no member: it has its partitions by `assign`. */
export function noMember(settings: GroupSettings): ConsumerGroupMetadata {
  return { groupId: settings.groupId ?? '', generationId: -1, memberId: '', groupInstanceId: undefined }
}

/** Ids by topic when every topic has one; else undefined: a request names its topics all by id or all by name. */
export function topicIdsOf({ topics }: ClusterMetadata, partitions: Partitions): ReadonlyMap<string, Uuid> | undefined {
  const ids = new Map<string, Uuid>()
  for (const { topic } of partitions) {
    const id = topics.get(topic)?.topicId
    if (id === undefined || id === ZERO_UUID) return undefined
    ids.set(topic, id)
  }
  return ids
}

export function commitBody(
  version: number,
  member: ConsumerGroupMetadata,
  offsets: Offsets,
  ids: ReadonlyMap<string, Uuid> | undefined,
): RequestDraft<typeof OffsetCommit> {
  return {
    groupId: member.groupId,
    generationIdOrMemberEpoch: member.generationId,
    memberId: member.memberId,
    ...(version < 7 ? {} : { groupInstanceId: member.groupInstanceId ?? null }),
    topics: [...byTopic(offsets)].map(([name, partitions]) => ({
      name,
      topicId: ids?.get(name) ?? ZERO_UUID,
      partitions: partitions.map(({ partition, offset, leaderEpoch, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch ?? -1,
        committedMetadata: metadata ?? '',
      })),
    })),
  }
}

/** The code of each partition, by its name. A partition that is not in the answer has none. */
export function commitErrors(
  answer: ResponseOf<typeof OffsetCommit>,
  ids: ReadonlyMap<string, Uuid> | undefined,
): ReadonlyMap<string, number> {
  const names = namesOf(ids)
  const errors = new Map<string, number>()
  for (const { name, topicId, partitions } of answer.topics) {
    const topic = name === '' ? names.get(topicId) : name
    if (topic === undefined) continue
    for (const { partitionIndex, errorCode } of partitions) errors.set(nameOf({ topic, partition: partitionIndex }), errorCode)
  }
  return errors
}

export function namesOf(ids: ReadonlyMap<string, Uuid> | undefined): ReadonlyMap<Uuid, string> {
  return new Map([...(ids ?? [])].map(([name, id]) => [id, name]))
}

export function byTopic<P extends TopicPartition>(partitions: readonly P[]): ReadonlyMap<string, readonly P[]> {
  return Map.groupBy(partitions, ({ topic }) => topic)
}

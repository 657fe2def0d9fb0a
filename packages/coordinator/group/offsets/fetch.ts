import { ZERO_UUID } from '@odradek/common/bytes'
import { errorCode } from '@odradek/protocol'
import type { FetchAnswer } from '../messages.ts'
import type { OffsetStore } from './offset-store.ts'
import type { StoredOffset } from './offset-table.ts'

/** What is asked of one group: some topics, or with `null` all that it has offsets of. */
export interface GroupFetch {
  readonly groupId: string
  readonly topics: readonly TopicFetch[] | null
}

export interface TopicFetch {
  readonly name: string
  /** The zero uuid where the client named the topic. */
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}

export type FetchedGroup = NonNullable<FetchAnswer['groups']>[number]
export type FetchedTopic = NonNullable<FetchedGroup['topics']>[number]
type FetchedPartition = NonNullable<FetchedTopic['partitions']>[number]

/**
 * Committed offsets of a group; −1 where there is none, which is no error, for a group that does not exist either.
 *
 * A stable fetch tells with UNSTABLE_OFFSET_COMMIT where a transaction holds an offset back (KIP-447), and stands on
 * everything written so far. Any other sees what is committed at this moment.
 */
export function fetchOffsets(store: OffsetStore, { groupId, topics }: GroupFetch, options: FetchOptions): FetchedGroup {
  const { isStable } = options
  const known = isStable ? store.ofGroup(groupId) : store.settledOfGroup(groupId)
  const entriesOf = <Key, Value>(map: {
    entries(): Iterable<[Key, Value]>
    settledEntries(): Iterable<[Key, Value]>
  }): Iterable<[Key, Value]> => (isStable ? map.entries() : map.settledEntries())

  const fetched = (topic: string, topicId: string, partitionIndex: number, offset: StoredOffset | undefined): FetchedPartition => {
    if (isStable && store.hasPending(groupId, topic, partitionIndex)) {
      return { ...none(partitionIndex), errorCode: errorCode('UNSTABLE_OFFSET_COMMIT') }
    }
    if (offset === undefined || !isOfTopic(offset, topicId)) return none(partitionIndex)
    return {
      partitionIndex,
      committedOffset: offset.offset,
      committedLeaderEpoch: offset.leaderEpoch,
      metadata: offset.metadata,
      errorCode: 0,
    }
  }

  if (topics === null) {
    const named = [...(known === undefined ? [] : entriesOf(known))].map(([name, partitions]) => {
      const topicId = options.topicIdOf(name)
      return {
        name,
        topicId,
        partitions: [...entriesOf(partitions)]
          .filter(([, offset]) => isOfTopic(offset, topicId))
          .map(([partition, offset]) => fetched(name, topicId, partition, offset)),
      }
    })
    return { groupId, errorCode: 0, topics: named.filter(({ partitions }) => partitions.length > 0) }
  }
  return {
    groupId,
    errorCode: 0,
    topics: topics.map((topic) => {
      const { name, partitionIndexes } = topic
      const topicId = topic.topicId === ZERO_UUID ? options.topicIdOf(name) : topic.topicId
      const partitions = isStable ? known?.get(name) : known?.getSettled(name)
      return {
        name,
        topicId,
        partitions: partitionIndexes.map((partition) =>
          fetched(name, topicId, partition, isStable ? partitions?.get(partition) : partitions?.getSettled(partition)),
        ),
      }
    }),
  }
}

export interface FetchOptions {
  readonly isStable: boolean
  /** The id that a topic has now; the zero uuid when there is none. */
  readonly topicIdOf: (topic: string) => string
}

/** An offset of a topic that has been deleted since and made again under its name is none. */
function isOfTopic(offset: StoredOffset, topicId: string): boolean {
  return topicId === ZERO_UUID || offset.topicId === ZERO_UUID || offset.topicId === topicId
}

function none(partitionIndex: number): FetchedPartition {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }
}

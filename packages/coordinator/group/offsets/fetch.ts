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
export function fetchOffsets(store: OffsetStore, { groupId, topics }: GroupFetch, isStable: boolean): FetchedGroup {
  const known = isStable ? store.ofGroup(groupId) : store.settledOfGroup(groupId)
  const entriesOf = <Key, Value>(map: {
    entries(): Iterable<[Key, Value]>
    settledEntries(): Iterable<[Key, Value]>
  }): Iterable<[Key, Value]> => (isStable ? map.entries() : map.settledEntries())

  const fetched = (topic: string, partitionIndex: number, offset: StoredOffset | undefined): FetchedPartition => {
    if (isStable && store.hasPending(groupId, topic, partitionIndex)) {
      return { ...none(partitionIndex), errorCode: errorCode('UNSTABLE_OFFSET_COMMIT') }
    }
    if (offset === undefined) return none(partitionIndex)
    return {
      partitionIndex,
      committedOffset: offset.offset,
      committedLeaderEpoch: offset.leaderEpoch,
      metadata: offset.metadata,
      errorCode: 0,
    }
  }

  if (topics === null) {
    return {
      groupId,
      errorCode: 0,
      topics: [...(known === undefined ? [] : entriesOf(known))].map(([name, partitions]) => ({
        name,
        topicId: ZERO_UUID,
        partitions: [...entriesOf(partitions)].map(([partition, offset]) => fetched(name, partition, offset)),
      })),
    }
  }
  return {
    groupId,
    errorCode: 0,
    topics: topics.map(({ name, topicId, partitionIndexes }) => {
      const partitions = isStable ? known?.get(name) : known?.getSettled(name)
      return {
        name,
        topicId,
        partitions: partitionIndexes.map((partition) => {
          const offset = isStable ? partitions?.get(partition) : partitions?.getSettled(partition)
          return fetched(name, partition, offset !== undefined && isOfTopic(offset, topicId) ? offset : undefined)
        }),
      }
    }),
  }
}

/** An offset of a topic that has been deleted since and made again under its name is none. */
function isOfTopic(offset: StoredOffset, topicId: string): boolean {
  return topicId === ZERO_UUID || offset.topicId === ZERO_UUID || offset.topicId === topicId
}

function none(partitionIndex: number): FetchedPartition {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }
}

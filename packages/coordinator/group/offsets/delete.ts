import { errorCode, KafkaError } from '@odradek/protocol'
import type { ClassicGroup } from '../classic/group.ts'
import type { Turn } from '../classic/turn.ts'
import type { OffsetDeleteAnswer, OffsetDeleteRequest } from '../messages.ts'
import type { OffsetStore } from './offset-store.ts'

/** Deletes offsets that nobody in the group uses: of an empty group all, of a group of consumers those of topics that none subscribes. */
export function deleteOffsets(group: ClassicGroup, store: OffsetStore, request: OffsetDeleteRequest, turn: Turn): OffsetDeleteAnswer {
  if (group.state !== 'Empty' && !group.usesConsumerProtocol) throw new KafkaError('NON_EMPTY_GROUP')
  let deleted = 0
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => {
      if (group.isSubscribedTo(name)) return { partitionIndex, errorCode: errorCode('GROUP_SUBSCRIBED_TO_TOPIC') }
      const hasCommitted = store.ofGroup(group.groupId)?.get(name)?.get(partitionIndex) !== undefined
      if (hasCommitted || store.hasPending(group.groupId, name, partitionIndex)) {
        writeTombstone(group.groupId, name, partitionIndex, turn)
        deleted++
      }
      return { partitionIndex, errorCode: 0 }
    }),
  }))
  turn.metrics.offsetsDeleted(deleted)
  return { errorCode: 0, topics }
}

/** Forgets every offset of a group; says how many. */
export function deleteAllOffsets(groupId: string, store: OffsetStore, turn: Turn): number {
  let deleted = 0
  for (const { topic, partition } of store.places(groupId)) {
    writeTombstone(groupId, topic, partition, turn)
    deleted++
  }
  return deleted
}

/** The topic is gone, and so are all offsets in it: whoever gets its name next begins anew. */
export function deleteOffsetsOfTopic(topic: string, store: OffsetStore, turn: Turn): number {
  let deleted = 0
  turn.outcome.mayBeSplit = true
  for (const groupId of store.groupIds()) {
    for (const partition of store.partitionsOf(groupId, topic)) {
      writeTombstone(groupId, topic, partition, turn)
      deleted++
    }
  }
  return deleted
}

export function writeTombstone(groupId: string, topic: string, partition: number, turn: Turn): void {
  turn.outcome.write({ kind: 'offset-commit', groupId, topic, partition, value: null })
}

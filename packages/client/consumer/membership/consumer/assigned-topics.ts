import type { Uuid } from '@odradek/common/bytes'
import type { ConsumerGroupHeartbeat } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'

/** Partitions by topic id, as the broker assigns them and as they are acknowledged. Never changes. */
export type AssignedTopics = ReadonlyMap<Uuid, readonly number[]>

export const nothing: AssignedTopics = new Map()

export function assignedOf({ topicPartitions }: NonNullable<ResponseOf<typeof ConsumerGroupHeartbeat>['assignment']>): AssignedTopics {
  return new Map(topicPartitions.map(({ topicId, partitions }) => [topicId, partitions.toSorted((a, b) => a - b)]))
}

export function isSame(a: AssignedTopics | undefined, b: AssignedTopics | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.size !== b.size) return false
  for (const [topic, partitions] of a) if (partitions.join() !== b.get(topic)?.join()) return false
  return true
}

export function wireForm(assigned: AssignedTopics): readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[] {
  return [...assigned].map(([topicId, partitions]) => ({ topicId, partitions }))
}

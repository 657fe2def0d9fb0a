import type { AssignorCluster, MemberSubscription } from '../../assignor.ts'
import type { PartitionInfo } from '../../partitions.ts'

/** The partitions of all topics that somebody subscribes to and that are known, by number. */
export function subscribedPartitions(
  cluster: AssignorCluster,
  members: ReadonlyMap<string, MemberSubscription>,
): Map<string, readonly PartitionInfo[]> {
  const topics = new Map<string, readonly PartitionInfo[]>()
  for (const { topics: names } of members.values()) {
    for (const topic of names) {
      if (topics.has(topic)) continue
      const partitions = cluster.partitions(topic)
      if (partitions.length > 0) topics.set(topic, partitions)
    }
  }
  return topics
}

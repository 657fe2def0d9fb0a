import { keys } from '../image/keys.ts'
import { encodePartition } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'
import type { TopicImage } from '../image/topic-image.ts'
import type { Change } from '../store.ts'
import type { DecisionContext } from './decision.ts'
import type { ElectionTerms } from './elections.ts'

/** The terms of elections in a topic, but for their kind and what is special about them. */
export function termsOf({ image, rules }: DecisionContext, topic: TopicImage): Omit<ElectionTerms, 'kind'> {
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1
  return {
    isActive: (id) => image.brokers.isActive(id),
    minIsr: Math.min(rules.minInsyncReplicas(image, topic.name), replicationFactor),
    elrEnabled: elrEnabled({ image }),
  }
}

export function elrEnabled({ image }: Pick<DecisionContext, 'image'>): boolean {
  return (image.finalizedFeatures.get('eligible.leader.replicas.version') ?? 0) > 0
}

/** Writes a partition in place of the one it was made from. */
export function partitionChange(topicId: string, before: PartitionState, after: PartitionState): Change {
  return { key: keys.partition(topicId, before.partition), value: encodePartition(after), expected: before.revision }
}

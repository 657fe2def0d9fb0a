import type { Cluster } from '../../cluster/cluster.ts'
import type { PartitionMetadata } from '../../cluster/metadata.ts'
import type { TopicPartition } from '../../partitions.ts'

/** A question about a partition that only its leader can answer. */
export interface Question<Ask> extends TopicPartition {
  readonly ask: Ask
}

/** A question with what is known of the partition now. */
export interface Addressed<Ask> extends Question<Ask> {
  readonly leaderEpoch: number
}

/** Questions by the broker that leads their partitions, and those whose partitions have no known leader. */
export function byLeader<Ask>(
  cluster: Cluster,
  questions: readonly Question<Ask>[],
): { readonly brokers: ReadonlyMap<number, readonly Addressed<Ask>[]>; readonly leaderless: readonly Question<Ask>[] } {
  const brokers = new Map<number, Addressed<Ask>[]>()
  const leaderless: Question<Ask>[] = []
  for (const question of questions) {
    const metadata: PartitionMetadata | undefined = cluster.metadata.topics.get(question.topic)?.partitions[question.partition]
    if (metadata === undefined || metadata.leader < 0) {
      leaderless.push(question)
      continue
    }
    const addressed = { ...question, leaderEpoch: metadata.leaderEpoch }
    const list = brokers.get(metadata.leader)
    if (list === undefined) brokers.set(metadata.leader, [addressed])
    else list.push(addressed)
  }
  return { brokers, leaderless }
}

/** As requests have them: one entry a topic. */
export function byTopic<Entry extends TopicPartition>(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const topics = new Map<string, Entry[]>()
  for (const entry of entries) {
    const list = topics.get(entry.topic)
    if (list === undefined) topics.set(entry.topic, [entry])
    else list.push(entry)
  }
  return topics
}

import type { PartitionOffset, TopicPartition } from '@odradek/client'
import type { OffsetsByTopicPartition } from '../types/consumer.ts'
import { nameOf, OwnedPartition } from './owned-partition.ts'

/** The partitions of a consumer. */
export class Assignment implements Iterable<OwnedPartition> {
  readonly #owned = new Map<string, OwnedPartition>()

  get(place: TopicPartition): OwnedPartition | undefined {
    return this.#owned.get(nameOf(place))
  }

  add(place: TopicPartition): OwnedPartition {
    const owned = new OwnedPartition(place)
    this.#owned.set(nameOf(place), owned)
    return owned
  }

  [Symbol.iterator](): IterableIterator<OwnedPartition> {
    return this.#owned.values()
  }

  /** They may be given back by one rebalance and come again with the next: only the same object is taken out. */
  remove(partitions: Iterable<OwnedPartition>): void {
    for (const owned of partitions) {
      owned.isLeaving = owned.isGone = true
      if (this.get(owned) === owned) this.#owned.delete(nameOf(owned))
    }
  }

  /** As kafkajs shows an assignment. */
  byTopic(): Record<string, number[]> {
    const topics: Record<string, number[]> = {}
    for (const { topic, partition } of this.#owned.values()) (topics[topic] ??= []).push(partition)
    for (const partitions of Object.values(topics)) partitions.sort((a, b) => a - b)
    return topics
  }

  get uncommittedCount(): number {
    let count = 0
    for (const owned of this.#owned.values()) count += owned.uncommittedCount
    return count
  }

  uncommitted(among: Iterable<OwnedPartition> = this.#owned.values()): readonly PartitionOffset[] {
    const offsets: PartitionOffset[] = []
    for (const { topic, partition, uncommitted: offset } of among) if (offset !== undefined) offsets.push({ topic, partition, offset })
    return offsets
  }
}

/** Offsets as kafkajs groups them. */
export function groupedByTopic(offsets: readonly PartitionOffset[]): OffsetsByTopicPartition {
  const topics = new Map<string, { partition: number; offset: string }[]>()
  for (const { topic, partition, offset } of offsets) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({ partition, offset: String(offset) })
  }
  return { topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) }
}

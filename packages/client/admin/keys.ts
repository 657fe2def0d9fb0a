import { nameOf } from '../partitions.ts'
import type { TopicPartition } from '../partitions.ts'

/** What the items of an operation are called: how two of them are told apart, and how one is printed. */
export interface KeyKind<Key> {
  readonly identify: (key: Key) => string
  readonly print: (key: Key) => string
}

export const names: KeyKind<string> = { identify: (name) => name, print: (name) => name }

export const brokers: KeyKind<number> = { identify: String, print: (id) => `broker ${id}` }

export const partitions: KeyKind<TopicPartition> = { identify: nameOf, print: nameOf }

/** A thing that the cluster has one of: there is one item, and it has no name. */
export const only: KeyKind<undefined> = { identify: () => '', print: () => '' }

/** Keys that are small objects of text, numbers and null: compared by their fields, in this order. */
export function fields<Key extends object>(order: readonly (keyof Key)[], print: (key: Key) => string): KeyKind<Key> {
  return { identify: (key) => JSON.stringify(order.map((field) => key[field] ?? null)), print }
}

/** Just the partition of something that says more; as a key of results. */
export const partitionOf = ({ topic, partition }: TopicPartition): TopicPartition => ({ topic, partition })

/** Things that belong to partitions, gathered by topic as most requests want them. */
export function byTopic<Item extends TopicPartition>(items: Iterable<Item>): ReadonlyMap<string, readonly Item[]> {
  return Map.groupBy(items, ({ topic }) => topic)
}

/** `[...].map` over `byTopic`. */
export function perTopic<Item extends TopicPartition, Result>(
  items: Iterable<Item>,
  build: (topic: string, items: readonly Item[]) => Result,
): readonly Result[] {
  return [...byTopic(items)].map(([topic, ofTopic]) => build(topic, ofTopic))
}

import { javaHashCode } from '@odradek/common/bytes'

/**
 * The keys of a java.util.HashMap in the order in which Java visits them, had they been put in the order given.
 *
 * Java's assignors go through hash maps of members and topics, and where two members have equal claims the first one visited wins. Leaders
 * of one group may be of either kind, and an assignment that changes with the leader's language would move partitions for nothing.
 */
export function inHashOrder(keys: Iterable<string>): string[] {
  const list = [...new Set(keys)]
  return inBuckets(list, capacityFor(list.length))
}

/**
 * The same where `computeIfAbsent` was called with each of these, repeatedly for some: a new key comes before the others of its bucket, and the
 * table grows only with the next call.
 */
export function inComputedOrder(keys: readonly string[]): string[] {
  const seen = new Set<string>()
  let capacity = 16
  for (const key of keys) {
    if (seen.size > capacity * 0.75) capacity *= 2
    seen.add(key)
  }
  return inBuckets([...seen].toReversed(), capacity)
}

/** A java.util.HashSet of which only the first element is asked for. Its table grows and never shrinks. */
export class HashSetOfPartitions {
  readonly #hashes = new Map<number, number>()
  #capacity = 16

  get size(): number {
    return this.#hashes.size
  }

  add(id: number, hash: number): void {
    this.#hashes.set(id, spread(hash))
    this.#capacity = Math.max(this.#capacity, capacityFor(this.#hashes.size))
  }

  delete(id: number): void {
    this.#hashes.delete(id)
  }

  first(): number | undefined {
    const mask = this.#capacity - 1
    let first: number | undefined
    let lowest = Infinity
    for (const [id, hash] of this.#hashes) {
      if ((hash & mask) >= lowest) continue
      lowest = hash & mask
      first = id
    }
    return first
  }
}

/** Of org.apache.kafka.common.TopicPartition. */
export function partitionHash(topic: string, partition: number): number {
  return (Math.imul(31, 31 + partition) + javaHashCode(topic)) | 0
}

function capacityFor(count: number): number {
  let capacity = 16
  while (count > capacity * 0.75) capacity *= 2
  return capacity
}

function inBuckets(keys: readonly string[], capacity: number): string[] {
  return keys
    .map((key) => ({ key, bucket: spread(javaHashCode(key)) & (capacity - 1) }))
    .toSorted((a, b) => a.bucket - b.bucket)
    .map(({ key }) => key)
}

const spread = (hash: number): number => hash ^ (hash >>> 16)

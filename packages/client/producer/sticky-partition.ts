import type { Random } from '@odradek/common/random'
import type { PartitionQueue } from './partition-queue.ts'

/** What all topics of a producer have in common. */
export interface StickyRules {
  readonly batchSize: number
  readonly isAdaptive: boolean
  readonly random: Random
  /** A broker that has taken nothing for `partitioner.availability.timeout.ms`. */
  isStalled(leader: number): boolean
}

/** What is known of a topic when a partition is chosen. */
export interface StickyTopic {
  readonly queues: readonly PartitionQueue[]
  readonly available: readonly number[]
  readonly areAllUsed: boolean
}

/**
 * Where records without a key go: to one partition until it has got a batch, then to a random other one (KIP-480), with shorter queues more likely (KIP-794).
 *
 * It moves on after `batch.size` bytes when the queue has no batch that is not full yet, and after twice as many in any case.
 */
export class StickyPartition {
  readonly #rules: StickyRules
  #queue: PartitionQueue | undefined
  #bytes = 0

  constructor(rules: StickyRules) {
    this.#rules = rules
  }

  /** Undefined for a topic without partitions. */
  current(topic: StickyTopic): PartitionQueue | undefined {
    const queue = this.#queue
    if (queue === undefined || (this.#bytes >= this.#rules.batchSize && queue.open?.isFull !== false)) return this.#move(topic)
    return queue
  }

  /** So many bytes were written to the current partition. */
  appended(topic: StickyTopic, bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes >= 2 * this.#rules.batchSize) this.#move(topic)
  }

  /** The batch that was being filled is full, and a record of `bytes` has found no place in it: where it goes. */
  afterFull(topic: StickyTopic, bytes: number): PartitionQueue | undefined {
    return this.#bytes + bytes >= this.#rules.batchSize ? this.#move(topic) : this.current(topic)
  }

  #move({ queues, available, areAllUsed }: StickyTopic): PartitionQueue | undefined {
    this.#bytes = 0
    const { random, isAdaptive } = this.#rules
    const chosen = isAdaptive && areAllUsed && queues.length > 1 ? this.#weighted(queues, available) : undefined
    this.#queue = chosen ?? uniform(queues, available, random)
    return this.#queue
  }

  /** By weights of the longest queue + 1 − the own one: queues 0 3 1 have weights 4 1 3. Undefined: all are alike. */
  #weighted(queues: readonly PartitionQueue[], available: readonly number[]): PartitionQueue | undefined {
    const rules = this.#rules
    let [count, sum, longest, shortest] = [0, 0, 0, Infinity]
    for (const partition of available) {
      const queue = queues[partition]
      if (queue === undefined || rules.isStalled(queue.leader)) continue
      const { length } = queue.batches
      count++
      sum += length
      if (length > longest) longest = length
      if (length < shortest) shortest = length
    }
    if (count === 0 || (count === queues.length && longest === shortest)) return undefined
    let left = rules.random.nextInt(count * (longest + 1) - sum)
    for (const partition of available) {
      const queue = queues[partition]
      if (queue === undefined || rules.isStalled(queue.leader)) continue
      left -= longest + 1 - queue.batches.length
      if (left < 0) return queue
    }
    return undefined
  }
}

function uniform(queues: readonly PartitionQueue[], available: readonly number[], random: Random): PartitionQueue | undefined {
  const count = available.length === 0 ? queues.length : available.length
  const drawn = count === 0 ? 0 : random.nextInt(count)
  return queues[available[drawn] ?? drawn]
}

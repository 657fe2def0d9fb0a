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
    const count = available.length === 0 ? queues.length : available.length
    const partition = chosen ?? (count === 0 ? 0 : uniform(available, random.nextInt(count)))
    this.#queue = queues[partition]
    return this.#queue
  }

  #weighted(queues: readonly PartitionQueue[], available: readonly number[]): number | undefined {
    const candidates = available.filter((partition) => !this.#rules.isStalled(queues[partition]?.leader ?? -1))
    const sizes = candidates.map((partition) => queues[partition]?.batches.length ?? 0)
    const isEven = candidates.length === queues.length && sizes.every((size) => size === sizes[0])
    if (isEven || candidates.length === 0) return undefined
    const table = cumulativeWeights(sizes)
    const drawn = this.#rules.random.nextInt(table.at(-1) ?? 1)
    return candidates[table.findIndex((end) => end > drawn)]
  }
}

const uniform = (available: readonly number[], drawn: number): number => available[drawn] ?? drawn

/** Weights are the longest queue + 1 − the own queue, summed up: queues 0 3 1 have weights 4 1 3, so 4 5 8. */
export function cumulativeWeights(queueSizes: readonly number[]): number[] {
  const longest = Math.max(...queueSizes) + 1
  let sum = 0
  return queueSizes.map((size) => (sum += longest - size))
}

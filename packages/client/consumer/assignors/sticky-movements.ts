import { HashSetOfPartitions } from './java-hash-order.ts'
import type { PartitionTable } from './sticky-partitions.ts'

interface Pair {
  readonly from: string
  readonly to: string
}

/**
 * What has moved from whom to whom. When a partition of a topic is to go from B to A after another of that topic went from A to B, that
 * other one goes back instead: two moves become none.
 */
export class Movements {
  readonly #table: PartitionTable
  readonly #pairOf = new Map<number, Pair>()
  /** By topic and pair. */
  readonly #moved = new Map<string, HashSetOfPartitions>()

  constructor(table: PartitionTable) {
    this.#table = table
  }

  /** The partition that goes to `to` instead of this one, or this one. */
  instead(id: number, from: string, to: string): number {
    const origin = this.#pairOf.get(id)?.from ?? from
    return this.#moved.get(this.#key(id, { from: to, to: origin }))?.first() ?? id
  }

  moved(id: number, from: string, to: string): void {
    const before = this.#pairOf.get(id)
    if (before === undefined) {
      this.#add(id, { from, to })
      return
    }
    this.#remove(id, before)
    // Back where it came from is no movement at all.
    if (before.from !== to) this.#add(id, { from: before.from, to })
  }

  #add(id: number, pair: Pair): void {
    this.#pairOf.set(id, pair)
    const key = this.#key(id, pair)
    const set = this.#moved.get(key) ?? new HashSetOfPartitions()
    this.#moved.set(key, set)
    set.add(id, this.#table.hashOf(id))
  }

  #remove(id: number, pair: Pair): void {
    this.#pairOf.delete(id)
    const key = this.#key(id, pair)
    const set = this.#moved.get(key)
    set?.delete(id)
    if (set?.size === 0) this.#moved.delete(key)
  }

  #key(id: number, { from, to }: Pair): string {
    return JSON.stringify([this.#table.topicOf(id), from, to])
  }
}

import type { AssignorCluster, MemberSubscription } from '../../assignor.ts'
import { memberRacks, racksMatter, racksOf } from './racks.ts'
import type { PartitionTable } from './sticky-partitions.ts'

/** Which members are near to which partitions. Where racks don't matter nobody is far. */
export class StickyRacks {
  readonly #members: ReadonlyMap<string, string>
  readonly #partitions: readonly ReadonlySet<string>[]
  /** How many members are near to each partition, also where racks don't matter for the rest; empty when no member has a rack. */
  readonly #near: readonly number[]
  readonly matter: boolean

  constructor(table: PartitionTable, members: ReadonlyMap<string, MemberSubscription>, cluster: AssignorCluster) {
    this.#members = memberRacks(members)
    const counts = new Map<string, number>()
    for (const rack of this.#members.values()) counts.set(rack, (counts.get(rack) ?? 0) + 1)
    this.#partitions = counts.size === 0 ? [] : table.infos.map((info) => racksOf(info, cluster))
    this.#near = this.#partitions.map((racks) => [...racks].reduce((sum, rack) => sum + (counts.get(rack) ?? 0), 0))
    this.matter = racksMatter(new Set(counts.keys()), this.#partitions)
  }

  rackOf(member: string): string | undefined {
    return this.matter ? this.#members.get(member) : undefined
  }

  /** Whether a partition has a replica in that rack. */
  has(id: number, rack: string): boolean {
    return this.#partitions[id]?.has(rack) === true
  }

  isFar(member: string, id: number): boolean {
    const rack = this.rackOf(member)
    return rack !== undefined && !this.has(id, rack)
  }

  /** Those first to which the fewest members are near. */
  byNearMembers(ids: readonly number[]): number[] {
    return this.#near.length === 0 ? [...ids] : ids.toSorted((a, b) => (this.#near[a] ?? 0) - (this.#near[b] ?? 0))
  }

  /** The first of these members, from an index on and around, that has a rack in which the partition has a replica; −1: none. */
  nextNear(id: number, members: readonly string[], from: number): number {
    for (let i = 0; i < members.length; i++) {
      const index = (from + i) % members.length
      const rack = this.rackOf(members[index] ?? '')
      if (rack !== undefined && this.has(id, rack)) return index
    }
    return -1
  }
}

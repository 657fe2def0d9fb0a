import assert from 'node:assert/strict'
import { remove } from './sticky-claims.ts'
import type { StickyClaims } from './sticky-claims.ts'
import type { PartitionTable } from './sticky-partitions.ts'
import type { StickyRacks } from './sticky-racks.ts'
import { compareText } from './text.ts'

/**
 * All members subscribe to the same. With P partitions and M members each gets ⌊P/M⌋, and P mod M of them one more:
 *   1. members keep what they have, by partition and topic, up to that
 *   2. what is free goes to members nearby, where racks matter
 *   3. the rest is dealt in turn to those below ⌊P/M⌋, then to those that may have one more.
 *
 * Also returned: who is to get what another member has now.
 */
export function assignEqually(table: PartitionTable, racks: StickyRacks, claims: StickyClaims): EqualAssignment {
  const equal = new EqualSharing(table, racks, claims)
  equal.keep()
  equal.dealNear()
  equal.deal()
  return { assigned: equal.assigned, moving: equal.moving }
}

export interface EqualAssignment {
  readonly assigned: Map<string, number[]>
  readonly moving: ReadonlyMap<number, string>
}

class EqualSharing {
  readonly #table: PartitionTable
  readonly #racks: StickyRacks
  readonly #claims: StickyClaims
  readonly assigned: Map<string, number[]>
  readonly moving = new Map<number, string>()
  /** What an owner does not keep. */
  readonly #given = new Map<number, string>()
  readonly #least: number
  readonly #most: number
  readonly #wanted: number
  /** Members that have the most. */
  #filled = 0
  /** Members with fewer than the least. */
  #below: string[] = []
  /** Members with exactly the least that may get one more. */
  #atLeast: string[] = []
  #free: number[] = []

  constructor(table: PartitionTable, racks: StickyRacks, claims: StickyClaims) {
    this.#table = table
    this.#racks = racks
    this.#claims = claims
    this.assigned = new Map([...claims.owned.keys()].map((member) => [member, []]))
    this.#least = Math.floor(table.size / this.assigned.size)
    this.#most = Math.ceil(table.size / this.assigned.size)
    this.#wanted = table.size % this.assigned.size
  }

  keep(): void {
    const table = this.#table
    const kept = new Set<number>()
    for (const [member, claimed] of this.#claims.owned) {
      const near: number[] = []
      for (const id of claimed) {
        if (this.#racks.isFar(member, id)) this.#given.set(id, member)
        else if (!this.#claims.disputed.has(id)) near.push(id)
      }
      near.sort((a, b) => table.numberOf(a) - table.numberOf(b) || compareText(table.topicOf(a), table.topicOf(b)))
      const keeps = near.slice(0, this.#keeps(member, near.length))
      for (const id of near.slice(keeps.length)) this.#given.set(id, member)
      for (const id of keeps) kept.add(id)
      this.assigned.get(member)?.push(...keeps)
    }
    this.#below.sort(compareText)
    this.#atLeast.sort(compareText)
    this.#free = this.#racks.byNearMembers(Array.from({ length: table.size }, (_, id) => id).filter((id) => !kept.has(id)))
  }

  /** How many of its own a member keeps, and among whom it counts then. */
  #keeps(member: string, count: number): number {
    if (count < this.#least) {
      this.#below.push(member)
      return count
    }
    if (count >= this.#most && this.#filled < this.#wanted) {
      this.#fill()
      return this.#most
    }
    if (this.#filled < this.#wanted) this.#atLeast.push(member)
    return this.#least
  }

  /** One more member has the most. When enough have it, all with the least are done. */
  #fill(): void {
    if (++this.#filled === this.#wanted) this.#atLeast.length = 0
  }

  dealNear(): void {
    if (!this.#racks.matter) return
    const left: number[] = []
    let from = 0
    for (const id of this.#free) {
      const at = this.#racks.nextNear(id, this.#below, from)
      if (at >= 0) from = this.#giveBelow(id, at)
      else if (!this.#giveAtLeast(id)) left.push(id)
    }
    this.#free = left
  }

  /** Returns where to go on. */
  #giveBelow(id: number, at: number): number {
    const member = this.#below[at] ?? ''
    const count = this.#give(id, member)
    let next = at + 1
    if (count >= this.#least) {
      this.#below.splice(at, 1)
      next = at
      if (count < this.#most && this.#filled < this.#wanted) this.#atLeast.push(member)
    }
    return this.#below.length === 0 ? 0 : next % this.#below.length
  }

  #giveAtLeast(id: number): boolean {
    const at = this.#racks.nextNear(id, this.#atLeast, 0)
    if (at < 0) return false
    const member = this.#atLeast[at] ?? ''
    if (this.#give(id, member) === this.#most) {
      this.#atLeast.splice(at, 1)
      this.#fill()
    }
    return true
  }

  deal(): void {
    let at = 0
    for (const id of this.#free) {
      if (at >= this.#below.length) at = 0
      const member = this.#below[at++] ?? this.#atLeast.shift()
      assert(member !== undefined, 'the shares of all members add up to all partitions')
      if (this.#give(id, member) !== this.#least) continue
      remove(this.#below, member)
      at--
      this.#atLeast.push(member)
    }
  }

  #give(id: number, member: string): number {
    const has = this.assigned.get(member) ?? []
    has.push(id)
    const owner = this.#given.get(id)
    if ((owner !== undefined && owner !== member) || this.#claims.disputed.has(id)) this.moving.set(id, member)
    return has.length
  }
}

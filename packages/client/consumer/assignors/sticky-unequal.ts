import type { MemberSubscription } from '../../assignor.ts'
import { SortedMembers } from './sorted-members.ts'
import { remove } from './sticky-claims.ts'
import type { StickyClaims } from './sticky-claims.ts'
import { Movements } from './sticky-movements.ts'
import type { PartitionTable } from './sticky-partitions.ts'
import type { StickyRacks } from './sticky-racks.ts'
import { compareText } from './text.ts'

/**
 * Members subscribe to different topics:
 *   1. members keep what they have, still subscribe to, and are near to
 *   2. what is free, topics with the fewest possible members first, goes each to the least loaded, first to one nearby
 *   3. partitions move while a member has two more than another that could have one of them, former owners preferred
 *   4. all of 3 is undone if it made the whole no more even.
 */
export function assignUnequally(
  table: PartitionTable,
  racks: StickyRacks,
  claims: StickyClaims,
  members: ReadonlyMap<string, MemberSubscription>,
): Map<string, number[]> {
  return new UnequalSharing(table, racks, claims, members).assign()
}

class UnequalSharing {
  readonly #table: PartitionTable
  readonly #racks: StickyRacks
  readonly #claims: StickyClaims
  /** Of topics that are known. */
  readonly #topicsOf = new Map<string, ReadonlySet<string>>()
  readonly #membersOf = new Map<string, string[]>()
  #assigned: Map<string, number[]>
  readonly #ownerOf: (string | undefined)[] = []
  readonly #order: readonly number[]
  /** Members whose load may change. */
  readonly #byLoad = new SortedMembers()
  readonly #movements: Movements
  #hasRevoked = false

  constructor(table: PartitionTable, racks: StickyRacks, claims: StickyClaims, members: ReadonlyMap<string, MemberSubscription>) {
    this.#table = table
    this.#racks = racks
    this.#claims = claims
    this.#movements = new Movements(table)
    for (const topic of table.topics) this.#membersOf.set(topic, [])
    for (const member of claims.owned.keys()) {
      const topics = new Set((members.get(member)?.topics ?? []).filter((topic) => table.has(topic)))
      this.#topicsOf.set(member, topics)
      for (const topic of topics) this.#membersOf.get(topic)?.push(member)
    }
    this.#assigned = new Map([...claims.owned].map(([member, ids]) => [member, [...ids]]))
    const possible = (topic: string) => this.#membersOf.get(topic)?.length ?? 0
    this.#order = table.topics.toSorted((a, b) => possible(a) - possible(b) || compareText(a, b)).flatMap((topic) => table.idsOf(topic))
  }

  assign(): Map<string, number[]> {
    const kept = this.#keep()
    const free = this.#order.filter((id) => !kept.has(id))
    const isFirst = [...this.#assigned.values()].every((ids) => ids.length === 0)
    for (const [member, ids] of this.#assigned) this.#byLoad.add(member, ids.length)
    this.#give(free)
    this.#even(free, isFirst)
    return this.#assigned
  }

  #keep(): ReadonlySet<number> {
    const kept = new Set<number>()
    for (const [member, ids] of this.#assigned) {
      const stays = ids.filter((id) => this.#mayHave(member, id) && !this.#racks.isFar(member, id))
      if (stays.length < ids.length) this.#hasRevoked = true
      this.#assigned.set(member, stays)
      for (const id of stays) {
        kept.add(id)
        this.#ownerOf[id] = member
      }
    }
    return kept
  }

  #mayHave(member: string, id: number): boolean {
    return this.#topicsOf.get(member)?.has(this.#table.topicOf(id)) === true
  }

  #give(free: readonly number[]): void {
    const far = this.#racks.matter ? free.filter((id) => !this.#giveToLeastLoaded(id, (member) => !this.#racks.isFar(member, id))) : free
    for (const id of far) this.#giveToLeastLoaded(id, () => true)
  }

  #giveToLeastLoaded(id: number, may: (member: string) => boolean): boolean {
    const member = this.#byLoad.find((one) => this.#mayHave(one, id) && may(one))
    if (member === undefined) return false
    const ids = this.#assigned.get(member) ?? []
    this.#byLoad.delete(member)
    ids.push(id)
    this.#ownerOf[id] = member
    this.#byLoad.add(member, ids.length)
    return true
  }

  #even(free: readonly number[], isFirst: boolean): void {
    // Topics that only one member can have, and members that can neither get nor give, take no part.
    const isMovable = (id: number) => this.#possible(id).length >= 2
    const fixed = new Map<string, number[]>()
    for (const [member, ids] of this.#assigned) {
      const canGet = ids.length < this.#mostOf(member)
      if (canGet || ids.some(isMovable)) continue
      this.#byLoad.delete(member)
      fixed.set(member, ids)
    }
    for (const member of fixed.keys()) this.#assigned.delete(member)
    const before = new Map([...this.#assigned].map(([member, ids]) => [member, [...ids]]))
    if (!this.#hasRevoked) this.#move(free.filter(isMovable))
    const hasMoved = this.#move(this.#order.filter(isMovable))
    if (!isFirst && hasMoved && unevenness(this.#assigned) >= unevenness(before)) this.#assigned = before
    for (const [member, ids] of fixed) this.#assigned.set(member, ids)
  }

  #possible(id: number): readonly string[] {
    return this.#membersOf.get(this.#table.topicOf(id)) ?? []
  }

  /** How many partitions a member could have. */
  #mostOf(member: string): number {
    let most = 0
    for (const topic of this.#topicsOf.get(member) ?? []) most += this.#table.countOf(topic)
    return most
  }

  #load(member: string): number {
    return this.#assigned.get(member)?.length ?? 0
  }

  /** Moves what makes the whole more even, until nothing does. */
  #move(ids: readonly number[]): boolean {
    let hasMoved = false
    for (let again = true; again;) {
      again = false
      for (const id of ids) {
        if (this.#isEven()) break
        const to = this.#betterOwner(id)
        if (to === undefined) continue
        this.#reassign(id, to)
        hasMoved = true
        again = true
      }
    }
    return hasMoved
  }

  #betterOwner(id: number): string | undefined {
    const owner = this.#ownerOf[id] ?? ''
    const hasTwoLess = (member: string) => this.#load(owner) > this.#load(member) + 1
    const former = this.#claims.formerOwners.get(id)
    // Java does not ask whether the former owner still subscribes to the topic.
    if (former !== undefined && this.#assigned.has(former) && this.#mayHave(former, id) && hasTwoLess(former)) return former
    // That somebody can take it is asked of all who could have it; who gets it is then the least loaded of them.
    if (!this.#possible(id).some(hasTwoLess)) return undefined
    return this.#byLoad.find((member) => this.#mayHave(member, id))
  }

  #reassign(id: number, to: string): void {
    const moved = this.#movements.instead(id, this.#ownerOf[id] ?? '', to)
    const from = this.#ownerOf[moved] ?? ''
    this.#byLoad.delete(from)
    this.#byLoad.delete(to)
    this.#movements.moved(moved, from, to)
    remove(this.#assigned.get(from), moved)
    this.#assigned.get(to)?.push(moved)
    this.#ownerOf[moved] = to
    this.#byLoad.add(to, this.#load(to))
    this.#byLoad.add(from, this.#load(from))
  }

  /** Whether no member can take a partition from one that has at least two more. */
  #isEven(): boolean {
    const { first, last } = this.#byLoad
    if (first === undefined || last === undefined || this.#load(first) >= this.#load(last) - 1) return true
    for (const member of this.#byLoad) {
      const load = this.#load(member)
      if (load === this.#mostOf(member)) continue
      for (const topic of this.#topicsOf.get(member) ?? []) {
        for (const id of this.#table.idsOf(topic)) {
          const owner = this.#ownerOf[id]
          if (owner !== undefined && owner !== member && load + 1 < this.#load(owner)) return false
        }
      }
    }
    return true
  }
}

/** The differences between all pairs of members, summed up. */
function unevenness(assigned: ReadonlyMap<string, readonly number[]>): number {
  const loads = [...assigned.values()].map(({ length }) => length).toSorted((a, b) => a - b)
  return loads.reduce((sum, load, index) => sum + load * (2 * index - loads.length + 1), 0)
}

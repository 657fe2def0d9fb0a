import type { AppliedOffset } from './offsets-log.ts'

export type GroupOffsets = ReadonlyMap<string, AppliedOffset>

const none: GroupOffsets = new Map()

/** What groups have committed, and what open transactions hold back (KIP-447). */
export class CommittedOffsets {
  readonly #groups = new Map<string, Map<string, AppliedOffset>>()
  /** By producer id. */
  readonly #pending = new Map<number, AppliedOffset[]>()

  apply(offset: AppliedOffset): void {
    let group = this.#groups.get(offset.group)
    if (group === undefined) this.#groups.set(offset.group, (group = new Map()))
    group.set(`${offset.topic}-${offset.partition}`, offset)
  }

  of(group: string): GroupOffsets {
    return this.#groups.get(group) ?? none
  }

  get(group: string, topic: string, partition: number): AppliedOffset | undefined {
    return this.#groups.get(group)?.get(`${topic}-${partition}`)
  }

  hold(producerId: number, offset: AppliedOffset): void {
    const held = this.#pending.get(producerId)
    if (held === undefined) this.#pending.set(producerId, [offset])
    else held.push(offset)
  }

  /** What a transaction holds back of a group, in the order in which it came. */
  heldBy(producerId: number, group: string): readonly AppliedOffset[] {
    return (this.#pending.get(producerId) ?? []).filter((each) => each.group === group)
  }

  /** The transaction has ended, and what counts is written. */
  release(producerId: number, group: string): void {
    const rest = (this.#pending.get(producerId) ?? []).filter((each) => each.group !== group)
    if (rest.length === 0) this.#pending.delete(producerId)
    else this.#pending.set(producerId, rest)
  }

  isHeld(group: string, topic: string, partition: number): boolean {
    for (const held of this.#pending.values())
      if (held.some((each) => each.group === group && each.topic === topic && each.partition === partition)) return true
    return false
  }
}

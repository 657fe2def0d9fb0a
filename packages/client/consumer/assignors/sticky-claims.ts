import type { MemberSubscription } from '../../assignor.ts'
import type { Partitions } from '../../partitions.ts'
import { inHashOrder } from './java-hash-order.ts'
import type { PartitionTable } from './sticky-partitions.ts'

/** What a member says it has had. */
export interface Claim {
  readonly partitions: Partitions
  /** Undefined when it did not say. */
  readonly generation: number | undefined
}

/** Who owned what, out of what all members say. */
export class StickyClaims {
  readonly areSubscriptionsEqual: boolean
  /** What each member owned, in its own order; members in the order in which Java's maps visit them. */
  readonly owned: ReadonlyMap<string, readonly number[]>
  /** Claimed twice in the same generation: nobody's. */
  readonly disputed: ReadonlySet<number>
  /** Owners of older generations than the newest, for partitions that lie free now. */
  readonly formerOwners: ReadonlyMap<number, string>

  constructor(
    table: PartitionTable,
    members: ReadonlyMap<string, MemberSubscription>,
    claimOf: (subscription: MemberSubscription) => Claim,
  ) {
    const order = inHashOrder(members.keys()).flatMap((member) => {
      const subscription = members.get(member)
      return subscription === undefined ? [] : [{ member, subscription, claim: claimOf(subscription) }]
    })
    this.areSubscriptionsEqual = areEqual(order.map(({ subscription }) => subscription.topics))
    const owned = new Map<string, number[]>()
    const disputed = new Set<number>()
    const ownerOf = new Map<number, string>()
    for (const { member, claim } of order) {
      const generation = claim.generation ?? -1
      const ids: number[] = []
      owned.set(member, ids)
      for (const partition of claim.partitions) {
        const id = table.idOf(partition)
        if (id === undefined) continue
        const other = ownerOf.get(id)
        if (other === undefined) {
          ids.push(id)
          ownerOf.set(id, member)
          continue
        }
        // As in Java the other's generation is the one of its subscription, even where the claim comes from user data.
        const otherGeneration = Math.max(-1, members.get(other)?.generationId ?? -1)
        if (generation < otherGeneration) continue
        if (generation === otherGeneration) disputed.add(id)
        else ids.push(id)
        remove(owned.get(other), id)
        ownerOf.set(id, member)
      }
    }
    this.owned = owned
    this.disputed = disputed
    this.formerOwners = formerOwners(table, order)
  }
}

function areEqual(subscriptions: readonly (readonly string[])[]): boolean {
  const first = new Set(subscriptions.find((topics) => topics.length > 0))
  let isFilled = false
  for (const topics of subscriptions) {
    if (!isFilled) {
      // Members without a topic before the first with one count for equal; it is so in Java.
      isFilled = topics.length > 0
      continue
    }
    if (topics.length !== first.size || !topics.every((topic) => first.has(topic))) return false
  }
  return true
}

function formerOwners(
  table: PartitionTable,
  order: readonly { readonly member: string; readonly claim: Claim }[],
): ReadonlyMap<number, string> {
  const newest = Math.max(-1, ...order.map(({ claim }) => claim.generation ?? -1))
  const former = new Map<number, { readonly member: string; readonly generation: number }>()
  for (const { member, claim } of order) {
    const generation = claim.generation ?? -1
    if (generation >= newest) continue
    for (const partition of claim.partitions) {
      const id = table.idOf(partition)
      if (id === undefined) continue
      const other = former.get(id)
      if (other === undefined || generation > other.generation) former.set(id, { member, generation })
    }
  }
  return new Map([...former].map(([id, { member }]) => [id, member]))
}

/** The first of that value. */
export function remove<T>(list: T[] | undefined, value: T): void {
  const at = list?.indexOf(value) ?? -1
  if (at >= 0) list?.splice(at, 1)
}

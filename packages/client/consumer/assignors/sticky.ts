import type { Assignor, AssignorCluster, MemberAssignment, MemberSubscription } from '../../assignor.ts'
import type { Bytes } from '../../bytes.ts'
import type { Partitions } from '../../partitions.ts'
import { StickyClaims } from './sticky-claims.ts'
import type { Claim } from './sticky-claims.ts'
import { assignEqually } from './sticky-equal.ts'
import { PartitionTable } from './sticky-partitions.ts'
import { StickyRacks } from './sticky-racks.ts'
import { assignUnequally } from './sticky-unequal.ts'
import { readGeneration, readStickyUserData, writeGeneration, writeStickyUserData } from './sticky-user-data.ts'
import { subscribedPartitions } from './subscribed-topics.ts'

/**
 * As even as can be, and with as few partitions moved as that allows. An eager member gives all back before it joins, so it tells the leader in
 * its user data what it had.
 */
export function sticky(): Assignor {
  let had: Partitions | undefined
  let generation = -1
  return {
    name: 'sticky',
    protocols: ['eager'],
    subscriptionUserData: () => (had === undefined ? null : writeStickyUserData(had, generation)),
    onAssignment({ partitions }, group) {
      had = partitions
      generation = group.generationId
    },
    assign(cluster, members) {
      const { assigned, table } = assignSticky(cluster, members, ({ userData }) => readStickyUserData(userData))
      return named(assigned, table)
    },
  }
}

/**
 * The same, for members that keep what they have while they join. A partition that changes its owner is left out for one round: the owner gives it
 * back, everybody joins anew, and the next round hands it on (KIP-429).
 */
export function cooperativeSticky(): Assignor {
  let generation = -1
  return {
    name: 'cooperative-sticky',
    protocols: ['cooperative', 'eager'],
    subscriptionUserData: (): Bytes => writeGeneration(generation),
    onAssignment(_assignment, group) {
      generation = group.generationId
    },
    assign(cluster, members) {
      const { assigned, table, moving } = assignSticky(cluster, members, (subscription) => ({
        partitions: subscription.ownedPartitions,
        generation: subscription.generationId >= 0 ? subscription.generationId : readGeneration(subscription.userData),
      }))
      const waiting = moving ?? takenFromOwners(assigned, members, table)
      for (const [member, ids] of assigned)
        assigned.set(
          member,
          ids.filter((id) => waiting.get(id) !== member),
        )
      return named(assigned, table)
    },
  }
}

interface Assigned {
  readonly table: PartitionTable
  readonly assigned: Map<string, number[]>
  /** New owners of partitions that have another one now; undefined: to be looked up. */
  readonly moving: ReadonlyMap<number, string> | undefined
}

function assignSticky(
  cluster: AssignorCluster,
  members: ReadonlyMap<string, MemberSubscription>,
  claimOf: (subscription: MemberSubscription) => Claim,
): Assigned {
  const table = new PartitionTable(subscribedPartitions(cluster, members))
  const racks = new StickyRacks(table, members, cluster)
  const claims = new StickyClaims(table, members, claimOf)
  if (!claims.areSubscriptionsEqual) return { table, assigned: assignUnequally(table, racks, claims, members), moving: undefined }
  return { table, ...assignEqually(table, racks, claims) }
}

function takenFromOwners(
  assigned: ReadonlyMap<string, readonly number[]>,
  members: ReadonlyMap<string, MemberSubscription>,
  table: PartitionTable,
): ReadonlyMap<number, string> {
  const given = new Map<number, string>()
  const taken = new Set<number>()
  for (const [member, ids] of assigned) {
    const owned = new Set((members.get(member)?.ownedPartitions ?? []).map((partition) => table.idOf(partition)))
    const now = new Set<number | undefined>(ids)
    for (const id of ids) if (!owned.has(id)) given.set(id, member)
    for (const id of owned) if (id !== undefined && !now.has(id)) taken.add(id)
  }
  for (const id of given.keys()) if (!taken.has(id)) given.delete(id)
  return given
}

function named(assigned: ReadonlyMap<string, readonly number[]>, table: PartitionTable): ReadonlyMap<string, MemberAssignment> {
  return new Map([...assigned].map(([member, ids]) => [member, { partitions: ids.map((id) => table.partition(id)) }]))
}

import type { AssignorCluster, MemberSubscription } from '../../assignor.ts'
import type { PartitionInfo } from '../../partitions.ts'

/** The racks that have a replica of a partition. */
export function racksOf({ replicas }: PartitionInfo, cluster: AssignorCluster): ReadonlySet<string> {
  const racks = new Set<string>()
  for (const broker of replicas) {
    const rack = cluster.rack(broker)
    if (rack !== undefined) racks.add(rack)
  }
  return racks
}

/** The racks of members, where they have one. */
export function memberRacks(members: Iterable<readonly [string, MemberSubscription]>): Map<string, string> {
  const racks = new Map<string, string>()
  for (const [id, { rackId }] of members) if (rackId !== undefined && rackId !== '') racks.set(id, rackId)
  return racks
}

/** Racks matter when members and replicas share some, and not every partition is in all of them (KIP-881). */
export function racksMatter(members: ReadonlySet<string>, partitions: readonly ReadonlySet<string>[]): boolean {
  if (members.size === 0) return false
  const all = new Set(partitions.flatMap((racks) => [...racks]))
  if (![...members].some((rack) => all.has(rack))) return false
  return partitions.some((racks) => racks.size !== all.size)
}

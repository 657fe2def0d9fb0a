import type { Bytes } from '../../bytes.ts'
import type { PartitionInfo, Partitions } from '../../partitions.ts'
import type { ConsumerGroupMetadata } from '../group-metadata.ts'

/**
 * Divides the partitions of a classic group's topics among its members; the leader of the group runs it.
 *
 * `assign` is a function of its arguments alone. Members of one group may run different programs, so what they agree on is the
 * name and, between leader and leader, the result: an own assignor needs a name of its own.
 */
export interface Assignor {
  /** As members announce it in JoinGroup. */
  readonly name: string
  /** Of the subscription; 0 unless given. */
  readonly version?: number
  /** `cooperative`: partitions that change their owner come a round later (KIP-429). A group is cooperative only when every listed assignor is. */
  readonly protocols: readonly ('eager' | 'cooperative')[]
  /** What goes with the member's subscription, for the leader to read. */
  subscriptionUserData?(topics: readonly string[]): Bytes | null
  assign(cluster: AssignmentCluster, members: ReadonlyMap<string, MemberSubscription>): ReadonlyMap<string, MemberAssignment>
  /** Called with what this member got, before its listeners are. */
  onAssignment?(assignment: MemberAssignment, group: ConsumerGroupMetadata): void
}

/** The cluster as an assignor sees it. */
export interface AssignmentCluster {
  /** By partition number; empty for a topic that is not known. */
  partitions(topic: string): readonly PartitionInfo[]
  rack(broker: number): string | undefined
}

/** What a member says of itself when it joins. */
export interface MemberSubscription {
  readonly topics: readonly string[]
  readonly userData: Bytes | null
  readonly ownedPartitions: Partitions
  /** Of the assignment that `ownedPartitions` comes from; −1 when the member is new or too old to say. */
  readonly generationId: number
  readonly rackId?: string | undefined
  readonly groupInstanceId?: string | undefined
}

export interface MemberAssignment {
  readonly partitions: Partitions
  readonly userData?: Bytes | null | undefined
}

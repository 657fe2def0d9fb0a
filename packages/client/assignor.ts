import type { Bytes } from './bytes.ts'
import type { ConsumerGroupMetadata } from './consumer/group-metadata.ts'
import type { PartitionInfo, Partitions } from './partitions.ts'

/** Deals the partitions of a classic group to its members; the member that leads the group runs it. */
export interface Assignor {
  /** By which members agree on it. */
  readonly name: string
  /** Of the user data. By default 0. */
  readonly version?: number | undefined
  /** Cooperative only where every assignor of the consumer is. */
  readonly protocols: readonly ('eager' | 'cooperative')[]
  /** What a member tells the leader beside its topics. */
  subscriptionUserData?(topics: readonly string[]): Bytes | null
  assign(cluster: AssignorCluster, members: ReadonlyMap<string, MemberSubscription>): ReadonlyMap<string, MemberAssignment>
  /** Called in each member with what it got. */
  onAssignment?(assignment: MemberAssignment, group: ConsumerGroupMetadata): void
}

/** The cluster as an assignor sees it. */
export interface AssignorCluster {
  /** Empty when there is no such topic. */
  partitions(topic: string): readonly PartitionInfo[]
  rack(broker: number): string | undefined
}

export interface MemberSubscription {
  readonly topics: readonly string[]
  readonly userData: Bytes | null
  readonly ownedPartitions: Partitions
  /** Of what it owns; −1 when it did not say. */
  readonly generationId: number
  readonly rackId?: string | undefined
  readonly groupInstanceId?: string | undefined
}

export interface MemberAssignment {
  readonly partitions: Partitions
  readonly userData?: Bytes | null | undefined
}

/** The assignors that have a name. */
export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky'

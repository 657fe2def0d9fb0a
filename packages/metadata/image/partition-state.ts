import type { JsonValue } from '../store.ts'
import { JsonFields } from './json.ts'

/** The leader of a partition that has none. */
export const noLeader = -1

/** A partition, as the cluster has agreed on it. Broker ids are in replica order, the preferred leader first. */
export interface PartitionState {
  readonly partition: number
  readonly replicas: readonly number[]
  /** In-sync replicas. */
  readonly isr: readonly number[]
  /** Broker id, or −1 while there is none. */
  readonly leader: number
  /** Grows whenever the leader changes. */
  readonly leaderEpoch: number
  /** Grows with every change of this state. */
  readonly partitionEpoch: number
  /** Eligible leader replicas: out of sync now, but holding everything below the high watermark (KIP-966). */
  readonly elr: readonly number[]
  /** The last leader of a partition that has neither ISR nor ELR (KIP-966). */
  readonly lastKnownElr: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
  /** Whether the leader came out of an unclean election and still has to recover (KIP-704). */
  readonly leaderRecovering: boolean
  /** Ids of the log directories, one a replica; empty where they are not assigned. */
  readonly directories: readonly string[]
  /** Revision of the store at which this state was written. Whoever changes it expects this one. */
  readonly revision: number
}

/** A partition as it is made: everybody in `isr` is in sync, the first of them leads. */
export function newPartition(partition: number, replicas: readonly number[], isr: readonly number[]): PartitionState {
  return {
    partition,
    replicas,
    isr,
    leader: isr[0] ?? noLeader,
    leaderEpoch: 0,
    partitionEpoch: 0,
    elr: [],
    lastKnownElr: [],
    addingReplicas: [],
    removingReplicas: [],
    leaderRecovering: false,
    directories: [],
    revision: 0,
  }
}

/** The value in the store. What most partitions do not have is left out: there can be 10,000 of them in a snapshot. */
export function encodePartition(state: PartitionState): JsonValue {
  const { replicas, isr, leader, leaderEpoch, partitionEpoch, elr, lastKnownElr, addingReplicas, removingReplicas, directories } = state
  return {
    replicas,
    isr,
    leader,
    leaderEpoch,
    partitionEpoch,
    ...(elr.length > 0 && { elr }),
    ...(lastKnownElr.length > 0 && { lastKnownElr }),
    ...(addingReplicas.length > 0 && { addingReplicas }),
    ...(removingReplicas.length > 0 && { removingReplicas }),
    ...(state.leaderRecovering && { leaderRecovering: true }),
    ...(directories.length > 0 && { directories }),
  }
}

export function decodePartition(key: string, value: JsonValue, partition: number, revision: number): PartitionState {
  const fields = new JsonFields(key, value)
  return {
    partition,
    replicas: fields.numbers('replicas'),
    isr: fields.numbers('isr'),
    leader: fields.number('leader'),
    leaderEpoch: fields.number('leaderEpoch'),
    partitionEpoch: fields.number('partitionEpoch'),
    elr: fields.numbers('elr'),
    lastKnownElr: fields.numbers('lastKnownElr'),
    addingReplicas: fields.numbers('addingReplicas'),
    removingReplicas: fields.numbers('removingReplicas'),
    leaderRecovering: fields.boolean('leaderRecovering', false),
    directories: fields.strings('directories'),
    revision,
  }
}

import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import type { Offsets, PartitionOffset, Partitions } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import type { GroupSettings } from './membership/group-settings.ts'
import type { Membership } from './membership/membership.ts'

export interface CommitsOptions {
  readonly environment: Environment
  readonly settings: GroupSettings
  readonly cluster: Cluster
  /** Undefined where partitions are assigned by hand: commits go without a member then. Asked before each request. */
  readonly membership: () => Membership | undefined
}

export interface CommitOptions extends Waiting {
  /** Part of giving partitions back: a topic that is unknown meanwhile was deleted, and is not waited for. */
  readonly beforeRebalance?: boolean | undefined
}

/** The offsets of a group, as its coordinator keeps them. */
export declare class Commits {
  constructor(options: CommitsOptions)
  /** Rejects with the error of the group or of a partition, with a `hint` that says whether the records will come again. */
  commit(offsets: Offsets, options?: CommitOptions): Promise<void>
  /** In the order of `partitions`; undefined where nothing is committed. */
  fetchCommitted(partitions: Partitions, options?: Waiting): Promise<readonly (PartitionOffset | undefined)[]>
  /** Whoever still waits is rejected; nothing more is sent. */
  close(): void
}

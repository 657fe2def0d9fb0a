import type { Assignor } from '../../assignor.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Environment } from '../../environment.ts'
import type { GroupSettings } from './group-settings.ts'
import type { Membership, MembershipHost } from './membership.ts'

export interface MembershipOptions {
  readonly environment: Environment
  readonly settings: GroupSettings
  readonly cluster: Cluster
  readonly host: MembershipHost
  /** In order of preference; of the classic protocol only. */
  readonly assignors: readonly Assignor[]
}

/** The membership that the settings ask for. Nothing is sent before `subscribe`. */
export declare function createMembership(options: MembershipOptions): Membership

import type { Assignor, AssignorName } from '../../assignor.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Environment } from '../../environment.ts'
import type { GroupObserver } from './group-observer.ts'
import type { GroupSettings } from './group-settings.ts'
import type { MembershipHost } from './membership.ts'

export interface MembershipOptions {
  readonly environment: Environment
  readonly settings: GroupSettings
  readonly cluster: Cluster
  readonly host: MembershipHost
  /** In order of preference; of the classic protocol only. */
  readonly assignors: readonly (Assignor | AssignorName)[]
  /** For metrics and tracing. */
  readonly observer?: GroupObserver | undefined
}

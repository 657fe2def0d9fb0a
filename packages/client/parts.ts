import type { Cluster } from './cluster/cluster.ts'
import type { Environment } from './environment.ts'
import type { ClientMetrics } from './metrics/client-metrics.ts'

/** What a producer, consumer or admin is made of. A simulator or a test puts in its own. */
export interface ClientParts<Settings> {
  readonly settings: Settings
  /** Of this client alone, which closes it (`Symbol.asyncDispose`) at the end of its own close. */
  readonly cluster: Cluster
  readonly environment: Environment
  /** Of this client alone; connections are in it already. */
  readonly metrics: ClientMetrics
}

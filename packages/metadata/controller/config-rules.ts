import type { ClusterImage } from '../image/cluster-image.ts'
import type { ConfigResource, ConfigResourceType } from '../image/config-resource.ts'
import type { ConfigEntries } from '../image/configs-image.ts'
import type { Outcome } from './outcome.ts'

/** What the controller has to know of settings, which are declared elsewhere. */
export interface ConfigRules {
  /** Whether these may be all the settings of a resource. `before` is what is set now. Undefined when they may. */
  validate(resource: ConfigResource, entries: ConfigEntries, before: ConfigEntries): Outcome | undefined
  /** Whether a setting holds a list, to which can be added. */
  isList(type: ConfigResourceType, name: string): boolean
  /** What holds where nothing is set. */
  defaultOf(type: ConfigResourceType, name: string): string | undefined
  /** `min.insync.replicas` of a topic, wherever it is set. */
  minInsyncReplicas(image: ClusterImage, topic: string): number
  /** `unclean.leader.election.enable` of a topic, wherever it is set. */
  uncleanLeaderElection(image: ClusterImage, topic: string): boolean
}

import type { Logger } from '@odradek/common/logging'
import type { Outcome } from '../../runtime/outcome.ts'
import type { GroupConfig } from '../group-config.ts'
import type { GroupEvent } from '../group-event.ts'
import type { GroupMetrics } from '../group-metrics.ts'
import type { GroupRecord } from '../group-record.ts'

/** What the rules of groups need besides the group: when it is, what is set, and where to put what follows. */
export interface Turn {
  /** Wall clock in milliseconds, the same for the whole event. */
  readonly nowMs: number
  readonly outcome: Outcome<GroupRecord, GroupEvent>
  readonly config: GroupConfig
  readonly logger: Logger
  readonly metrics: GroupMetrics
  /** The id that the topic of this name has now; the zero uuid when there is none. */
  readonly topicIdOf: (topic: string) => string
  /** A random uuid in the form with hyphens, for the ids of members. */
  readonly newId: () => string
}

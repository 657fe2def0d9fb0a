import type { Logger } from '@odradek/common/logging'
import type { Outcome } from '../../runtime/outcome.ts'
import type { GroupConfig } from '../group-config.ts'
import type { GroupEvent } from '../group-event.ts'
import type { GroupMetrics } from '../group-metrics.ts'
import type { GroupRecord } from '../group-record.ts'
import type { ClassicGroup } from './group.ts'

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
  /** What all members of this broker's groups hold, and may hold. */
  readonly memory: () => { readonly heldBytes: number; readonly limitBytes: number }
}

/**
 * Whether members may hold so many bytes more. Who wants less than before may always.
 *
 * Where there is no room, clients get GROUP_MAX_SIZE_REACHED: they take it as final and tell their user, as they should, since nothing
 * says when there will be room again. The broker's log tells what is full.
 */
export function hasMemoryFor(group: ClassicGroup, moreBytes: number, turn: Turn): boolean {
  if (moreBytes <= 0) return true
  const { heldBytes, limitBytes } = turn.memory()
  if (heldBytes + moreBytes <= limitBytes) return true
  turn.logger
    .limited('memory of members')
    .warn('Refused a member: groups hold as much memory as group.members.max.bytes allows; raise it, or find out who joins with so much', {
      group: group.groupId,
      wantedBytes: moreBytes,
      heldBytes,
      limitBytes,
    })
  return false
}

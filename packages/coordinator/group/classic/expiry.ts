import type { ClassicGroup } from './group.ts'
import { dismiss } from './leave.ts'
import { completeJoin, prepareRebalance } from './rebalance.ts'
import { endSession } from './sessions.ts'
import type { Turn } from './turn.ts'

/**
 * A member has not been heard of for its session timeout, and is removed.
 *
 * While its join or sync is parked it can't be heard of, and its session stands still; except that a new member, which
 * does not know its id yet, may wait no longer than the time it was given when it came.
 */
export function sessionExpired(group: ClassicGroup, memberId: string, turn: Turn): void {
  if (group.pendingJoins.has(memberId)) {
    turn.logger.info('Member never came back with its new id', { group: group.groupId, memberId })
    group.remove(memberId)
    if (group.state === 'PreparingRebalance' && group.hasAllJoined) completeJoin(group, turn)
    return
  }
  const member = group.members.get(memberId)
  if (member === undefined) return
  const isWaiting = member.joining !== undefined || member.syncing !== undefined
  if (isWaiting && !member.isNew) return
  turn.logger.info('Member is removed from its group: its session expired', {
    group: group.groupId,
    memberId,
    sessionTimeoutMs: member.sessionTimeoutMs,
  })
  dismiss(group, member, turn)
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') {
    prepareRebalance(group, `session of ${memberId} expired`, turn)
  } else if (group.state === 'PreparingRebalance' && group.hasAllJoined) {
    completeJoin(group, turn)
  }
}

/** The generation goes on without those who joined it and never asked for their assignment. */
export function syncDue(group: ClassicGroup, generation: number, turn: Turn): void {
  if (group.generation !== generation || group.pendingSyncs.size === 0) return
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return
  const missing = [...group.pendingSyncs]
  for (const memberId of missing) {
    group.remove(memberId)
    endSession(group, memberId, turn)
  }
  prepareRebalance(group, `${missing.join(', ')} did not ask for an assignment in time`, turn)
}

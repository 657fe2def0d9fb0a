import { timerKey } from '../group-event.ts'
import type { ClassicGroup } from './group.ts'
import type { Member } from './member.ts'
import type { Turn } from './turn.ts'

/** The member was heard of: its session runs anew. */
export function refreshSession(group: ClassicGroup, member: Member, turn: Turn, timeoutMs = member.sessionTimeoutMs): void {
  scheduleSession(group.groupId, member.memberId, timeoutMs, turn)
}

/** Also for ids that were given out and have no member yet. */
export function scheduleSession(groupId: string, memberId: string, timeoutMs: number, turn: Turn): void {
  turn.outcome.schedule(timerKey.session(groupId, memberId), timeoutMs, { kind: 'session-expired', groupId, memberId })
}

export function endSession(group: ClassicGroup, memberId: string, turn: Turn): void {
  turn.outcome.cancel(timerKey.session(group.groupId, memberId))
}

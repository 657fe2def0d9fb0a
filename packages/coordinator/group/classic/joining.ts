import { parked } from '../../runtime/outcome.ts'
import type { Parked, Waiter } from '../../runtime/outcome.ts'
import type { GroupContext, JoinAnswer, JoinRequest } from '../messages.ts'
import { answerJoin, joinRefused } from './answers.ts'
import type { ClassicGroup } from './group.ts'
import type { Member } from './member.ts'
import { rebalance } from './rebalance.ts'
import type { Turn } from './turn.ts'

/** A join under way: the request, who sent it, and where the answer goes. */
export interface Joining {
  readonly request: JoinRequest
  readonly context: GroupContext
  readonly waiter: Waiter<JoinAnswer>
}

/** A member introduces itself anew, and waits for the next generation. */
export function joinAnew(group: ClassicGroup, member: Member, { request, context, waiter }: Joining, reason: string, turn: Turn): Parked {
  updateMember(group, member, request, context)
  // It asked before and asks again, so nobody reads the answer to the first.
  answerJoin(group, member, joinRefused('REBALANCE_IN_PROGRESS', member.memberId), turn)
  group.setJoining(member, waiter)
  rebalance(group, `${reason}${becauseOf(request)}`, turn)
  return parked
}

export function updateMember(group: ClassicGroup, member: Member, request: JoinRequest, context: GroupContext): void {
  group.update(member, {
    protocols: request.protocols,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutMs(request, context),
  })
}

/** Version 0 knew one time-out for both. */
export function rebalanceTimeoutMs(request: JoinRequest, context: GroupContext): number {
  return context.apiVersion === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs
}

/** What the client says is the reason (KIP-800). */
export function becauseOf({ reason }: { readonly reason: string | null }): string {
  return reason === null || reason === '' ? '' : `; client reason: ${reason}`
}

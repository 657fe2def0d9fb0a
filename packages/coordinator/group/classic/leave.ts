import { errorCodeOf, KafkaError } from '@odradek/protocol'
import type { LeaveAnswer, LeaveRequest } from '../messages.ts'
import { answerJoin, joinRefused, syncRefused } from './answers.ts'
import type { ClassicGroup } from './group.ts'
import type { Member } from './member.ts'
import { completeJoinIfReady, prepareRebalance } from './rebalance.ts'
import { endSession } from './sessions.ts'
import type { Turn } from './turn.ts'

/**
 * Members leave, each with its own result. Whoever names only an instance id is an administrator who removes a static
 * member without knowing its member id.
 */
export function leave(group: ClassicGroup, request: LeaveRequest, turn: Turn): LeaveAnswer {
  const left: string[] = []
  const members = request.members.map(({ memberId, groupInstanceId, reason }) => {
    const result = { memberId, groupInstanceId, errorCode: 0 }
    try {
      left.push(removeOne(group, memberId, groupInstanceId, reason, turn))
      return result
    } catch (error) {
      if (error instanceof KafkaError) return { ...result, errorCode: errorCodeOf(error) }
      throw error
    }
  })
  if (left.length > 0) {
    if (group.state === 'Stable' || group.state === 'CompletingRebalance') prepareRebalance(group, `${left.join(', ')} left`, turn)
    else completeJoinIfReady(group, turn)
  }
  return { errorCode: 0, members }
}

/** Gives the id of who left. */
function removeOne(group: ClassicGroup, memberId: string, instanceId: string | null, reason: string | null, turn: Turn): string {
  if (memberId !== '' && group.pendingJoins.has(memberId)) {
    group.remove(memberId)
    endSession(group, memberId, turn)
    return memberId
  }
  const id = memberId === '' && instanceId !== null ? group.staticMemberId(instanceId) : memberId
  const member = group.validMember(id ?? '', memberId === '' ? null : instanceId)
  turn.logger.info('Member leaves its group', { group: group.groupId, memberId: member.memberId, reason: reason ?? 'not given' })
  dismiss(group, member, turn)
  return member.memberId
}

/** The member is one no longer; what it waits for is answered so that it comes again if it is still alive. */
export function dismiss(group: ClassicGroup, member: Member, turn: Turn): void {
  answerJoin(group, member, joinRefused('UNKNOWN_MEMBER_ID'), turn)
  if (member.syncing !== undefined) turn.outcome.answer(member.syncing, syncRefused('UNKNOWN_MEMBER_ID'))
  member.syncing = undefined
  group.remove(member.memberId)
  endSession(group, member.memberId, turn)
}

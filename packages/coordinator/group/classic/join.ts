import { KafkaError } from '@odradek/protocol'
import { parked } from '../../runtime/outcome.ts'
import type { Parked } from '../../runtime/outcome.ts'
import { memberIdOf } from '../member-id.ts'
import type { JoinAnswer } from '../messages.ts'
import { joined, joinRefused } from './answers.ts'
import type { ClassicGroup } from './group.ts'
import { becauseOf, joinAnew, rebalanceTimeoutMs } from './joining.ts'
import type { Joining } from './joining.ts'
import { introductionBytes, memberBytes } from './member-memory.ts'
import { hasSameProtocols } from './member.ts'
import type { Member } from './member.ts'
import { completeJoinIfReady, rebalance } from './rebalance.ts'
import { refreshSession, scheduleSession } from './sessions.ts'
import { replaceStaticMember } from './static-member.ts'
import { hasMemoryFor } from './turn.ts'
import type { Turn } from './turn.ts'

/** Somebody wants to be a member in the next generation. The answer comes when that begins, or at once when there is no need. */
export function join(group: ClassicGroup, joining: Joining, turn: Turn): JoinAnswer | Parked {
  const { memberId } = joining.request
  if (!hasRoomFor(group, memberId, turn)) {
    group.remove(memberId)
    completeJoinIfReady(group, turn)
    return joinRefused('GROUP_MAX_SIZE_REACHED')
  }
  if (!hasMemoryFor(group, growth(group, joining), turn)) {
    // Who is a member stays one as it was. An id that was given out is not waited for.
    if (group.pendingJoins.has(memberId)) {
      group.remove(memberId)
      completeJoinIfReady(group, turn)
    }
    return joinRefused('GROUP_MAX_SIZE_REACHED')
  }
  if (!group.accepts(joining.request.protocolType, joining.request.protocols)) return joinRefused('INCONSISTENT_GROUP_PROTOCOL', memberId)
  return memberId === '' ? joinAsNew(group, joining, turn) : joinAsKnown(group, joining, turn)
}

/**
 * While a rebalance is being prepared those count who have joined: if the limit was lowered, the last to come must go.
 * Otherwise the members count. Ids that were merely given out count too, so that they can't grow without bounds.
 */
function hasRoomFor(group: ClassicGroup, memberId: string, turn: Turn): boolean {
  const limit = turn.config['group.max.size']
  const member = group.members.get(memberId)
  if (group.pendingJoins.size >= limit && memberId === '') return false
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return member?.joining !== undefined || group.joiningCount < limit
    default:
      return member !== undefined || group.size < limit
  }
}

/** How many bytes more the group would hold: of a member that joins again, what it says more than before. */
function growth(group: ClassicGroup, { request, context }: Joining): number {
  const { memberId, groupInstanceId, protocols } = request
  const known = group.members.get((groupInstanceId === null ? undefined : group.staticMemberId(groupInstanceId)) ?? memberId)
  if (known !== undefined) return introductionBytes(protocols) - introductionBytes(known.protocols)
  const instanceId = groupInstanceId ?? undefined
  return memberBytes(group.groupId, { memberId, instanceId, clientId: context.clientId, protocols, assignment: nothing })
}

function joinAsNew(group: ClassicGroup, joining: Joining, turn: Turn): JoinAnswer | Parked {
  const { request, context } = joining
  const instanceId = request.groupInstanceId
  const newId = memberIdOf(instanceId ?? context.clientId, turn.newId())
  if (instanceId !== null) {
    const holder = group.staticMemberId(instanceId)
    const member = holder === undefined ? undefined : group.members.get(holder)
    return member === undefined ? addMember(group, newId, joining, turn) : replaceStaticMember(group, member, newId, joining, turn)
  }
  if (context.apiVersion < 4) return addMember(group, newId, joining, turn)
  // A client that gives up on a parked join and comes again would otherwise leave a member behind each time (KIP-394).
  group.addPending(newId)
  scheduleSession(group.groupId, newId, request.sessionTimeoutMs, turn)
  return joinRefused('MEMBER_ID_REQUIRED', newId)
}

function joinAsKnown(group: ClassicGroup, joining: Joining, turn: Turn): JoinAnswer | Parked {
  const { request } = joining
  const { memberId } = request
  if (group.pendingJoins.has(memberId) && request.groupInstanceId === null) return addMember(group, memberId, joining, turn)
  let member: Member
  try {
    member = group.validMember(memberId, request.groupInstanceId)
  } catch (error) {
    if (error instanceof KafkaError) return joinRefused(error.code, memberId)
    throw error
  }
  switch (group.state) {
    case 'PreparingRebalance':
      return joinAnew(group, member, joining, `member ${memberId} joins`, turn)
    case 'CompletingRebalance':
      // With the same metadata it is most likely one who did not get the answer to its join.
      if (hasSameProtocols(member, request.protocols)) return joined(group, memberId)
      return joinAnew(group, member, joining, `member ${memberId} changed its metadata`, turn)
    case 'Stable':
      // The leader joins when it saw something that calls for another assignment, new partitions for instance.
      if (group.leaderId === memberId) return joinAnew(group, member, joining, `leader ${memberId} joins again`, turn)
      if (hasSameProtocols(member, request.protocols)) return joined(group, memberId)
      return joinAnew(group, member, joining, `member ${memberId} changed its metadata`, turn)
    default:
      return joinRefused('UNKNOWN_MEMBER_ID', memberId)
  }
}

function addMember(group: ClassicGroup, memberId: string, { request, context, waiter }: Joining, turn: Turn): Parked {
  const member: Member = {
    memberId,
    instanceId: request.groupInstanceId ?? undefined,
    clientId: context.clientId,
    clientHost: context.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: rebalanceTimeoutMs(request, context),
    protocols: request.protocols,
    assignment: nothing,
    isNew: true,
    joining: waiter,
    syncing: undefined,
  }
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.hasNewcomers = true
  if (group.size === 0) group.protocolType = request.protocolType
  group.add(member)
  // It can't send heartbeats before it knows its id, and its connection may be gone without our noticing, since nothing
  // is read from it while its join is parked. So a new member waits at most this long; if it is alive it will ask again.
  refreshSession(group, member, turn, newMemberJoinTimeoutMs)
  rebalance(group, `new member ${memberId}${becauseOf(request)}`, turn)
  return parked
}

const newMemberJoinTimeoutMs = 5 * 60_000
const nothing = new Uint8Array()

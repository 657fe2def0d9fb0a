import type { Parked } from '../../runtime/outcome.ts'
import type { JoinAnswer } from '../messages.ts'
import { answerJoin, answerSync, introductions, joined, joinRefused, syncRefused } from './answers.ts'
import { groupMetadata } from './group-metadata.ts'
import type { ClassicGroup } from './group.ts'
import { joinAnew, updateMember } from './joining.ts'
import type { Joining } from './joining.ts'
import type { Member } from './member.ts'
import { endSession, refreshSession } from './sessions.ts'
import type { Turn } from './turn.ts'

/**
 * A static member has restarted: its instance id is known, the process behind it is new (KIP-345).
 *
 * It takes over the place under a new member id, and whoever still uses the old one is fenced. In a stable group nothing
 * else changes, which is what static members are for: no rebalance for a restart.
 */
export function replaceStaticMember(group: ClassicGroup, old: Member, newId: string, joining: Joining, turn: Turn): JoinAnswer | Parked {
  const { request, context } = joining
  const oldLeader = group.leaderId
  turn.logger.info('Static member restarted', { group: group.groupId, instanceId: old.instanceId, oldId: old.memberId, newId })
  answerJoin(group, old, joinRefused('FENCED_INSTANCE_ID', old.memberId), turn)
  answerSync(group, old, syncRefused('FENCED_INSTANCE_ID'), turn)
  endSession(group, old.memberId, turn)
  const member = group.rename(old, newId)
  refreshSession(group, member, turn)
  if (group.state !== 'Stable') {
    // While assignments are awaited the leader may already be assigning to the old id, so they begin anew.
    return joinAnew(group, member, joining, `static member ${newId} with instance id ${old.instanceId} joins`, turn)
  }
  updateMember(group, member, request, context)
  if (group.electProtocol() !== group.protocol) {
    return joinAnew(group, member, joining, `static member ${newId} with instance id ${old.instanceId} changes the protocol`, turn)
  }
  turn.outcome.write({ kind: 'group-metadata', groupId: group.groupId, value: groupMetadata(group) })
  if (context.apiVersion < 9) {
    // A leader would assign when it hears that it leads. It is told the old id instead, and takes itself for a follower.
    return { ...joined(group, newId), leader: oldLeader ?? '', members: [] }
  }
  const isLeader = group.leaderId === newId
  return { ...joined(group, newId), members: isLeader ? introductions(group) : [], skipAssignment: isLeader }
}

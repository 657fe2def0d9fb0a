import { KafkaError } from '@odradek/protocol'
import { timerKey } from '../group-event.ts'
import { parked } from '../../runtime/outcome.ts'
import type { Parked, Waiter } from '../../runtime/outcome.ts'
import type { SyncAnswer, SyncRequest } from '../messages.ts'
import { answerSync, synced, syncRefused } from './answers.ts'
import { groupMetadata } from './group-metadata.ts'
import type { ClassicGroup } from './group.ts'
import type { Member } from './member.ts'
import { hasMemoryFor } from './turn.ts'
import type { Turn } from './turn.ts'

/** A member asks for its assignment; the leader brings everybody's along. */
export function sync(group: ClassicGroup, request: SyncRequest, waiter: Waiter<SyncAnswer>, turn: Turn): SyncAnswer | Parked {
  if (group.state === 'Empty') return syncRefused('UNKNOWN_MEMBER_ID')
  let member: Member
  try {
    member = group.validMember(request.memberId, request.groupInstanceId)
  } catch (error) {
    if (error instanceof KafkaError) return syncRefused(error.code)
    throw error
  }
  if (request.generationId !== group.generation) return syncRefused('ILLEGAL_GENERATION')
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocol)) {
    return syncRefused('INCONSISTENT_GROUP_PROTOCOL')
  }
  if (group.state === 'PreparingRebalance') return syncRefused('REBALANCE_IN_PROGRESS')
  const isAssigning = group.state === 'CompletingRebalance' && group.leaderId === member.memberId
  if (
    isAssigning &&
    !hasMemoryFor(
      group,
      request.assignments.reduce((sum, { assignment }) => sum + assignment.length, 0),
      turn,
    )
  )
    return syncRefused('GROUP_MAX_SIZE_REACHED')
  noteSync(group, member, turn)
  if (group.state === 'Stable') {
    // The assignment may have come this very moment, and counts only when it is written.
    turn.outcome.waitsForAll = true
    return synced(group, member)
  }
  // Asked twice: nobody reads the answer to the first.
  answerSync(group, member, syncRefused('REBALANCE_IN_PROGRESS'), turn)
  member.syncing = waiter
  if (group.leaderId === member.memberId) becomeStable(group, request, turn)
  return parked
}

/** The leader has assigned. All who wait get their part when it is written down, members that the leader forgot get nothing. */
function becomeStable(group: ClassicGroup, { assignments }: SyncRequest, turn: Turn): void {
  const given = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  const forgotten: string[] = []
  for (const member of group.members.values()) {
    const assignment = given.get(member.memberId)
    if (assignment === undefined) forgotten.push(member.memberId)
    group.assign(member, assignment ?? nothing)
  }
  group.enter('Stable', turn.nowMs)
  turn.metrics.rebalanceCompleted()
  turn.logger.info('Group is stable', { group: group.groupId, generation: group.generation, members: group.size, leader: group.leaderId })
  if (forgotten.length > 0)
    turn.logger.warn('The leader of a group gave some members nothing', { group: group.groupId, members: forgotten })
  turn.outcome.write({ kind: 'group-metadata', groupId: group.groupId, value: groupMetadata(group) })
  for (const member of group.members.values()) answerSync(group, member, synced(group, member), turn)
}

function noteSync(group: ClassicGroup, member: Member, turn: Turn): void {
  group.pendingSyncs.delete(member.memberId)
  if (group.pendingSyncs.size === 0) turn.outcome.cancel(timerKey.sync(group.groupId))
}

/** Clients before version 5 say neither. */
function differs(said: string | null, is: string | undefined): boolean {
  return said !== null && is !== undefined && said !== is
}

const nothing = new Uint8Array()

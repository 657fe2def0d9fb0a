import { errorCode } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import type { JoinAnswer, SyncAnswer } from '../messages.ts'
import type { ClassicGroup } from './group.ts'
import { metadataOf } from './member.ts'
import type { Member } from './member.ts'
import { refreshSession } from './sessions.ts'
import type { Turn } from './turn.ts'

/** A join that did not succeed. `memberId` is the id to come back with; empty where the old one is of no use. */
export function joinRefused(code: ErrorName, memberId = ''): JoinAnswer {
  return { errorCode: errorCode(code), generationId: -1, protocolName: null, leader: '', memberId, members: [] }
}

/** The generation as one member learns it: the leader with all members and their metadata, the others without. */
export function joined(group: ClassicGroup, memberId: string): JoinAnswer {
  return {
    errorCode: 0,
    generationId: group.generation,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocol ?? null,
    leader: group.leaderId ?? '',
    memberId,
    members: group.leaderId === memberId ? introductions(group) : [],
  }
}

/** What the leader needs to know of each member to assign. */
export function introductions(group: ClassicGroup): NonNullable<JoinAnswer['members']> {
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.instanceId ?? null,
    metadata: metadataOf(member, group.protocol) ?? nothing,
  }))
}

export function syncRefused(code: ErrorName): SyncAnswer {
  return { errorCode: errorCode(code), assignment: nothing }
}

export function synced(group: ClassicGroup, member: Member): SyncAnswer {
  return { errorCode: 0, protocolType: group.protocolType ?? null, protocolName: group.protocol ?? null, assignment: member.assignment }
}

/** Ends the wait of a parked join. */
export function answerJoin(group: ClassicGroup, member: Member, answer: JoinAnswer, turn: Turn): void {
  if (member.joining === undefined) return
  turn.outcome.answer(member.joining, answer)
  group.setJoining(member, undefined)
}

/** Ends the wait of a parked sync; the session, which stood still meanwhile, runs anew. */
export function answerSync(group: ClassicGroup, member: Member, answer: SyncAnswer, turn: Turn): void {
  if (member.syncing === undefined) return
  turn.outcome.answer(member.syncing, answer)
  member.syncing = undefined
  refreshSession(group, member, turn)
}

const nothing = Buffer.alloc(0)

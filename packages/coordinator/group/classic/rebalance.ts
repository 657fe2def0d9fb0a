import assert from 'node:assert/strict'
import { timerKey } from '../group-event.ts'
import { answerJoin, answerSync, joined, syncRefused } from './answers.ts'
import { groupMetadata } from './group-metadata.ts'
import type { ClassicGroup } from './group.ts'
import { endSession, refreshSession } from './sessions.ts'
import type { Turn } from './turn.ts'

/** A reason to share out anew: begins a rebalance, or looks whether the one under way is complete. */
export function rebalance(group: ClassicGroup, reason: string, turn: Turn): void {
  if (group.state === 'PreparingRebalance') completeJoinIfReady(group, turn)
  else prepareRebalance(group, reason, turn)
}

/**
 * Begins a rebalance: everybody has to join anew, and has the largest rebalance timeout to do it.
 *
 * The first rebalance of an empty group waits for a moment, since consumers that are started together would otherwise
 * cause a rebalance each: `group.initial.rebalance.delay.ms`, and as long again whenever somebody came meanwhile.
 */
export function prepareRebalance(group: ClassicGroup, reason: string, turn: Turn): void {
  if (group.state === 'CompletingRebalance') forgetAssignments(group, turn)
  endSyncPhase(group, turn)
  const isFirst = group.state === 'Empty'
  group.enter('PreparingRebalance', turn.nowMs)
  turn.logger.info('Group rebalances', { group: group.groupId, generation: group.generation, members: group.size, reason })
  if (isFirst) {
    const delayMs = turn.config['group.initial.rebalance.delay.ms']
    group.hasNewcomers = false
    scheduleFirstJoin(group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0), turn)
  } else if (group.hasAllJoined) {
    completeJoin(group, turn)
  } else {
    scheduleJoin(group, turn)
  }
}

/** The first rebalance has waited its delay: it waits on if somebody came, but no longer than the rebalance timeout. */
export function firstJoinDue(group: ClassicGroup, delayMs: number, remainingMs: number, turn: Turn): void {
  if (group.state !== 'PreparingRebalance') return
  if (!group.hasNewcomers || remainingMs === 0) return completeJoin(group, turn)
  group.hasNewcomers = false
  const nextMs = Math.min(turn.config['group.initial.rebalance.delay.ms'], remainingMs)
  scheduleFirstJoin(group, nextMs, Math.max(remainingMs - delayMs, 0), turn)
}

/** The rebalance timeout has passed. */
export function joinDue(group: ClassicGroup, turn: Turn): void {
  if (group.state === 'PreparingRebalance') completeJoin(group, turn)
}

/** Completes the rebalance when nobody is missing. The first rebalance has its own patience. */
export function completeJoinIfReady(group: ClassicGroup, turn: Turn): void {
  if (group.state === 'PreparingRebalance' && group.previousState !== 'Empty' && group.hasAllJoined) completeJoin(group, turn)
}

/**
 * Ends the joining: a new generation of those who came.
 *
 * Dynamic members who did not come are no longer members. Static ones stay until their session ends, since they may
 * only be restarting. If nobody came at all the rebalance waits on; sessions will thin out the group.
 */
export function completeJoin(group: ClassicGroup, turn: Turn): void {
  turn.outcome.cancel(timerKey.join(group.groupId))
  for (const member of group.members.values()) {
    if (member.joining !== undefined || member.instanceId !== undefined) continue
    turn.logger.info('Member is removed from its group: it did not join in time', { group: group.groupId, memberId: member.memberId })
    group.remove(member.memberId)
    endSession(group, member.memberId, turn)
  }
  if (!group.electLeader() && group.size > 0) {
    turn.logger.warn('Group waits on for members: none has joined', {
      group: group.groupId,
      generation: group.generation,
      members: group.size,
    })
    return scheduleJoin(group, turn)
  }
  group.generation++
  group.pendingSyncs.clear()
  if (group.size === 0) becomeEmpty(group, turn)
  else beginGeneration(group, turn)
}

function becomeEmpty(group: ClassicGroup, turn: Turn): void {
  group.protocol = undefined
  group.readSubscriptions()
  group.enter('Empty', turn.nowMs)
  turn.logger.info('Group is empty', { group: group.groupId, generation: group.generation })
  turn.outcome.write({ kind: 'group-metadata', groupId: group.groupId, value: groupMetadata(group) })
}

function beginGeneration(group: ClassicGroup, turn: Turn): void {
  group.protocol = group.electProtocol()
  assert(group.protocol !== undefined, 'members were let in who share a protocol')
  group.readSubscriptions()
  group.enter('CompletingRebalance', turn.nowMs)
  turn.logger.debug('Group has a new generation', {
    group: group.groupId,
    generation: group.generation,
    members: group.size,
    protocol: group.protocol,
    leader: group.leaderId,
  })
  for (const member of group.members.values()) {
    answerJoin(group, member, joined(group, member.memberId), turn)
    member.isNew = false
    group.pendingSyncs.add(member.memberId)
    refreshSession(group, member, turn)
  }
  turn.outcome.schedule(timerKey.sync(group.groupId), group.rebalanceTimeoutMs, {
    kind: 'sync-due',
    groupId: group.groupId,
    generation: group.generation,
  })
}

/** Those who waited for the leader's assignment learn that there will be none. */
export function forgetAssignments(group: ClassicGroup, turn: Turn): void {
  for (const member of group.members.values()) {
    group.assign(member, nothing)
    answerSync(group, member, syncRefused('REBALANCE_IN_PROGRESS'), turn)
  }
}

/** Nobody is waited for any more to ask for an assignment. */
export function endSyncPhase(group: ClassicGroup, turn: Turn): void {
  group.pendingSyncs.clear()
  turn.outcome.cancel(timerKey.sync(group.groupId))
}

function scheduleJoin(group: ClassicGroup, turn: Turn): void {
  turn.outcome.schedule(timerKey.join(group.groupId), group.rebalanceTimeoutMs, { kind: 'join-due', groupId: group.groupId })
}

function scheduleFirstJoin(group: ClassicGroup, delayMs: number, remainingMs: number, turn: Turn): void {
  turn.outcome.schedule(timerKey.join(group.groupId), delayMs, { kind: 'first-join-due', groupId: group.groupId, delayMs, remainingMs })
}

const nothing = new Uint8Array()

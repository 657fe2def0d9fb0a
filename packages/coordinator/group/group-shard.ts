import { Timeline, TimelineMap } from '@odradek/common/timeline'
import type { Clock } from '@odradek/common/time'
import { errorCode, errorCodeOf, KafkaError } from '@odradek/protocol'
import type { Outcome, Parked, Waiter } from '../runtime/outcome.ts'
import type { RecordPosition, Shard } from '../runtime/shard.ts'
import { joinRefused, syncRefused } from './classic/answers.ts'
import { describeGroup, listGroup } from './classic/describe.ts'
import { sessionExpired, syncDue } from './classic/expiry.ts'
import { restoreGroup } from './classic/group-metadata.ts'
import { ClassicGroup } from './classic/group.ts'
import type { ClassicGroupState } from './classic/group.ts'
import { heartbeat } from './classic/heartbeat.ts'
import { join } from './classic/join.ts'
import { leave } from './classic/leave.ts'
import { MemberMemory } from './classic/member-memory.ts'
import { firstJoinDue, joinDue, prepareRebalance } from './classic/rebalance.ts'
import { refreshSession } from './classic/sessions.ts'
import { sync } from './classic/sync.ts'
import type { Turn } from './classic/turn.ts'
import type { GroupConfig } from './group-config.ts'
import { timerKey } from './group-event.ts'
import type { GroupEvent } from './group-event.ts'
import type { GroupMetadata, GroupRecord } from './group-record.ts'
import type {
  CommitAnswer,
  CommitRequest,
  DeleteAnswer,
  DescribedGroup,
  GroupContext,
  HeartbeatRequest,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeaveRequest,
  ListedGroup,
  OffsetDeleteAnswer,
  OffsetDeleteRequest,
  SyncAnswer,
  SyncRequest,
} from './messages.ts'
import { commit } from './offsets/commit.ts'
import { deleteAllOffsets, deleteOffsets, deleteOffsetsOfTopic } from './offsets/delete.ts'
import { expireOffsets } from './offsets/expire.ts'
import { fetchOffsets } from './offsets/fetch.ts'
import type { FetchedGroup, GroupFetch } from './offsets/fetch.ts'
import { OffsetStore } from './offsets/offset-store.ts'

export type GroupOutcome = Outcome<GroupRecord, GroupEvent>

/**
 * The groups of one partition of `__consumer_offsets`.
 *
 * What is durable are the offsets and, of each group, the last generation that was written; it changes in `replay` alone.
 * What goes on in a group beyond that (who is joining, who has been heard of) lives with this coordinator and ends with
 * it, which the protocol allows: a member that finds another coordinator joins again.
 */
export class GroupShard implements Shard<GroupRecord, GroupEvent> {
  readonly timeline = new Timeline()
  readonly #options: GroupShardOptions
  readonly #groups = new Map<string, ClassicGroup>()
  readonly #written = new TimelineMap<string, GroupMetadata>(this.timeline)
  readonly #offsets = new OffsetStore(this.timeline)
  readonly #memory = new MemberMemory()

  constructor(options: GroupShardOptions) {
    this.#options = options
  }

  joinGroup(request: JoinRequest, context: GroupContext, waiter: Waiter<JoinAnswer>, outcome: GroupOutcome): JoinAnswer | Parked {
    const known = this.#groups.get(request.groupId)
    if (known === undefined && request.memberId !== '') return joinRefused('UNKNOWN_MEMBER_ID', request.memberId)
    const turn = this.#turn(outcome)
    const group = known ?? new ClassicGroup(request.groupId, turn.nowMs, this.#memory)
    const answer = join(group, { request, context, waiter }, turn)
    // Who is refused as the first leaves no group behind.
    if (group.size > 0 || group.pendingJoins.size > 0) this.#groups.set(group.groupId, group)
    return answer
  }

  syncGroup(request: SyncRequest, waiter: Waiter<SyncAnswer>, outcome: GroupOutcome): SyncAnswer | Parked {
    const group = this.#groups.get(request.groupId)
    return group === undefined ? syncRefused('UNKNOWN_MEMBER_ID') : sync(group, request, waiter, this.#turn(outcome))
  }

  heartbeat(request: HeartbeatRequest, outcome: GroupOutcome): { readonly errorCode: number } {
    const group = this.#groups.get(request.groupId)
    if (group === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
    return { errorCode: errorCode(heartbeat(group, request, this.#turn(outcome))) }
  }

  leaveGroup(request: LeaveRequest, outcome: GroupOutcome): LeaveAnswer {
    const group = this.#groups.get(request.groupId) ?? new ClassicGroup(request.groupId, 0)
    return leave(group, request, this.#turn(outcome))
  }

  commitOffsets(request: CommitRequest, context: GroupContext, outcome: GroupOutcome): CommitAnswer {
    const turn = this.#turn(outcome)
    let group = this.#groups.get(request.groupId)
    if (group === undefined) {
      if (request.generationIdOrMemberEpoch >= 0)
        throw new KafkaError(context.apiVersion >= 9 ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION')
      group = new ClassicGroup(request.groupId, turn.nowMs, this.#memory)
    }
    const answer = commit(group, request, turn)
    if (outcome.records.length > 0) this.#groups.set(group.groupId, group)
    return answer
  }

  /** A stable fetch stands on all that was written; any other sees what is committed now. */
  fetchOffsets(fetch: GroupFetch, isStable: boolean, outcome: GroupOutcome): FetchedGroup {
    outcome.waitsForAll = isStable
    return fetchOffsets(this.#offsets, fetch, { isStable, topicIdOf: this.#options.topicIdOf })
  }

  deleteOffsets(request: OffsetDeleteRequest, outcome: GroupOutcome): OffsetDeleteAnswer {
    const group = this.#groups.get(request.groupId)
    if (group === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND')
    return deleteOffsets(group, this.#offsets, request, this.#turn(outcome))
  }

  describeGroup(groupId: string, { apiVersion }: GroupContext): DescribedGroup {
    const group = this.#groups.get(groupId)
    if (group !== undefined) return describeGroup(group)
    const dead = { groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
    if (apiVersion < 6) return { ...dead, errorCode: 0 }
    return { ...dead, errorCode: errorCode('GROUP_ID_NOT_FOUND'), errorMessage: `Group ${groupId} not found.` }
  }

  listGroups(): readonly ListedGroup[] {
    return [...this.#groups.values()].map(listGroup)
  }

  deleteGroups(groupIds: readonly string[], outcome: GroupOutcome): DeleteAnswer['results'] {
    const turn = this.#turn(outcome)
    return groupIds.map((groupId) => {
      try {
        this.#deleteGroup(groupId, turn)
        return { groupId, errorCode: 0 }
      } catch (error) {
        if (error instanceof KafkaError) return { groupId, errorCode: errorCodeOf(error) }
        throw error
      }
    })
  }

  /** A topic is gone: offsets in it mean nothing any more. */
  topicDeleted(topic: string, outcome: GroupOutcome): void {
    const deleted = deleteOffsetsOfTopic(topic, this.#offsets, this.#turn(outcome))
    if (deleted > 0) this.#options.logger.info('Forgot the committed offsets of a deleted topic', { topic, offsets: deleted })
  }

  /** How many groups are in each state. */
  countGroups(): Readonly<Record<ClassicGroupState, number>> {
    const counts = { Empty: 0, PreparingRebalance: 0, CompletingRebalance: 0, Stable: 0 }
    for (const group of this.#groups.values()) counts[group.state]++
    return counts
  }

  /** What the members of the groups hold in memory. */
  get heldBytes(): number {
    return this.#memory.heldBytes
  }

  countOffsets(): number {
    return this.#offsets.count()
  }

  replay(record: GroupRecord, position: RecordPosition): void {
    if (record.kind === 'offset-commit') this.#offsets.replay(record, position)
    else if (record.value === null) this.#written.delete(record.groupId)
    else this.#written.set(record.groupId, record.value)
  }

  transactionEnded(producerId: number, committed: boolean): void {
    this.#offsets.transactionEnded(producerId, committed)
  }

  loaded(outcome: GroupOutcome): void {
    const turn = this.#turn(outcome)
    for (const groupId of new Set([...this.#written.keys(), ...this.#offsets.groupIds()])) {
      const group = this.#restore(groupId)
      this.#groups.set(groupId, group)
      for (const member of group.members.values()) refreshSession(group, member, turn)
      if (group.size > turn.config['group.max.size']) prepareRebalance(group, 'the group is larger than group.max.size allows', turn)
    }
    this.#scheduleExpiry(turn)
  }

  expired(event: GroupEvent, outcome: GroupOutcome): void {
    const turn = this.#turn(outcome)
    if (event.kind === 'expire-offsets') return this.#expireOffsets(event.groupIds ?? [...this.#groups.keys()], turn)
    const group = this.#groups.get(event.groupId)
    if (group === undefined) return
    switch (event.kind) {
      case 'session-expired':
        return sessionExpired(group, event.memberId, turn)
      case 'first-join-due':
        return firstJoinDue(group, event.delayMs, event.remainingMs, turn)
      case 'join-due':
        return joinDue(group, turn)
      case 'sync-due':
        return syncDue(group, event.generation, turn)
    }
  }

  /**
   * Brings the groups in line with what is written. A generation whose assignment could not be stored must not go on: its
   * members share out anew. A group that was to be deleted is there again, one that was to be made is not.
   */
  writeFailed(records: readonly GroupRecord[], outcome: GroupOutcome): void {
    const turn = this.#turn(outcome)
    for (const groupId of new Set(records.map((record) => record.groupId))) {
      const group = this.#groups.get(groupId)
      const isKept = this.#written.has(groupId) || this.#offsets.ofGroup(groupId) !== undefined || this.#offsets.hasAnyPending(groupId)
      if (group === undefined) {
        if (isKept) this.#groups.set(groupId, this.#restore(groupId))
      } else if (group.state === 'Empty' && group.generation === 0 && group.pendingJoins.size === 0 && !isKept) {
        // One that had a generation stays until it is cleaned up, so that the next one has a higher number.
        this.#groups.delete(groupId)
      }
    }
    for (const record of records) {
      if (record.kind !== 'group-metadata' || record.value === null || record.value.members.length === 0) continue
      const group = this.#groups.get(record.groupId)
      if (group?.state !== 'Stable' || group.generation !== record.value.generation) continue
      for (const member of group.members.values()) group.assign(member, new Uint8Array())
      prepareRebalance(group, 'the assignment could not be stored', turn)
    }
  }

  #deleteGroup(groupId: string, turn: Turn): void {
    const group = this.#groups.get(groupId)
    if (group === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND')
    if (group.state !== 'Empty') throw new KafkaError('NON_EMPTY_GROUP')
    const offsets = deleteAllOffsets(groupId, this.#offsets, turn)
    this.#remove(group, turn)
    turn.logger.info('Group is deleted', { group: groupId, offsets })
  }

  #remove(group: ClassicGroup, turn: Turn): void {
    if (this.#written.has(group.groupId)) turn.outcome.write({ kind: 'group-metadata', groupId: group.groupId, value: null })
    for (const memberId of group.pendingJoins) {
      turn.outcome.cancel(timerKey.session(group.groupId, memberId))
      group.remove(memberId)
    }
    this.#groups.delete(group.groupId)
  }

  /** Some groups at a time, so that nobody waits while a million offsets are looked through. */
  #expireOffsets(groupIds: readonly string[], turn: Turn): void {
    turn.outcome.mayBeSplit = true
    let looked = 0
    let done = 0
    for (; done < groupIds.length && looked < offsetsInATurn; done++) {
      const group = this.#groups.get(groupIds[done] ?? '')
      if (group === undefined) continue
      looked += 1 + this.#offsets.countOf(group.groupId)
      const isDone = expireOffsets(group, this.#offsets, turn)
      if (isDone && group.state === 'Empty' && group.pendingJoins.size === 0) this.#remove(group, turn)
    }
    if (turn.outcome.records.length > 0)
      turn.logger.info('Forgot committed offsets that have expired', { tombstones: turn.outcome.records.length })
    if (done === groupIds.length) this.#scheduleExpiry(turn)
    else turn.outcome.schedule(timerKey.expiry, 0, { kind: 'expire-offsets', groupIds: groupIds.slice(done) })
  }

  #scheduleExpiry(turn: Turn): void {
    turn.outcome.schedule(timerKey.expiry, turn.config['offsets.retention.check.interval.ms'], { kind: 'expire-offsets' })
  }

  #restore(groupId: string): ClassicGroup {
    const written = this.#written.get(groupId)
    return written === undefined
      ? new ClassicGroup(groupId, this.#options.clock.now(), this.#memory)
      : restoreGroup(groupId, written, this.#memory)
  }

  #turn(outcome: GroupOutcome): Turn {
    return { ...this.#options, outcome, config: this.#options.config(), nowMs: this.#options.clock.now() }
  }
}

/** How many offsets are looked at before others get their turn: a millisecond or two. */
const offsetsInATurn = 10_000

export type GroupShardOptions = Pick<Turn, 'logger' | 'memory' | 'metrics' | 'newId' | 'topicIdOf'> & {
  readonly clock: Clock
  /** Asked at each event, so that a change counts from then on. */
  readonly config: () => GroupConfig
}

import assert from 'node:assert/strict'
import { KafkaError } from '@odradek/protocol'
import type { Waiter } from '../../runtime/outcome.ts'
import type { JoinAnswer } from '../messages.ts'
import { memberBytes, MemberMemory, pendingBytes } from './member-memory.ts'
import type { Member, Protocol } from './member.ts'
import { ProtocolVotes } from './protocol-votes.ts'
import { subscribedTopics } from './subscription.ts'

/**
 * A group of the classic protocol, whose members share out the work among themselves: the coordinator counts
 * generations and carries the leader's assignment to the others.
 *
 * ```text
 *   Empty ──join──▶ PreparingRebalance ──all joined──▶ CompletingRebalance ──leader's sync──▶ Stable
 *     ▲                  │   ▲                                 │                                │
 *     └───all left───────┘   └─────────── a member joins anew, leaves or falls silent ──────────┘
 * ```
 *
 * Here are its members and their bookkeeping. How it moves from state to state is told in `rebalance.ts`.
 * A group without protocol type and members is "simple": somebody commits offsets under its name and no more.
 */
export class ClassicGroup {
  readonly groupId: string
  #state: ClassicGroupState = 'Empty'
  #previousState: ClassicGroupState = 'Empty'
  #stateSinceMs: number
  generation = 0
  /** `consumer`, `connect`, …; undefined for a simple group. */
  protocolType: string | undefined
  /** What this generation agreed on. */
  protocol: string | undefined
  leaderId: string | undefined
  /** Topics that the members of this generation subscribe, where the group is one of consumers and says so legibly. */
  subscription: ReadonlySet<string> | undefined
  /** Somebody came while the first rebalance was waiting for more. */
  hasNewcomers = false
  readonly #members = new Map<string, Member>()
  readonly #staticMembers = new Map<string, string>()
  readonly #votes = new ProtocolVotes()
  #joining = 0
  readonly #pendingJoins = new Set<string>()
  readonly #memory: MemberMemory
  /** Members of this generation who have not asked for their assignment yet. */
  readonly pendingSyncs = new Set<string>()

  /** In `memory` it counts what its members hold. */
  constructor(groupId: string, nowMs: number, memory = new MemberMemory()) {
    this.groupId = groupId
    this.#memory = memory
    this.#stateSinceMs = nowMs
  }

  get state(): ClassicGroupState {
    return this.#state
  }

  get previousState(): ClassicGroupState {
    return this.#previousState
  }

  /** Milliseconds since 1970; −1 where a record of Kafka before 2.1 did not say. */
  get stateSinceMs(): number {
    return this.#stateSinceMs
  }

  enter(state: ClassicGroupState, nowMs: number): void {
    this.#previousState = this.#state
    this.#state = state
    this.#stateSinceMs = nowMs
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members
  }

  /** Ids given out with MEMBER_ID_REQUIRED whose owners have not come back yet. */
  get pendingJoins(): ReadonlySet<string> {
    return this.#pendingJoins
  }

  get size(): number {
    return this.#members.size
  }

  /** How many members' joins are parked. */
  get joiningCount(): number {
    return this.#joining
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === 'consumer'
  }

  /** The id of the member who has this instance id. */
  staticMemberId(instanceId: string): string | undefined {
    return this.#staticMembers.get(instanceId)
  }

  /**
   * The member of this id, if it may act under this instance id.
   * Throws UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when somebody else has taken its place.
   */
  validMember(memberId: string, instanceId: string | null): Member {
    if (instanceId !== null) {
      const holder = this.#staticMembers.get(instanceId)
      if (holder === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
      if (holder !== memberId) throw new KafkaError('FENCED_INSTANCE_ID')
    }
    const member = this.#members.get(memberId)
    if (member === undefined) throw new KafkaError('UNKNOWN_MEMBER_ID')
    return member
  }

  add(member: Member): void {
    assert(!this.#members.has(member.memberId), 'ids of members are never given out twice')
    this.leaderId ??= member.memberId
    this.#members.set(member.memberId, member)
    if (member.instanceId !== undefined) this.#staticMembers.set(member.instanceId, member.memberId)
    this.#votes.add(member.protocols)
    if (member.joining !== undefined) this.#joining++
    this.#memory.heldBytes += memberBytes(this.groupId, member)
    this.#forgetPending(member.memberId)
  }

  /** An id is given out, whose owner is to come back with it. */
  addPending(memberId: string): void {
    this.#pendingJoins.add(memberId)
    this.#memory.heldBytes += pendingBytes(this.groupId, memberId)
  }

  /** Forgets the member, or the pending id. Its parked requests have been answered before. */
  remove(memberId: string): void {
    const member = this.#members.get(memberId)
    if (member !== undefined) {
      this.#members.delete(memberId)
      this.#memory.heldBytes -= memberBytes(this.groupId, member)
      this.#votes.remove(member.protocols)
      if (member.joining !== undefined) this.#joining--
      if (member.instanceId !== undefined) this.#staticMembers.delete(member.instanceId)
    }
    if (this.leaderId === memberId) this.leaderId = firstOf(this.#members.keys())
    this.#forgetPending(memberId)
    this.pendingSyncs.delete(memberId)
  }

  /** Puts a static member under a new id; the rest stays. It keeps its place, and its leadership. */
  rename(member: Member, newMemberId: string): Member {
    const renamed: Member = { ...member, memberId: newMemberId, isNew: false, joining: undefined, syncing: undefined }
    const wasLeader = this.leaderId === member.memberId
    const wasPending = this.pendingSyncs.has(member.memberId)
    this.remove(member.memberId)
    this.add(renamed)
    if (wasLeader) this.leaderId = newMemberId
    if (wasPending) this.pendingSyncs.add(newMemberId)
    return renamed
  }

  /** A member introduces itself anew. */
  update(member: Member, news: Pick<Member, 'protocols' | 'sessionTimeoutMs' | 'rebalanceTimeoutMs'>): void {
    this.#votes.remove(member.protocols)
    this.#memory.heldBytes -= memberBytes(this.groupId, member)
    member.protocols = news.protocols
    this.#memory.heldBytes += memberBytes(this.groupId, member)
    this.#votes.add(member.protocols)
    member.sessionTimeoutMs = news.sessionTimeoutMs
    member.rebalanceTimeoutMs = news.rebalanceTimeoutMs
  }

  /** Gives the member its part of the work. */
  assign(member: Member, assignment: Uint8Array): void {
    this.#memory.heldBytes += assignment.length - member.assignment.length
    member.assignment = assignment
  }

  /** Parks the member's join, or ends its wait. */
  setJoining(member: Member, joining: Waiter<JoinAnswer> | undefined): void {
    if (member.joining === undefined && joining !== undefined) this.#joining++
    if (member.joining !== undefined && joining === undefined) this.#joining--
    member.joining = joining
  }

  get hasAllJoined(): boolean {
    return this.#joining === this.#members.size && this.#pendingJoins.size === 0
  }

  /** The longest that any member wants to be given to finish what it is doing. */
  get rebalanceTimeoutMs(): number {
    let longestMs = 0
    for (const member of this.#members.values()) longestMs = Math.max(longestMs, member.rebalanceTimeoutMs)
    return longestMs
  }

  /** Whether somebody with these protocols could be a member beside all others. */
  accepts(protocolType: string, protocols: readonly Protocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0
    return this.protocolType === protocolType && protocols.some(({ name }) => this.#votes.isSharedBy(name, this.#members.size))
  }

  /** What most members prefer, of what all of them can. */
  electProtocol(): string | undefined {
    return this.#votes.elect([...this.#members.values()])
  }

  /** Makes one of those who joined the leader, unless the old one joined. False when nobody did. */
  electLeader(): boolean {
    const leader = this.leaderId === undefined ? undefined : this.#members.get(this.leaderId)
    if (leader?.joining !== undefined) return true
    for (const member of this.#members.values()) {
      if (member.joining === undefined) continue
      this.leaderId = member.memberId
      return true
    }
    return false
  }

  #forgetPending(memberId: string): void {
    if (this.#pendingJoins.delete(memberId)) this.#memory.heldBytes -= pendingBytes(this.groupId, memberId)
  }

  /** Learns what the members of the new generation subscribe. */
  readSubscriptions(): void {
    this.subscription = this.usesConsumerProtocol ? subscribedTopics([...this.#members.values()], this.protocol) : undefined
  }

  /** Whether offsets of this topic are in use. A group of consumers that we can't read is taken to use everything. */
  isSubscribedTo(topic: string): boolean {
    return this.subscription?.has(topic) ?? this.usesConsumerProtocol
  }
}

/** A group that is gone is called `Dead`; there is no such object. */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

function firstOf<Value>(values: Iterable<Value>): Value | undefined {
  for (const value of values) return value
  return undefined
}

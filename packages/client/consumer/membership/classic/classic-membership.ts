import { Mutex } from '@odradek/common/async'
import { JoinGroup, LeaveGroup, SyncGroup } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { KafkaError } from '@odradek/protocol'
import type { Assignor } from '../../../assignor.ts'
import { nameOf } from '../../../partitions.ts'
import type { Partitions } from '../../../partitions.ts'
import type { Waiting } from '../../../waiting.ts'
import type { ConsumerGroupMetadata } from '../../group-metadata.ts'
import { backoffMs } from '../backoff.ts'
import { delay } from '../delay.ts'
import { FAREWELL_LOOK_UP_MS, GroupCalls } from '../group-calls.ts'
import { fatalGroupError } from '../group-errors.ts'
import { noObserver } from '../group-observer.ts'
import type { GroupObserver } from '../group-observer.ts'
import type { Membership, RejectedCommit, Subscription } from '../membership.ts'
import type { MembershipOptions } from '../membership-options.ts'
import { withinTime } from '../within-time.ts'
import { ClassicState, otherwise } from './classic-state.ts'
import type { Step } from './classic-state.ts'
import { decodeAssignment, encodeSubscription, PROTOCOL_TYPE } from './consumer-protocol.ts'
import { Heartbeats } from './heartbeats.ts'
import { Leader } from './leader.ts'

/** How much longer than the rebalance timeout a JoinGroup may take: the broker answers when the last member has come, or is given up. */
const JOIN_GRACE_MS = 5_000
/** Attempts to join that may follow at once on one another, where Java's all do: a coordinator that never has enough gets a rest after them. */
const MOST_IN_HASTE = 5
const LONGEST_TIMER_MS = 2_147_483_647
const LONGEST_REASON = 255

/** Longer than `group.initial.rebalance.delay.ms`; then somebody wonders why nothing comes. */
const TELL_AFTER_MS = 10_000

/**
 * Membership by the classic protocol: members join, the one that leads the group assigns, all sync.
 *
 * What answers mean is decided by `ClassicState`; here they are asked for, and the host is told. A rebalance is one pass of
 * `#rebalance`; it may end at any point with the wish to begin again, and ends without a word when the member has left (`#life`).
 */
export class ClassicMembership implements Membership {
  readonly protocol = 'classic'
  readonly #options: ClassicOptions
  readonly #calls: GroupCalls
  readonly #state: ClassicState
  readonly #heartbeats: Heartbeats
  readonly #leader: Leader
  readonly #observer: GroupObserver
  readonly #isCooperative: boolean
  /** Calls to the host come one at a time. */
  readonly #turns = new Mutex()
  #subscription: Subscription | undefined
  /** Aborted when this place in the group has an end; what was under way for it stops. */
  #life = new AbortController()
  #isRunning = false
  #attempt = 0
  #rebalance: { readonly startedMs: number; readonly reason: string; revoked: number } | undefined
  #joinedTopics: readonly string[] = []
  /**
   * Cooperative members are asked to give partitions back in one round, and hand them on by joining the next. Whoever may be asked and has
   * not answered owes the group that round.
   */
  #owesRound = false

  constructor(options: ClassicOptions) {
    const { settings, cluster, groupId, environment } = options
    this.#options = options
    this.#observer = options.observer ?? noObserver
    this.#calls = new GroupCalls(cluster, groupId)
    this.#state = new ClassicState(groupId, settings.groupInstanceId)
    this.#isCooperative = options.assignors.every(({ protocols }) => protocols.includes('cooperative'))
    this.#leader = new Leader({
      cluster,
      settings,
      isCooperative: this.#isCooperative,
      changed: (topic) => {
        if (this.#state.phase === 'stable') this.rejoin(`the partitions of ${topic} have changed`)
      },
    })
    const state = this.#state
    this.#heartbeats = new Heartbeats(
      {
        get group() {
          return state.group
        },
        get isJoining() {
          return state.isJoining
        },
        answered: (code, sentAs) => this.#heartbeatAnswered(code, sentAs),
      },
      { calls: this.#calls, settings, environment, observer: this.#observer },
    )
  }

  get group(): ConsumerGroupMetadata {
    return this.#state.group
  }

  get isStable(): boolean {
    return this.#state.phase === 'stable' && !this.#isRunning && this.#state.rejoinReason === undefined
  }

  get isJoining(): boolean {
    return this.#state.isJoining
  }

  subscribe(subscription: Subscription): void {
    const before = this.#subscription
    this.#subscription = subscription
    if (before === undefined || !this.#state.isMember) this.#rejoin('the consumer joins')
    else if (!sameTopics(this.#joinedTopics, subscription.topics)) this.#rejoin('the subscription has changed')
  }

  rejoin(reason: string): void {
    if (this.#subscription === undefined || this.#state.isJoining || this.#state.rejoinReason !== undefined) return
    this.#rejoin(reason)
  }

  rejected({ code, sentAs }: RejectedCommit): void {
    const meaning = this.#state.commitRejected(code, sentAs)
    if (meaning === 'alive') return
    if (meaning === 'rejoin') this.#afterLoss()
    else this.#fatal(meaning.fatal, 'a commit')
  }

  async expelSelf(reason: string): Promise<void> {
    const { host } = this.#options
    const left = this.#sendLeave('default', reason)
    this.#endLife()
    await this.#turn(() => (host.owned.length > 0 ? host.lose(host.owned) : undefined))
    await left
  }

  async leave(how: 'leave' | 'remain' | 'default', options: Waiting & { readonly reason: string }): Promise<void> {
    const { environment, settings } = this.#options
    const { timer, clock } = environment
    const { signal, timeoutMs = settings.requestTimeoutMs } = options
    const untilMs = clock.monotonic() + timeoutMs
    const release = environment.hold()
    try {
      // A rebalance that is under way ends where it stands. What the host does for it now is waited for in the turn.
      const isOwner = this.#state.isMember && !this.#state.isJoining
      this.#life.abort()
      await withinTime(
        this.#turn(() => this.#giveAllBack(isOwner && this.#state.isMember, timeoutMs)),
        { timer, timeoutMs, signal },
      )
      // It is sent even when there is no time to wait for the answer.
      const telling = this.#sendLeave(how, options.reason)
      await withinTime(telling, { timer, timeoutMs: Math.max(0, untilMs - clock.monotonic()), signal })
    } finally {
      this.#endLife()
      this.#subscription = undefined
      release()
    }
  }

  async #giveAllBack(isOwner: boolean, timeoutMs: number): Promise<void> {
    const { host } = this.#options
    if (host.owned.length === 0) return
    if (isOwner) return host.revoke(host.owned)
    // While it joins, a cooperative member still has what it owned, and may commit, but a rebalance may be giving it to others.
    if (this.#state.isMember) await host.commitProcessed(timeoutMs)
    await host.lose(host.owned)
  }

  abandon(): void {
    this.#endLife()
    this.#subscription = undefined
  }

  // Rebalance

  #rejoin(reason: string): void {
    this.#state.requestRejoin(reason)
    if (!this.#isRunning) void this.#run(this.#life.signal)
  }

  async #run(life: AbortSignal): Promise<void> {
    this.#isRunning = true
    try {
      await Promise.resolve() // several wishes of one turn are one rebalance
      while (!life.aborted && this.#state.rejoinReason !== undefined) await this.#pass(life, this.#state.rejoinReason)
    } catch (error) {
      if (!life.aborted) this.#fatal(error, 'joining')
    }
    this.#isRunning = false
    // Somebody joined again while the last pass of an ended life came home.
    if (life.aborted && this.#state.rejoinReason !== undefined && !this.#life.signal.aborted) void this.#run(this.#life.signal)
  }

  async #pass(life: AbortSignal, reason: string): Promise<void> {
    const { environment, settings } = this.#options
    this.#rebalance ??= { startedMs: environment.clock.monotonic(), reason, revoked: 0 }
    // What is lost meanwhile must be told before joining, so this may take more than one go.
    while (this.#state.needsPreparation) {
      this.#state.needsPreparation = false
      await this.#prepare()
      if (life.aborted) return
    }
    if (this.#isCooperative && this.#options.host.owned.length > 0) this.#owesRound = true
    const step = await this.#join(life, reason)
    if (life.aborted) return
    if (step.kind === 'fatal') throw step.error
    if (step.kind === 'assigned') {
      this.#attempt = 0
      await this.#takeAssignment(step.assignment, life)
      return
    }
    if (step.kind !== 'again') return
    environment.logger.debug(`Joining group ${this.#calls.groupId} again: ${step.why}`)
    if (step.why !== 'it was given a member id') {
      this.#observer.rebalanceFailed(step.why)
      this.#state.requestRejoin(`the last attempt to join failed: ${step.why}`)
    }
    if (step.forgetsCoordinator) this.#calls.forgetCoordinator()
    const attempt = this.#attempt++
    if (step.waits || attempt >= MOST_IN_HASTE) await delay(environment.timer, backoffMs(attempt, settings, environment.random), life)
  }

  /** Before JoinGroup: an eager member gives all back, a cooperative one what it no longer subscribes to. */
  async #prepare(): Promise<void> {
    const { host, settings } = this.#options
    await this.#turn(async () => {
      const { owned } = host
      if (!this.#state.isMember) {
        if (owned.length > 0) await host.lose(owned)
        return
      }
      if (this.#isCooperative) await host.commitProcessed(settings.maxPollIntervalMs)
      const going = this.#isCooperative ? owned.filter(({ topic }) => !this.#wants(topic)) : owned
      if (going.length === 0) return
      this.#countRevoked(going)
      await host.revoke(going)
    })
  }

  async #join(life: AbortSignal, reason: string): Promise<Step> {
    const { settings, environment } = this.#options
    const { clock, logger } = environment
    const { groupId } = this.#calls
    this.#leader.stop()
    this.#joinedTopics = this.#subscription?.topics ?? []
    const sentAs = this.#state.joinSent()
    logger.debug(`Joining group ${groupId}`, { groupId, memberId: sentAs.memberId, reason })
    const sentMs = clock.monotonic()
    const told = environment.timer.after(TELL_AFTER_MS, () => {
      const message = `Group ${groupId} has not let this consumer in yet: it waits for other members to join again. One that ended without close() is waited for until its session is over`
      logger.warn(message, { groupId, sessionTimeoutMs: settings.sessionTimeoutMs })
    })
    try {
      const answer = await this.#calls.ask(JoinGroup, this.#joinBody(sentAs, reason), {
        timeoutMs: Math.max(settings.requestTimeoutMs, Math.min(settings.maxPollIntervalMs + JOIN_GRACE_MS, LONGEST_TIMER_MS)),
        lookUpMs: settings.defaultApiTimeoutMs,
        minVersion: settings.groupInstanceId === null || settings.groupInstanceId === undefined ? undefined : 5,
        signal: life,
      })
      if (life.aborted) return ended
      this.#observer.joined(clock.monotonic() - sentMs)
      const step = this.#state.joinAnswered(answer, sentAs)
      if (step.kind !== 'sync') return step
      this.#heartbeats.start()
      return await this.#sync(answer, step.isLeader, life)
    } catch (error) {
      if (life.aborted) return ended
      this.#state.attemptEnded()
      return otherwise(error, ['COORDINATOR_LOAD_IN_PROGRESS'])
    } finally {
      told.cancel()
    }
  }

  #joinBody(sentAs: ConsumerGroupMetadata, reason: string) {
    const { settings, assignors, host } = this.#options
    const topics = this.#joinedTopics
    return (version: number) => ({
      groupId: sentAs.groupId,
      sessionTimeoutMs: settings.sessionTimeoutMs,
      rebalanceTimeoutMs: settings.maxPollIntervalMs,
      memberId: sentAs.memberId,
      ...(version < 5 ? {} : { groupInstanceId: sentAs.groupInstanceId ?? null }),
      protocolType: PROTOCOL_TYPE,
      protocols: assignors.map((assignor) => ({
        name: assignor.name,
        metadata: encodeSubscription({
          topics,
          userData: assignor.subscriptionUserData?.(topics) ?? null,
          ownedPartitions: host.owned,
          generationId: sentAs.generationId,
          rackId: settings.clientRack,
        }),
      })),
      reason: reason.slice(0, LONGEST_REASON),
    })
  }

  async #sync(join: ResponseOf<typeof JoinGroup>, isLeader: boolean, life: AbortSignal): Promise<Step> {
    const { settings, environment } = this.#options
    const assignments = isLeader ? await this.#leader.assign(join, this.#assignor(join.protocolName), life) : []
    if (life.aborted) return ended
    const sentAs = this.#state.group
    const { groupId, generationId, memberId, groupInstanceId } = sentAs
    const sentMs = environment.clock.monotonic()
    const answer = await this.#calls.ask(
      SyncGroup,
      (version) => ({
        groupId,
        generationId,
        memberId,
        ...(version < 3 ? {} : { groupInstanceId: groupInstanceId ?? null }),
        protocolType: PROTOCOL_TYPE,
        protocolName: this.#state.protocolName,
        assignments,
      }),
      { timeoutMs: settings.requestTimeoutMs, lookUpMs: settings.requestTimeoutMs, signal: life },
    )
    if (life.aborted) return ended
    this.#observer.synced(environment.clock.monotonic() - sentMs)
    return this.#state.syncAnswered(answer, sentAs)
  }

  async #takeAssignment(bytes: Uint8Array, life: AbortSignal): Promise<void> {
    const { host, environment } = this.#options
    const assignment = decodeAssignment(bytes)
    const stranger = assignment.partitions.find(({ topic }) => !this.#wants(topic))
    if (stranger !== undefined) {
      this.#state.requestRejoin(`${nameOf(stranger)} was assigned, and is not subscribed to`)
      return
    }
    const assigned = new Set(assignment.partitions.map(nameOf))
    const owned = new Set(host.owned.map(nameOf))
    const going = host.owned.filter((partition) => !assigned.has(nameOf(partition)))
    const coming = assignment.partitions.filter((partition) => !owned.has(nameOf(partition)))
    await this.#turn(async () => {
      if (going.length > 0) {
        this.#countRevoked(going)
        // They go to somebody else in the next round, which can begin only when we have joined anew (KIP-429).
        this.#state.requestRejoin('partitions were given back')
        await host.revoke(going)
        if (life.aborted) return
      }
      this.#assignor(this.#state.protocolName).onAssignment?.(assignment, this.#state.group)
      await host.assign(coming)
    })
    if (life.aborted) return
    this.#finished(coming.length)
    if (this.#state.isMember && !sameTopics(this.#joinedTopics, this.#subscription?.topics ?? [])) {
      this.#state.requestRejoin('the subscription has changed')
    }
    const changed = this.#leader.changedTopic
    if (changed !== undefined) this.#state.requestRejoin(`the partitions of ${changed} have changed`)
    else environment.logger.debug(`Group ${this.#calls.groupId} is stable`)
    if (this.#state.rejoinReason === undefined) this.#owesRound = false
  }

  #finished(added: number): void {
    const { host, environment } = this.#options
    const { startedMs, reason, revoked } = this.#rebalance ?? { startedMs: environment.clock.monotonic(), reason: '', revoked: 0 }
    this.#rebalance = undefined
    const { groupId, generationId, memberId } = this.#state.group
    const end = {
      groupId,
      memberId,
      generationId,
      reason,
      durationMs: Math.round(environment.clock.monotonic() - startedMs),
      added,
      revoked,
      owned: host.owned.length,
    }
    environment.logger.info(`Group ${groupId} rebalanced: ${reason}`, end)
    this.#observer.rebalanced(end)
  }

  #countRevoked(partitions: Partitions): void {
    if (this.#rebalance !== undefined) this.#rebalance.revoked += partitions.length
  }

  #wants(topic: string): boolean {
    const { topics, pattern } = this.#subscription ?? { topics: [] }
    return topics.includes(topic) || (pattern !== undefined && topic.search(pattern) >= 0)
  }

  #assignor(name: string | null): Assignor {
    const assignor = this.#options.assignors.find((one) => one.name === name)
    if (assignor === undefined) {
      throw new KafkaError(
        'INCONSISTENT_GROUP_PROTOCOL',
        `INCONSISTENT_GROUP_PROTOCOL: the group took assignor ${name}, which is not one of ours.`,
      )
    }
    return assignor
  }

  // Ends

  #heartbeatAnswered(code: number, sentAs: ConsumerGroupMetadata): 'heard' | 'moved' | 'failed' {
    const meaning = this.#state.heartbeatAnswered(code, sentAs)
    if (meaning === 'moved' || meaning === 'failed') return meaning
    if (meaning === 'rejoin') this.#afterLoss()
    else if (meaning !== 'alive') this.#fatal(meaning.fatal, 'a heartbeat')
    return 'heard'
  }

  /** The state wants to join again; without a generation there is nothing to be alive for. */
  #afterLoss(): void {
    if (!this.#state.isMember) this.#heartbeats.stop()
    const { rejoinReason } = this.#state
    if (rejoinReason !== undefined) this.#rejoin(rejoinReason)
  }

  #fatal(failure: unknown, what: string): void {
    const { host, settings, environment } = this.#options
    const error = fatalGroupError(failure, what, settings)
    environment.logger.error(error.message, { groupId: this.#calls.groupId, code: error.code })
    this.#endLife()
    void this.#turn(async () => {
      if (host.owned.length > 0) await host.lose(host.owned)
      host.fail(error)
    })
  }

  /** Everything under way stops; the next `subscribe` or `rejoin` begins a new life. */
  #endLife(): void {
    this.#life.abort()
    this.#life = new AbortController()
    this.#heartbeats.stop()
    this.#leader.stop()
    this.#state.loseGeneration({ keepsId: false })
    this.#state.rejoinReason = undefined
    this.#rebalance = undefined
    this.#attempt = 0
    this.#owesRound = false
  }

  /**
   * A static member keeps its place, unless it owes a round: back under the same name it would get what the last round left it, without
   * another one, and what it has given back would be nobody's until something else makes the group rebalance.
   */
  async #sendLeave(how: 'leave' | 'remain' | 'default', reason: string): Promise<void> {
    const { settings, environment } = this.#options
    const { memberId, groupId, groupInstanceId, isJoining } = this.#state
    const leaves = how === 'leave' || (how === 'default' && (groupInstanceId === undefined || this.#owesRound))
    if (!leaves || memberId === '') return
    const short = reason.slice(0, LONGEST_REASON)
    try {
      await this.#calls.ask(
        LeaveGroup,
        (version) => (version < 3 ? { groupId, memberId } : { groupId, memberId: '', members: [{ memberId, reason: short }] }),
        { timeoutMs: settings.requestTimeoutMs, lookUpMs: FAREWELL_LOOK_UP_MS, lane: isJoining ? 'main' : 'coordinator' },
      )
    } catch (error) {
      // The group finds out by itself when the session is over.
      environment.logger.debug(`Group ${groupId} was not told that member ${memberId} leaves`, { error: String(error) })
    }
  }

  #turn(action: () => Promise<void> | undefined): Promise<void> {
    return this.#turns.run(() => action())
  }
}

export interface ClassicOptions extends MembershipOptions {
  readonly groupId: string
  readonly assignors: readonly Assignor[]
}

const ended: Step = { kind: 'again', why: 'the member has left', waits: false, forgetsCoordinator: false }

function sameTopics(a: readonly string[], b: readonly string[]): boolean {
  const names = new Set(a)
  return names.size === new Set(b).size && b.every((name) => names.has(name))
}

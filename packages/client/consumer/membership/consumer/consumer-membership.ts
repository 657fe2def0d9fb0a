import { Mutex } from '@odradek/common/async'
import { randomUuid } from '@odradek/common/bytes'
import type { Cancellable } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import { ConsumerGroupHeartbeat } from '@odradek/protocol/messages'
import type { Waiting } from '../../../waiting.ts'
import type { ConsumerGroupMetadata } from '../../group-metadata.ts'
import { backoffMs } from '../backoff.ts'
import { FAREWELL_LOOK_UP_MS, GroupCalls } from '../group-calls.ts'
import { fatalGroupError } from '../group-errors.ts'
import { noObserver } from '../group-observer.ts'
import type { GroupObserver } from '../group-observer.ts'
import type { Membership, RejectedCommit, Subscription } from '../membership.ts'
import type { MembershipOptions } from '../membership-options.ts'
import { Silence } from '../silence.ts'
import { withinTime } from '../within-time.ts'
import { ConsumerState } from './consumer-state.ts'
import type { Meaning } from './consumer-state.ts'
import { Reconciliation } from './reconciliation.ts'

/** However often a broker says that it wants to hear of its members, that is enough. */
const SHORTEST_INTERVAL_MS = 100
/** Until the broker says how often it wants to hear of its members. */
const FIRST_INTERVAL_MS = 5_000

/**
 * Membership by KIP-848: the broker assigns, and the member goes towards its target at its own pace, heartbeat by heartbeat.
 *
 * One heartbeat is on its way at a time; the next comes after the interval of the broker, or at once when there is something to say. What they
 * say and what answers mean is decided by `ConsumerState`; `Reconciliation` gives back and takes over.
 */
export class ConsumerMembership implements Membership {
  readonly protocol = 'consumer'
  /** Heartbeats are answered at once, so nothing waits behind them. */
  readonly isJoining = false
  readonly #options: MembershipOptions
  readonly #calls: GroupCalls
  readonly #state: ConsumerState
  readonly #silence: Silence
  readonly #observer: GroupObserver
  readonly #turns = new Mutex()
  readonly #reconciliation: Reconciliation
  #subscription: Subscription | undefined
  /** Aborted when this stay in the group has an end: answers that still come are ignored. */
  #life = new AbortController()
  #timer: Cancellable | undefined
  #isAsking = false
  #isLeaving = false
  #intervalMs = FIRST_INTERVAL_MS
  #failures = 0

  constructor(options: MembershipOptions & { readonly groupId: string }) {
    const { environment, settings, cluster, host, groupId } = options
    this.#options = options
    this.#observer = options.observer ?? noObserver
    this.#calls = new GroupCalls(cluster, groupId)
    this.#state = new ConsumerState(groupId, randomUuid(environment.random), settings)
    this.#silence = new Silence({ environment, clientId: settings.clientId, observer: this.#observer })
    this.#reconciliation = new Reconciliation({
      environment,
      settings,
      cluster,
      host,
      state: this.#state,
      turns: this.#turns,
      observer: this.#observer,
      taken: () => this.#beatSoon(),
    })
  }

  get group(): ConsumerGroupMetadata {
    return this.#state.group
  }

  get isStable(): boolean {
    return this.#state.phase === 'in' && this.#state.isReconciled && !this.#reconciliation.isRunning
  }

  subscribe(subscription: Subscription): void {
    this.#subscription = subscription
    if (this.#state.phase === 'out') this.#join()
    else this.#beatSoon()
  }

  rejoin(reason: string): void {
    if (this.#subscription === undefined) return
    if (this.#state.phase === 'out') this.#join()
    else this.#options.environment.logger.debug(`The broker decides when group ${this.#calls.groupId} rebalances`, { reason })
  }

  rejected({ code, sentAs }: RejectedCommit): void {
    // UNKNOWN_MEMBER_ID and the like come with the next heartbeat too, and mean there what they mean.
    if (code === 'FENCED_INSTANCE_ID' && sentAs.generationId === this.group.generationId) this.#fatal(new KafkaError(code), 'a commit')
    else this.#beatSoon(true)
  }

  async expelSelf(reason: string): Promise<void> {
    const { host } = this.#options
    const telling = this.#sendLeave('default', reason)
    this.#endLife()
    await this.#turns.run(() => (host.owned.length > 0 ? host.lose(host.owned) : undefined))
    await telling
  }

  async leave(how: 'leave' | 'remain' | 'default', options: Waiting & { readonly reason: string }): Promise<void> {
    const { environment, settings, host } = this.#options
    const { timer, clock } = environment
    const { signal, timeoutMs = settings.requestTimeoutMs } = options
    const untilMs = clock.monotonic() + timeoutMs
    const release = environment.hold()
    this.#isLeaving = true
    try {
      // Heartbeats go on while partitions are given back, or the group would not wait for it.
      this.#reconciliation.stop()
      const giveBack = () => {
        if (host.owned.length === 0) return undefined
        return this.#state.phase === 'in' ? host.revoke(host.owned) : host.lose(host.owned)
      }
      await withinTime(this.#turns.run(giveBack), { timer, timeoutMs, signal })
      const telling = this.#sendLeave(how, options.reason)
      this.#endLife()
      await withinTime(telling, { timer, timeoutMs: Math.max(0, untilMs - clock.monotonic()), signal })
    } finally {
      this.#endLife()
      this.#isLeaving = false
      this.#subscription = undefined
      release()
    }
  }

  abandon(): void {
    this.#endLife()
    this.#subscription = undefined
  }

  // Heartbeats

  #join(): void {
    this.#state.join()
    this.#silence.begin()
    this.#failures = 0
    this.#beatSoon()
  }

  /** At the end of this step, if something has to be said; what is on its way is waited for. */
  #beatSoon(always = false): void {
    const life = this.#life.signal
    void Promise.resolve().then(() => {
      if (life.aborted || this.#isAsking || !(always || this.#state.isUrgent(this.#subscription))) return
      this.#timer?.cancel()
      void this.#beat(life)
    })
  }

  async #beat(life: AbortSignal): Promise<void> {
    const subscription = this.#subscription
    if (life.aborted || this.#isAsking || this.#state.phase === 'out' || subscription === undefined) return
    const { clock } = this.#options.environment
    const sentMs = clock.monotonic()
    this.#isAsking = true
    const meaning = await this.#ask(subscription, life)
    this.#isAsking = false
    if (life.aborted) {
      this.#beatSoon() // of a new life, which had to wait for this one's answer
      return
    }
    const waitMs = this.#act(meaning, clock.monotonic() - sentMs)
    if (life.aborted || waitMs === undefined) return
    this.#timer?.cancel()
    this.#timer = this.#options.environment.timer.after(waitMs, () => void this.#beat(life))
    if (waitMs > 0 && meaning.kind === 'alive') this.#beatSoon()
  }

  async #ask(subscription: Subscription, life: AbortSignal): Promise<Meaning> {
    const { settings, environment } = this.#options
    const { sessionTimeoutMs, requestTimeoutMs } = settings
    const sentMs = environment.clock.monotonic()
    const timeoutMs = Math.min(requestTimeoutMs, Math.max(this.#intervalMs, this.#silence.leftMs(sessionTimeoutMs)))
    try {
      const answer = await this.#calls.ask(ConsumerGroupHeartbeat, (version) => this.#state.heartbeat(subscription, version), {
        timeoutMs,
        lookUpMs: timeoutMs,
        minVersion: subscription.re2j === undefined ? undefined : 1,
        signal: life,
      })
      if (life.aborted) return ignored
      this.#observer.heartbeat(environment.clock.monotonic() - sentMs)
      return this.#state.answered(answer)
    } catch (error) {
      return life.aborted ? ignored : this.#state.failed(error)
    }
  }

  /** Returns in how many milliseconds the next heartbeat is due; undefined: none is, for now. */
  #act(meaning: Meaning, tookMs: number): number | undefined {
    const { environment, settings, host } = this.#options
    if (meaning.kind === 'again') {
      const isSilent = this.#silence.isTooLong(settings.sessionTimeoutMs, this.group)
      if (meaning.forgetsCoordinator || isSilent) this.#calls.forgetCoordinator()
      environment.logger.debug(`The heartbeat of group ${this.#calls.groupId} failed: ${meaning.why}`)
      return backoffMs(this.#failures++, settings, environment.random)
    }
    this.#silence.heard(this.group)
    this.#failures = 0
    if (meaning.kind === 'alive') {
      this.#intervalMs = Math.max(SHORTEST_INTERVAL_MS, meaning.intervalMs)
      if (!this.#isLeaving && (meaning.isNew || !this.#state.isReconciled)) this.#reconciliation.run(this.#life.signal)
      return Math.max(0, this.#intervalMs - tookMs)
    }
    if (meaning.kind === 'raised') {
      host.fail(meaning.error)
      return this.#intervalMs
    }
    if (meaning.kind === 'fenced') void this.#loseAndJoin(meaning.why)
    else this.#fatal(meaning.error, 'a heartbeat')
    return undefined
  }

  async #loseAndJoin(why: string): Promise<void> {
    const { environment, host } = this.#options
    this.#observer.rebalanceFailed(why)
    environment.logger.info(`Member ${this.#state.memberId} is out of group ${this.#calls.groupId} and joins again: ${why}`)
    this.#endLife()
    const life = this.#life.signal
    await this.#turns.run(() => (host.owned.length > 0 ? host.lose(host.owned) : undefined))
    if (!life.aborted && !this.#isLeaving && this.#subscription !== undefined && this.#state.phase === 'out') this.#join()
  }

  // Ends

  #fatal(failure: unknown, what: string): void {
    const { host, settings, environment } = this.#options
    const error = fatalGroupError(failure, what, settings)
    environment.logger.error(error.message, { groupId: this.#calls.groupId, code: error.code })
    this.#endLife()
    void this.#turns.run(async () => {
      if (host.owned.length > 0) await host.lose(host.owned)
      host.fail(error)
    })
  }

  #endLife(): void {
    this.#life.abort()
    this.#life = new AbortController()
    this.#timer?.cancel()
    this.#reconciliation.stop()
    this.#state.out()
  }

  async #sendLeave(how: 'leave' | 'remain' | 'default', reason: string): Promise<void> {
    const { settings, environment } = this.#options
    const request = this.#state.phase === 'out' ? undefined : this.#state.leaving(how)
    if (request === undefined) return
    try {
      await this.#calls.ask(ConsumerGroupHeartbeat, request, { timeoutMs: settings.requestTimeoutMs, lookUpMs: FAREWELL_LOOK_UP_MS })
    } catch (error) {
      // The group finds out by itself when the session is over.
      environment.logger.debug(`Group ${this.#calls.groupId} was not told that a member leaves: ${reason}`, { error: String(error) })
    }
  }
}

const ignored: Meaning = { kind: 'again', why: 'the member has left', forgetsCoordinator: false }

import { Deferred } from '@odradek/common/async'
import { errorName, KafkaError } from '@odradek/protocol'
import type { Environment } from '../environment.ts'
import { errorOf } from '../errors/index.ts'
import { Alarm } from './alarm.ts'
import { closedError } from './closed-error.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import { ExponentialBackoff } from './exponential-backoff.ts'
import type { MetadataAnswer } from './merge-metadata.ts'
import type { ClusterMetadata } from './metadata.ts'
import { isHopeless } from './opener.ts'

/** What an answer to Metadata was an answer to. */
export interface AskedMetadata {
  readonly answer: MetadataAnswer
  readonly version: number
  /** Undefined: all topics. */
  readonly asked: ReadonlySet<string> | undefined
  readonly broker: number
}

/** What the refresher needs of the cluster that it belongs to. */
export interface RefresherHost {
  readonly environment: Pick<Environment, 'clock' | 'timer' | 'random' | 'logger'>
  readonly settings: ClusterSettings
  metadata(): ClusterMetadata
  /** Before the first question, and before each new beginning. */
  prepare(): Promise<void> | undefined
  /** The broker to ask; undefined when all are to be left alone for a while. */
  choose(): number | undefined
  /** Whether none is connected, and the last attempt at each failed. */
  areAllLost(): boolean
  connect(broker: number): Promise<void>
  ask(broker: number, topics: ReadonlySet<string> | undefined): Promise<{ readonly answer: MetadataAnswer; readonly version: number }>
  /** Takes an answer over; gives whether something was missing in it. */
  learn(asked: AskedMetadata): boolean
  /** Forgets all brokers, and begins again with the bootstrap addresses. */
  rebootstrap(why: string): void
}

/**
 * Keeps metadata fresh: asks when they are too old, when something is missing or wrong, one question at a time, with a back-off that doubles.
 *
 * Without a broker that can be reached it begins again with the bootstrap addresses (KIP-899), and so it does when no answer has come
 * for `metadata.recovery.rebootstrap.trigger.ms` since the first attempt after the last success (KIP-1102). A beginning counts as a failure for the back-off until a
 * broker that was learnt has answered; or a bootstrap server that knows only dead brokers would be asked without a pause.
 */
export class Refresher {
  readonly #host: RefresherHost
  readonly #backoff: ExponentialBackoff
  readonly #alarm: Alarm
  #tracked: Set<string> | 'all' = new Set()
  #wants: 'nothing' | 'new topics' | 'everything' = 'nothing'
  readonly #newTopics = new Set<string>()
  #isAsking = false
  #isClosed = false
  /** Of callers that wait for an answer to a question that has not been asked yet. */
  #nextWaiters: Deferred<ClusterMetadata>[] = []
  /** The question that has no answer yet, and who waits for it. */
  #underWay: { readonly topics: ReadonlySet<string>; readonly waiters: Deferred<ClusterMetadata>[] } | undefined
  #failures = 0
  /** Answers in a row of which something was missing. */
  #incomplete = 0
  #beginnings = 0
  #lastEndMs = -Infinity
  #lastSuccessMs = -Infinity
  #tryingSinceMs: number | undefined
  /** Why there was no answer to the last question; undefined when there was one. */
  lastFailure: unknown

  constructor(host: RefresherHost) {
    const { environment, settings } = host
    this.#host = host
    this.#backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random.fork('metadata'))
    this.#alarm = new Alarm(environment, () => this.#proceed())
  }

  isTracked(topic: string): boolean {
    return this.#tracked === 'all' || this.#tracked.has(topic)
  }

  track(topics: ReadonlySet<string> | 'all'): void {
    if (topics === 'all') {
      if (this.#tracked !== 'all') this.#want('everything')
      this.#tracked = 'all'
    } else {
      const before = this.#tracked
      this.#tracked = new Set(topics)
      for (const topic of topics) if (before === 'all' || !before.has(topic)) this.#wantTopic(topic)
    }
    this.#proceed()
  }

  alsoTrack(topic: string): void {
    if (this.#tracked === 'all' || this.#tracked.has(topic)) return
    this.#tracked.add(topic)
    this.#wantTopic(topic)
    this.#proceed()
  }

  /** `because`: what went wrong, where something did; it is told when there is nothing better to tell. */
  requestRefresh(because?: Error): void {
    this.lastFailure ??= because
    this.#want('everything')
    this.#proceed()
  }

  /** The outcome of a question about everything, asked after this call. */
  refresh(): Promise<ClusterMetadata> {
    this.#want('everything')
    return this.next()
  }

  /**
   * The outcome of the next question, which is about this topic too; of the one that is under way, if it is about this topic. Fails only for reasons that
   * time does not mend; whoever waits decides how long.
   */
  next(topic?: string): Promise<ClusterMetadata> {
    if (this.#isClosed) return Promise.reject(closedError())
    const waiter = new Deferred<ClusterMetadata>()
    // A producer tracks a topic, and then waits for it: to wait for another question would cost its first record a back-off.
    if (topic !== undefined && this.#underWay?.topics.has(topic) === true) {
      this.#underWay.waiters.push(waiter)
      return waiter.promise
    }
    this.#nextWaiters.push(waiter)
    if (topic !== undefined) this.alsoTrack(topic)
    this.#proceed()
    return waiter.promise
  }

  close(): void {
    this.#isClosed = true
    this.#alarm.cancel()
    for (const waiter of this.#nextWaiters.splice(0)) waiter.reject(closedError())
  }

  #want(what: 'new topics' | 'everything'): void {
    if (this.#wants !== 'everything') this.#wants = what
  }

  #wantTopic(topic: string): void {
    this.#newTopics.add(topic)
    this.#want('new topics')
  }

  get #now(): number {
    return this.#host.environment.clock.monotonic()
  }

  /** Asks now, or when it is time. */
  #proceed(): void {
    if (this.#isClosed || this.#isAsking) return
    if (this.#nextWaiters.length > 0 && this.#wants === 'nothing') this.#want('everything')
    if (this.#wants === 'nothing') {
      if (this.#lastSuccessMs === -Infinity) return
      const tooOldAtMs = this.#lastSuccessMs + this.#host.settings.metadataMaxAgeMs
      if (this.#now < tooOldAtMs) return this.#alarm.notAfter(tooOldAtMs)
      this.#wants = 'everything'
    }
    const notBeforeMs = this.#notBeforeMs()
    if (this.#now < notBeforeMs) return this.#alarm.notAfter(notBeforeMs)
    this.#isAsking = true
    void this.#ask().finally(() => {
      this.#isAsking = false
      this.#lastEndMs = this.#now
      this.#backoffMs = undefined
      this.#proceed()
    })
  }

  /** Drawn once for each pause. */
  #backoffMs: number | undefined

  /** Two questions have a back-off between them, be it only to ask no more often than the cluster changes; a topic that is new is asked for at once. */
  #notBeforeMs(): number {
    const setbacks = Math.max(this.#failures, this.#beginnings, this.#newTopics.size > 0 ? 0 : Math.max(1, this.#incomplete))
    if (setbacks === 0) return -Infinity
    this.#backoffMs ??= this.#backoff.afterMs(setbacks)
    return this.#lastEndMs + this.#backoffMs
  }

  async #ask(): Promise<void> {
    const waiters = this.#nextWaiters
    this.#nextWaiters = []
    const wants = this.#wants
    const newTopics = new Set(this.#newTopics)
    this.#wants = 'nothing'
    this.#newTopics.clear()
    this.#tryingSinceMs ??= this.#now
    this.#underWay = { topics: newTopics, waiters }
    try {
      await this.#host.prepare()
      const broker = await this.#reach()
      const asked = this.#tracked === 'all' ? undefined : wants === 'new topics' ? newTopics : new Set(this.#tracked)
      const { answer, version } = await this.#host.ask(broker, asked)
      if (this.#isClosed) throw closedError()
      this.#underWay = undefined
      this.#check(answer)
      if (wants === 'everything' || this.#lastSuccessMs === -Infinity) this.#lastSuccessMs = this.#now
      this.#succeed({ answer, version, asked, broker }, waiters)
    } catch (error) {
      this.#underWay = undefined
      this.#wants = wants
      for (const topic of newTopics) this.#newTopics.add(topic)
      this.#fail(error, waiters)
    }
  }

  /** Connects to one broker after the other, each once. */
  async #reach(): Promise<number> {
    const tried = new Set<number>()
    let last: unknown
    for (;;) {
      const broker = this.#host.choose()
      if (broker === undefined || tried.has(broker)) break
      tried.add(broker)
      try {
        await this.#host.connect(broker)
        return broker
      } catch (error) {
        if (isHopeless(error)) throw error
        last = error
      }
    }
    throw last ?? this.lastFailure ?? new KafkaError('NETWORK_EXCEPTION', 'All brokers are to be left alone for a moment.')
  }

  #check(answer: MetadataAnswer): void {
    if (answer.errorCode !== 0) throw errorOf(answer.errorCode, 'metadata')
    if (answer.brokers.length === 0) throw new KafkaError('NETWORK_EXCEPTION', 'A broker answered that the cluster has no brokers.')
  }

  #succeed(asked: AskedMetadata, waiters: readonly Deferred<ClusterMetadata>[]): void {
    const isIncomplete = this.#host.learn(asked)
    this.#failures = 0
    this.lastFailure = undefined
    this.#tryingSinceMs = undefined
    if (asked.broker >= 0) this.#beginnings = 0
    this.#incomplete = isIncomplete ? this.#incomplete + 1 : 0
    if (isIncomplete) this.#want('everything')
    for (const waiter of waiters) waiter.resolve(this.#host.metadata())
  }

  #fail(error: unknown, waiters: readonly Deferred<ClusterMetadata>[]): void {
    this.#failures++
    this.lastFailure = error
    if (this.#isClosed || isHopeless(error)) {
      for (const waiter of waiters) waiter.reject(error)
      // Nobody waits, so it is enough to try again when somebody does, or when the metadata are too old.
      if (this.#nextWaiters.length === 0) this.#wants = 'nothing'
    } else {
      this.#nextWaiters.unshift(...waiters)
    }
    this.#beginAgainIfLost(error)
  }

  #beginAgainIfLost(error: unknown): void {
    const { settings } = this.#host
    if (this.#isClosed || settings.metadataRecoveryStrategy === 'none') return
    const isAsked = error instanceof KafkaError && error.code === errorName(rebootstrapRequired)
    const hasNobody = this.#knowsBrokers && this.#host.areAllLost()
    const sinceMs = this.#tryingSinceMs ?? this.#now
    const isTooLong = this.#now - sinceMs >= settings.metadataRecoveryRebootstrapTriggerMs
    if (!isAsked && !hasNobody && !isTooLong) return
    this.#beginnings++
    if (isTooLong) this.#tryingSinceMs = this.#now
    this.#host.rebootstrap(
      isAsked ? 'the cluster asks for it' : hasNobody ? 'no known broker can be reached' : 'no metadata came for too long',
    )
  }

  /** Whether there is more than the bootstrap addresses to lose. */
  get #knowsBrokers(): boolean {
    for (const id of this.#host.metadata().brokers.keys()) if (id >= 0) return true
    return false
  }
}

const rebootstrapRequired = 129

import type { Cancellable } from '@odradek/common/time'
import { errorName, KafkaError } from '@odradek/protocol'
import { Fetch } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { Cluster } from '../../cluster/cluster.ts'
import { ExponentialBackoff } from '../../cluster/exponential-backoff.ts'
import type { Environment } from '../../environment.ts'
import type { Assignment } from '../positions/assignment.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import type { FetchOutcome, FetchRules } from './fetch-answer.ts'
import { takeAnswer } from './fetch-answer.ts'
import { FetchPlanner } from './fetch-planner.ts'
import type { FetchPlan } from './fetch-planner.ts'
import { FetchSession } from './fetch-session.ts'
import type { PrefetchBudget } from './prefetch-budget.ts'

export interface FetcherSettings {
  readonly fetchMaxBytes: number
  readonly maxPartitionFetchBytes: number
  readonly fetchMinBytes: number
  readonly fetchMaxWaitMs: number
  readonly clientRack: string
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly requestTimeoutMs: number
}

export interface FetcherOptions {
  readonly environment: Environment
  readonly settings: FetcherSettings
  readonly rules: FetchRules
  readonly cluster: Cluster
  readonly assignment: Assignment
  readonly budget: PrefetchBudget
  readonly host: FetcherHost
}

/** What a fetcher tells its consumer. */
export interface FetcherHost {
  /** These have records, or an error, to hand out. */
  ready(states: readonly PartitionState[]): void
  /** To be shown to the application once. */
  fail(error: Error): void
  /** The position lies outside the log: it has to be looked up anew. */
  outOfRange(state: PartitionState, offset: number): void
  /** An answer has come; for metrics. */
  fetched(answer: FetchedAnswer): void
}

export interface FetchedAnswer {
  readonly broker: number
  readonly bytes: number
  readonly bytesByTopic: ReadonlyMap<string, number>
  readonly latencyMs: number
  readonly throttleMs: number
}

const nothing: ReadonlyMap<string, number> = new Map()

/** What is known of one broker as a source of records. */
class Source {
  readonly session = new FetchSession()
  isUnderWay = false
  retryAtMs = 0
  failures = 0
  lastAnswerBytes = 0
}

/** Keeps Fetch requests under way to all brokers that have something for us, within the budget. Decides nothing itself: see `FetchPlanner`, `takeAnswer`. */
export class Fetcher {
  readonly #options: FetcherOptions
  readonly #planner: FetchPlanner
  readonly #backoff: ExponentialBackoff
  readonly #sources = new Map<number, Source>()
  readonly #closing = new AbortController()
  #retry: Cancellable | undefined = undefined
  #isPlanned = false
  /** Somebody waits for room in the budget. */
  #isShort = false
  /** Half of what was buffered after the last answer: to look for each batch handed out would cost more than it brings. */
  #wakeAtBytes = 0

  constructor(options: FetcherOptions) {
    const { settings, environment } = options
    this.#options = options
    this.#planner = new FetchPlanner(settings)
    this.#backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random)
  }

  /** Something has changed: looks, once this turn has done its input, whether anything should be asked. */
  wake(): void {
    if (this.#isPlanned || this.#closing.signal.aborted) return
    this.#isPlanned = true
    this.#options.environment.timer.endOfTurn(() => {
      this.#isPlanned = false
      if (!this.#closing.signal.aborted) this.#plan()
    })
  }

  /** The application has taken records of this partition: there may be room for more. */
  taken(state: PartitionState): void {
    if (this.#isShort || state.bufferedBytes === 0 || this.#options.budget.used <= this.#wakeAtBytes) this.wake()
  }

  /** Nothing is asked any more; answers that come are ignored. */
  close(): void {
    this.#closing.abort()
    this.#retry?.cancel()
  }

  #plan(): void {
    const { assignment, cluster, budget, environment } = this.#options
    const nowMs = environment.clock.monotonic()
    let retryAtMs = Infinity
    const planning = this.#planner.plan({
      states: assignment,
      metadata: cluster.metadata,
      budget,
      nowMs,
      isBusy: (broker) => {
        const source = this.#sources.get(broker)
        if (source === undefined) return false
        if (source.isUnderWay) return true
        if (source.retryAtMs <= nowMs) return false
        retryAtMs = Math.min(retryAtMs, source.retryAtMs)
        return true
      },
      lastAnswerBytes: (broker) => this.#sources.get(broker)?.lastAnswerBytes ?? 0,
    })
    this.#isShort = planning.lacksBudget
    if (planning.needsMetadata) cluster.requestRefresh()
    this.#wakeAt(Math.min(retryAtMs, planning.nextRetryMs), nowMs)
    for (const plan of planning.plans) void this.#fetch(plan)
    // Paused partitions keep what they have, unless others would starve: it can be fetched again.
    if (planning.lacksBudget && this.#dropPaused()) this.wake()
  }

  #dropPaused(): boolean {
    let hasDropped = false
    for (const state of this.#options.assignment) {
      if (!state.isPaused || state.bufferedBytes === 0 || state.holder !== undefined) continue
      state.refetch()
      hasDropped = true
    }
    return hasDropped
  }

  #wakeAt(atMs: number, nowMs: number): void {
    this.#retry?.cancel()
    this.#retry = atMs === Infinity ? undefined : this.#options.environment.timer.after(Math.max(1, atMs - nowMs), () => this.wake())
  }

  async #fetch(plan: FetchPlan): Promise<void> {
    const { cluster, environment, budget, settings, rules, host } = this.#options
    const { clock } = environment
    const source = this.#sourceOf(plan.broker)
    const startedMs = clock.monotonic()
    source.isUnderWay = true
    try {
      const answer = await cluster.call(plan.broker, Fetch, (version) => this.#request(plan, source.session, version), {
        lane: 'fetch',
        // Whoever waits for records keeps the process alive; one that has read enough may end.
        background: true,
        maxVersion: plan.hasTopicIds ? undefined : lastVersionWithNames,
        timeoutMs: settings.requestTimeoutMs,
        signal: this.#closing.signal,
      })
      budget.unreserve(plan.maxBytes)
      source.isUnderWay = false
      if (this.#closing.signal.aborted) return
      source.failures = 0
      const outcome = this.#hasSession(source, answer) ? takeAnswer(plan, answer, rules, clock.monotonic()) : undefined
      source.lastAnswerBytes = outcome?.bytes ?? 0
      this.#wakeAtBytes = budget.used / 2
      const latencyMs = clock.monotonic() - startedMs
      host.fetched({
        broker: plan.broker,
        bytes: outcome?.bytes ?? 0,
        bytesByTopic: outcome?.bytesByTopic ?? nothing,
        latencyMs,
        throttleMs: answer.throttleTimeMs,
      })
      if (outcome !== undefined) this.#carryOut(outcome, answer)
    } catch (error) {
      if (source.isUnderWay) budget.unreserve(plan.maxBytes)
      source.isUnderWay = false
      if (this.#closing.signal.aborted) return
      this.#failed(plan, source, error)
    }
    this.wake()
  }

  #request(plan: FetchPlan, session: FetchSession, version: number) {
    const { settings, rules } = this.#options
    return {
      maxWaitMs: settings.fetchMaxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes: plan.maxBytes,
      isolationLevel: rules.isReadCommitted ? 1 : 0,
      rackId: settings.clientRack,
      ...session.next(plan.entries, version),
    }
  }

  /** Whether the answer is one to what was asked; else the session begins anew. */
  #hasSession(source: Source, answer: ResponseOf<typeof Fetch>): boolean {
    if (answer.errorCode === 0) {
      source.session.answered(answer.sessionId)
      return true
    }
    const { cluster, environment } = this.#options
    const code = errorName(answer.errorCode)
    environment.logger.debug('a fetch session ended', { error: code, session: source.session.id })
    if (code === 'FETCH_SESSION_ID_NOT_FOUND') source.session.lost()
    else source.session.broken()
    if (code === 'FETCH_SESSION_TOPIC_ID_ERROR' || code === 'INCONSISTENT_TOPIC_ID' || code === 'UNKNOWN_TOPIC_ID') cluster.requestRefresh()
    // The session alone is mended at once; what is wrong beyond it waits.
    if (code !== 'FETCH_SESSION_ID_NOT_FOUND' && code !== 'INVALID_FETCH_SESSION_EPOCH') this.#waitFor(source)
    return false
  }

  #failed(plan: FetchPlan, source: Source, error: unknown): void {
    const { cluster, environment, host } = this.#options
    source.session.broken()
    this.#waitFor(source, cluster.backoffMs(plan.broker, 'fetch'))
    if (error instanceof KafkaError) {
      environment.logger.debug('a fetch failed', { broker: plan.broker, error: error.code })
      if (!error.retriable) host.fail(error)
    } else {
      environment.logger.error('a fetch failed', { broker: plan.broker, error })
      host.fail(error instanceof Error ? error : new Error('A fetch failed', { cause: error }))
    }
    // The follower may be gone for good; the leader names another.
    for (const { state, isFromFollower } of plan.entries) if (isFromFollower) state.preferredReplica = -1
    cluster.requestRefresh()
  }

  #waitFor(source: Source, atLeastMs = 0): void {
    source.failures++
    source.retryAtMs = this.#options.environment.clock.monotonic() + Math.max(atLeastMs, this.#backoff.afterMs(source.failures))
  }

  #carryOut(outcome: FetchOutcome, answer: ResponseOf<typeof Fetch>): void {
    const { cluster, environment, host } = this.#options
    for (const { state, leader, leaderEpoch } of outcome.leaders) {
      const node = answer.nodeEndpoints.find(({ nodeId }) => nodeId === leader)
      cluster.learnLeader(state.topic, state.partition, {
        leader,
        leaderEpoch,
        endpoint: node === undefined ? undefined : { host: node.host, port: node.port, rack: node.rack },
      })
    }
    for (const { state, error } of outcome.failed) {
      state.failures++
      state.retryAtMs = environment.clock.monotonic() + this.#backoff.afterMs(state.failures)
      environment.logger.debug('a partition could not be fetched', { partition: state.name, error: error.code })
    }
    for (const { state, offset } of outcome.reset) host.outOfRange(state, offset)
    for (const error of outcome.errors) host.fail(error)
    if (outcome.needsMetadata) cluster.requestRefresh()
    if (outcome.ready.length > 0) host.ready(outcome.ready)
  }

  #sourceOf(broker: number): Source {
    let source = this.#sources.get(broker)
    if (source === undefined) this.#sources.set(broker, (source = new Source()))
    return source
  }
}

const lastVersionWithNames = 12

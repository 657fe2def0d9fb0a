import { ZERO_UUID } from '@odradek/common/bytes'
import type { Cancellable } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { Cluster } from '../../cluster/cluster.ts'
import { ExponentialBackoff } from '../../cluster/exponential-backoff.ts'
import type { Environment } from '../../environment.ts'
import { ClientError } from '../../errors/index.ts'
import type { PartitionOffset, Partitions } from '../../partitions.ts'
import type { Waiting } from '../../waiting.ts'
import type { Assignment } from './assignment.ts'
import { listOffsets, timestampOf } from './list-offsets.ts'
import type { TimeAnswer } from './list-offsets.ts'
import type { PartitionState } from './partition-state.ts'
import type { ResetTo } from './reset-to.ts'
import { endsOfEpochs } from './validate-offsets.ts'
import type { EpochAnswer } from './validate-offsets.ts'

export interface PositionsSettings {
  readonly requestTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly autoOffsetReset: ResetTo | 'none'
  readonly isReadCommitted: boolean
}

/** Where committed offsets are known; `Commits` is one. */
export interface CommittedOffsets {
  fetchCommitted(partitions: Partitions, options?: Waiting): Promise<readonly (PartitionOffset | undefined)[]>
}

export interface PositionsOptions {
  readonly environment: Environment
  readonly settings: PositionsSettings
  readonly cluster: Cluster
  readonly assignment: Assignment
  /** Undefined without a group: all begins with a reset. */
  readonly committed: CommittedOffsets | undefined
  readonly host: PositionsHost
}

/** What a consumer is told of its positions. */
export interface PositionsHost {
  /** These have a position now, or an error to show. */
  positioned(states: readonly PartitionState[]): void
  /** To be shown to the application once. */
  fail(error: Error): void
}

/**
 * Finds the position of each assigned partition, and keeps it true: the committed offset, else a reset; a comparison with the log of each new leader.
 *
 * Runs in rounds, all partitions of a kind in one question a broker. An answer counts only for those whose ticket is still the one it was asked with.
 */
export class Positions {
  readonly #options: PositionsOptions
  readonly #backoff: ExponentialBackoff
  readonly #closing = new AbortController()
  #retry: Cancellable | undefined = undefined
  #isWoken = false

  constructor(options: PositionsOptions) {
    const { settings, environment } = options
    this.#options = options
    this.#backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random)
  }

  /** Looks, once this turn has done its input, whether a position must be found. */
  wake(): void {
    if (this.#isWoken || this.#closing.signal.aborted) return
    this.#isWoken = true
    this.#options.environment.timer.endOfTurn(() => {
      this.#isWoken = false
      if (!this.#closing.signal.aborted) this.#look()
    })
  }

  close(): void {
    this.#closing.abort()
    this.#retry?.cancel()
  }

  /** There is new metadata: partitions with another leader are compared with its log before anything more is fetched. */
  leadersChanged(): void {
    const { assignment, cluster } = this.#options
    for (const state of assignment) {
      if (this.#isMadeAgain(state)) this.#resetMadeAgain(state)
      if (state.state !== 'FETCHING') continue
      const leaderEpoch = cluster.metadata.topics.get(state.topic)?.partitions[state.partition]?.leaderEpoch ?? -1
      if (leaderEpoch < 0 || leaderEpoch <= state.validatedEpoch) continue
      if (state.validatedEpoch >= 0 && state.fetchEpoch >= 0) state.awaitValidation()
      else state.validatedEpoch = leaderEpoch
    }
    this.wake()
  }

  /** Takes note of the topic that there is, too. */
  #isMadeAgain(state: PartitionState): boolean {
    const topicId = this.#options.cluster.metadata.topics.get(state.topic)?.topicId
    if (topicId === undefined || topicId === ZERO_UUID || topicId === state.topicId) return false
    const isMadeAgain = state.topicId !== undefined
    state.topicId = topicId
    return isMadeAgain
  }

  /** Offsets of the old topic mean nothing in the new one: reading on at the same number would leave out its first records. */
  #resetMadeAgain(state: PartitionState): void {
    const { environment, settings, host } = this.#options
    const { autoOffsetReset } = settings
    environment.logger.warn('a topic was deleted and made again, and its position is reset', {
      partition: state.name,
      offset: state.offset,
      to: autoOffsetReset === 'none' ? 'nothing' : nameOfReset(autoOffsetReset),
    })
    state.validatedEpoch = -1
    if (autoOffsetReset === 'none') state.failPosition(madeAgain(state))
    else state.awaitReset(autoOffsetReset)
    host.positioned([state])
  }

  /** The log does not have the offset that was asked for. */
  outOfRange(state: PartitionState, offset: number): void {
    const { environment, settings } = this.#options
    if (settings.autoOffsetReset === 'none') return
    environment.logger.warn('a position lies outside the log and is reset', {
      partition: state.name,
      offset,
      to: nameOfReset(settings.autoOffsetReset),
    })
    state.awaitReset(settings.autoOffsetReset)
    this.wake()
  }

  #look(): void {
    const nowMs = this.#options.environment.clock.monotonic()
    const initial: PartitionState[] = []
    const resets: PartitionState[] = []
    const validations: PartitionState[] = []
    let retryAtMs = Infinity
    for (const state of this.#options.assignment) {
      if (state.topicId === undefined) this.#isMadeAgain(state)
      if (
        state.state === 'FETCHING' ||
        state.isAsking ||
        (state.isHeld && !state.isAwaited) ||
        state.isLeaving ||
        state.error !== undefined
      )
        continue
      if (state.retryAtMs > nowMs) {
        retryAtMs = Math.min(retryAtMs, state.retryAtMs)
        continue
      }
      if (state.state === 'INITIALIZING') initial.push(state)
      else if (state.state === 'AWAIT_RESET') resets.push(state)
      else validations.push(state)
    }
    this.#retry?.cancel()
    this.#retry =
      retryAtMs === Infinity ? undefined : this.#options.environment.timer.after(Math.max(1, retryAtMs - nowMs), () => this.wake())
    if (initial.length > 0) void this.#initialise(initial)
    if (resets.length > 0) void this.#ask(resets, () => this.#reset(resets))
    if (validations.length > 0) void this.#ask(validations, () => this.#validate(validations))
  }

  /** Marks the partitions as asked for; whatever goes wrong is tried again later. */
  async #ask(states: readonly PartitionState[], question: () => Promise<void>): Promise<void> {
    const tickets = states.map(({ ticket }) => ticket)
    for (const state of states) state.isAsking = true
    try {
      await question()
    } catch (error) {
      if (this.#closing.signal.aborted) return
      if (!(error instanceof KafkaError && error.retriable))
        this.#options.host.fail(error instanceof Error ? error : new Error(String(error)))
      this.#options.environment.logger.warn('positions could not be looked up', { partitions: states.length, error })
      states.forEach((state, at) => {
        if (state.ticket === tickets[at]) this.#later(state)
      })
    }
    states.forEach((state, at) => {
      // Whoever moved the position meanwhile has begun anew, and perhaps asks already.
      if (state.ticket === tickets[at]) state.isAsking = false
    })
    this.wake()
  }

  async #initialise(states: readonly PartitionState[]): Promise<void> {
    const { committed } = this.#options
    if (committed !== undefined) return this.#ask(states, () => this.#startAtCommitted(states, committed))
    for (const state of states) this.#begin(state, undefined)
    this.#options.host.positioned(states)
    this.wake()
  }

  async #startAtCommitted(states: readonly PartitionState[], committed: CommittedOffsets): Promise<void> {
    const tickets = states.map(({ ticket }) => ticket)
    const offsets = await committed.fetchCommitted(
      states.map(({ topic, partition }) => ({ topic, partition })),
      { signal: this.#closing.signal },
    )
    states.forEach((state, at) => {
      if (!state.isGone && state.ticket === tickets[at]) this.#begin(state, offsets[at])
    })
    this.#options.host.positioned(states)
  }

  #begin(state: PartitionState, committed: PartitionOffset | undefined): void {
    const { autoOffsetReset } = this.#options.settings
    if (committed !== undefined) {
      state.seek(committed.offset, committed.leaderEpoch)
      state.committedOffset = committed.offset
    } else if (autoOffsetReset === 'none') state.failPosition(noOffset(state))
    else state.awaitReset(autoOffsetReset)
  }

  async #reset(states: readonly PartitionState[]): Promise<void> {
    const { environment, cluster, settings } = this.#options
    const tickets = states.map(({ ticket }) => ticket)
    const nowMs = environment.clock.now()
    const leaderEpochs = states.map((state) => cluster.metadata.topics.get(state.topic)?.partitions[state.partition]?.leaderEpoch ?? -1)
    const answers = await listOffsets(
      states.map(({ topic, partition, resetTo }) => ({ topic, partition, timestamp: timestampFor(resetTo ?? 'latest', nowMs) })),
      { cluster, isReadCommitted: settings.isReadCommitted, requestTimeoutMs: settings.requestTimeoutMs, signal: this.#closing.signal },
    )
    states.forEach((state, at) => {
      const answer = answers[at]
      if (answer !== undefined && !state.isGone && state.ticket === tickets[at]) this.#takeReset(state, answer, leaderEpochs[at] ?? -1)
    })
    this.#options.host.positioned(states)
  }

  #takeReset(state: PartitionState, answer: TimeAnswer, leaderEpoch: number): void {
    const { environment, host } = this.#options
    if (answer.kind === 'found' && answer.offset >= 0) {
      environment.logger.info('a position was reset', {
        partition: state.name,
        offset: answer.offset,
        to: nameOfReset(state.resetTo ?? 'latest'),
      })
      state.resetAt(answer.offset, answer.leaderEpoch)
      state.validatedEpoch = leaderEpoch
      return
    }
    if (answer.kind === 'found') {
      // No record is that young: by duration, the end is the place.
      state.awaitReset('latest')
      return
    }
    if (answer.kind === 'refused') host.fail(answer.error)
    this.#later(state)
  }

  async #validate(states: readonly PartitionState[]): Promise<void> {
    const { cluster, settings } = this.#options
    const tickets = states.map(({ ticket }) => ticket)
    const answers = await endsOfEpochs(
      states.map(({ topic, partition, fetchEpoch }) => ({ topic, partition, epoch: fetchEpoch })),
      { cluster, requestTimeoutMs: settings.requestTimeoutMs, signal: this.#closing.signal },
    )
    states.forEach((state, at) => {
      const answer = answers[at]
      if (answer !== undefined && !state.isGone && state.ticket === tickets[at]) this.#takeValidation(state, answer)
    })
    this.#options.host.positioned(states)
  }

  #takeValidation(state: PartitionState, answer: EpochAnswer): void {
    const { environment, settings, host } = this.#options
    if ('error' in answer) {
      if (answer.kind === 'refused') host.fail(answer.error)
      this.#later(state)
      return
    }
    if (answer.kind === 'unknowable' || (answer.endOffset >= state.fetchOffset && answer.endEpoch >= 0)) {
      state.validated(answer.leaderEpoch)
      return
    }
    const isKnown = answer.endOffset >= 0 && answer.endEpoch >= 0
    if (isKnown && answer.endOffset >= state.offset) {
      // Only what was fetched ahead is gone, and nobody has seen it.
      state.refetch()
      state.validated(answer.leaderEpoch)
      return
    }
    const divergence = isKnown ? answer.endOffset : undefined
    environment.logger.warn('the log was truncated behind this consumer', {
      partition: state.name,
      position: state.offset,
      end: divergence,
    })
    if (settings.autoOffsetReset === 'none') state.error = truncated(state, divergence)
    else if (divergence === undefined) state.awaitReset(settings.autoOffsetReset)
    else {
      state.resetAt(divergence, answer.endEpoch)
      state.validatedEpoch = answer.leaderEpoch
    }
  }

  #later(state: PartitionState): void {
    state.failures++
    state.retryAtMs = this.#options.environment.clock.monotonic() + this.#backoff.afterMs(state.failures)
  }
}

function timestampFor(to: ResetTo, nowMs: number): number {
  return typeof to === 'string' ? timestampOf[to] : Math.max(0, nowMs - to.byDurationMs)
}

const nameOfReset = (to: ResetTo): string => (typeof to === 'string' ? to : `${to.byDurationMs} ms ago`)

function noOffset({ topic, partition, name }: PartitionState): ClientError {
  const hint = `Set autoOffsetReset to earliest or latest, commit an offset, or call consumer.seek({ topic: '${topic}', partition: ${partition}, offset })`
  return new ClientError('ODRADEK_NO_OFFSET', `The group has no committed offset of ${name}, and autoOffsetReset is none`, { hint })
}

function madeAgain({ topic, partition, name }: PartitionState): ClientError {
  const hint = `Set autoOffsetReset to earliest or latest, or call consumer.seek({ topic: '${topic}', partition: ${partition}, offset })`
  return new ClientError(
    'ODRADEK_NO_OFFSET',
    `The topic of ${name} was deleted and made again, its old position means nothing, and autoOffsetReset is none`,
    { hint },
  )
}

function truncated({ topic, partition, name, offset }: PartitionState, divergence: number | undefined): ClientError {
  const until = divergence === undefined ? 'at an unknown place' : `at offset ${divergence}`
  const hint =
    divergence === undefined
      ? `Seek to a place of your choice, for instance consumer.seekToBeginning([{ topic: '${topic}', partition: ${partition} }])`
      : `To go on from there: consumer.seek({ topic: '${topic}', partition: ${partition}, offset: ${divergence} })`
  return new ClientError(
    'ODRADEK_LOG_TRUNCATION',
    `${name} was truncated: this consumer stands at offset ${offset}, the log of its new leader differs ${until}`,
    { hint },
  )
}

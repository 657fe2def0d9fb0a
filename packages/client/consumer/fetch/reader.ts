import type { Cluster } from '../../cluster/cluster.ts'
import type { Environment } from '../../environment.ts'
import { Assignment } from '../positions/assignment.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import { Positions } from '../positions/positions.ts'
import type { CommittedOffsets } from '../positions/positions.ts'
import type { ResetTo } from '../positions/reset-to.ts'
import { payloads } from '../records/slice.ts'
import type { ReadTopic, ReadTopics } from '../records/read-topic.ts'
import type { Slice } from './fetched-data.ts'
import { Fetcher } from './fetcher.ts'
import type { FetcherHost, FetcherSettings } from './fetcher.ts'
import { PrefetchBudget } from './prefetch-budget.ts'
import { Turns } from './turns.ts'

export interface ReaderSettings extends FetcherSettings {
  readonly prefetchMaxBytes: number
  readonly decompressedBatchMaxBytes: number
  readonly checkCrcs: boolean
  readonly metadataMaxAgeMs: number
  readonly isolationLevel: 'read_uncommitted' | 'read_committed'
  readonly autoOffsetReset: ResetTo | 'none'
}

export interface ReaderOptions {
  readonly environment: Environment
  readonly settings: ReaderSettings
  readonly cluster: Cluster
  readonly topics: ReadTopics
  readonly committed: CommittedOffsets | undefined
  readonly fetched: FetcherHost['fetched']
}

/** Records that go into somebody's hands. */
export interface Handed {
  readonly state: PartitionState
  readonly slice: Slice
  /** Leader epoch before the first of them. */
  readonly epochBefore: number
}

/** Something that ends waiting. */
export interface Over {
  readonly isOver: boolean
}

/** So long the application may be handed records without a pause; then sockets and timers have their turn. */
const longestTurnMs = 8

/**
 * Everything between the assignment and the records that can be had of it: positions, fetches, turns. Knows nothing of groups or loops.
 *
 * Whoever takes records becomes their `holder` in the state of the partition, and calls `released` when it is done with them.
 */
export class Reader {
  readonly assignment: Assignment
  readonly #options: ReaderOptions
  readonly #budget: PrefetchBudget
  readonly #turns = new Turns()
  readonly #fetcher: Fetcher
  readonly #positions: Positions
  readonly #failures = new Map<string, Error>()
  readonly #waiting = new Set<() => void>()
  readonly #released = new Set<() => void>()
  readonly #unobserve: () => void
  #fatal: Error | undefined = undefined
  #isStarted = false
  #isClosed = false
  #turnSinceMs = 0

  constructor(options: ReaderOptions) {
    const { environment, settings, cluster, topics, committed } = options
    const isReadCommitted = settings.isolationLevel === 'read_committed'
    this.#options = options
    this.#budget = new PrefetchBudget(settings.prefetchMaxBytes)
    this.assignment = new Assignment(this.#budget)
    const { assignment } = this
    const { autoOffsetReset } = settings
    this.#positions = new Positions({
      environment,
      cluster,
      assignment,
      committed,
      settings: {
        autoOffsetReset,
        isReadCommitted,
        requestTimeoutMs: settings.requestTimeoutMs,
        retryBackoffMs: settings.retryBackoffMs,
        retryBackoffMaxMs: settings.retryBackoffMaxMs,
      },
      host: { positioned: (states) => this.ready(states), fail: (error) => this.fail(error) },
    })
    this.#fetcher = new Fetcher({
      environment,
      settings,
      cluster,
      assignment,
      budget: this.#budget,
      rules: {
        topics,
        isReadCommitted,
        autoOffsetReset,
        checkCrcs: settings.checkCrcs,
        decompressedBatchMaxBytes: settings.decompressedBatchMaxBytes,
        metadataMaxAgeMs: settings.metadataMaxAgeMs,
      },
      host: {
        ready: (states) => this.ready(states),
        fail: (error) => this.fail(error),
        outOfRange: (state, offset) => this.#positions.outOfRange(state, offset),
        fetched: options.fetched,
      },
    })
    this.#unobserve = cluster.observe(() => {
      if (!this.#isStarted) return
      this.#positions.leadersChanged()
      this.#fetcher.wake()
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Bytes that were fetched and not taken. */
  get bufferedBytes(): number {
    return this.#budget.used
  }

  /** Looks what positions and records must be asked for. Nothing is, before the first call. */
  wake(): void {
    this.#isStarted = true
    this.#positions.wake()
    this.#fetcher.wake()
  }

  /** These may have something to hand out now. */
  ready(states: Iterable<PartitionState>): void {
    for (const state of states) this.#turns.add(state)
    this.#fetcher.wake()
    this.wakeUp()
  }

  /** Whoever waits for records looks again. */
  wakeUp(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resolve of waiting) resolve()
  }

  /** The application must see this: the next call for records throws it. Fatal errors are thrown by all further ones. */
  fail(error: Error): void {
    if ('fatal' in error && error.fatal === true) this.#fatal = error
    else this.#failures.set(error.message, error)
    this.wakeUp()
  }

  /** A fatal error is over with the subscription that it belonged to. */
  forgive(): void {
    this.#fatal = undefined
    this.#failures.clear()
  }

  /** Records that are there now; undefined when there are none. Throws what the application must see. */
  takeNow(maxRecords: number, admits?: (state: PartitionState) => boolean): Handed | undefined {
    return this.#take(maxRecords, [], admits)
  }

  /** The next records; undefined when it is over or closed before there are any. Rejects with what the application must see. */
  async take(maxRecords: number, over: Over, admits?: (state: PartitionState) => boolean): Promise<Handed | undefined> {
    if (this.mustYield) await this.yield()
    for (;;) {
      if (over.isOver || this.#isClosed) return undefined
      const until: Promise<void>[] = []
      const handed = this.#take(maxRecords, until, admits)
      if (handed === undefined) await this.change(until)
      else {
        const preparation = this.preparation(handed)
        if (preparation === undefined) return handed
        if (!(await preparation)) continue
        // Meanwhile the loop may have been left, or aborted: nobody takes them.
        if (!over.isOver && !this.#isClosed) return handed
        this.giveBack(handed)
      }
    }
  }

  #take(maxRecords: number, until: Promise<void>[], admits?: (state: PartitionState) => boolean): Handed | undefined {
    this.#throwFailure()
    const turn = this.#turns.next(maxRecords, admits)
    if (turn.kind === 'error') throw turn.error
    if (turn.kind === 'nothing') {
      // Data of which nothing is to be seen (markers, aborted transactions) were put away by looking at them: there is room to ask for more.
      this.#fetcher.wake()
      until.push(...turn.until)
      for (const promise of turn.until) void promise.then(() => this.ready(this.assignment))
      return undefined
    }
    const { state, slice, epochBefore } = turn
    this.#fetcher.taken(state)
    // Until somebody takes them into his hands, they are in ours: nothing of them may be committed.
    state.holder ??= { unfinished: { offset: slice.firstOffset, epoch: epochBefore }, nextOffset: slice.firstOffset }
    return { state, slice, epochBefore }
  }

  #throwFailure(): void {
    if (this.#fatal !== undefined) throw this.#fatal
    for (const [key, error] of this.#failures) {
      this.#failures.delete(key)
      throw error
    }
  }

  /**
   * Lets the serdes of the topic fetch what they need; undefined when they need nothing. False: the partition has moved on meanwhile, and
   * these records are not wanted any more.
   */
  preparation(handed: Handed): Promise<boolean> | undefined {
    const topic = this.#options.topics.get(handed.state.topic)
    return topic.mustPrepare ? this.#prepare(handed, topic) : undefined
  }

  /** Whether records of this partition can't be handed out at once. */
  mustPrepare({ topic }: PartitionState): boolean {
    return this.#options.topics.get(topic).mustPrepare
  }

  async #prepare({ state, slice, epochBefore }: Handed, topic: ReadTopic): Promise<boolean> {
    const { ticket, handTicket } = state
    slice.frame?.keep()
    const giveBack = (): void => {
      if (!state.isGone && state.ticket === ticket) this.giveBack({ state, slice, epochBefore })
    }
    try {
      await topic.prepare(payloads(slice.segments, 'rawKey'), payloads(slice.segments, 'rawValue'))
    } catch (error) {
      giveBack()
      throw error
    }
    if (state.handTicket === handTicket && !state.isGone) return true
    giveBack()
    return false
  }

  /** Resolves when something has changed: data, failures, the end of a loop. Keeps the process alive until then. */
  async change(until: readonly Promise<void>[] = []): Promise<void> {
    const release = this.#options.environment.hold()
    try {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        for (const promise of until) void promise.then(resolve)
      })
    } finally {
      release()
    }
    this.#turnSinceMs = this.#options.environment.clock.monotonic()
  }

  /** Whether records have been handed out for so long that others should have a turn. */
  get mustYield(): boolean {
    return this.#options.environment.clock.monotonic() - this.#turnSinceMs > longestTurnMs
  }

  async yield(): Promise<void> {
    const { clock, timer } = this.#options.environment
    await new Promise<void>((resolve) => timer.endOfTurn(resolve))
    this.#turnSinceMs = clock.monotonic()
  }

  /** Nobody wants these: they come next. */
  giveBack({ state, slice, epochBefore }: Handed): void {
    state.giveBack(slice, epochBefore)
    this.released(state)
  }

  /** Records that were in somebody's hands are not any more. */
  released(state: PartitionState): void {
    this.#turns.add(state)
    for (const look of this.#released) look()
  }

  /** Resolves when nobody holds records of these any more, or the time is over. */
  whenReleased(states: readonly PartitionState[], timeoutMs: number): Promise<void> {
    if (states.every(({ holder }) => holder === undefined)) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        timed.cancel()
        this.#released.delete(look)
        resolve()
      }
      const look = (): void => {
        if (states.every(({ holder }) => holder === undefined)) end()
      }
      const timed = this.#options.environment.timer.after(timeoutMs, end)
      this.#released.add(look)
    })
  }

  close(): void {
    this.#isClosed = true
    this.#unobserve()
    this.#fetcher.close()
    this.#positions.close()
    this.wakeUp()
  }
}

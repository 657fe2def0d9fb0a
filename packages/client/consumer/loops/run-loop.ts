import { ClientError } from '../../errors/index.ts'
import type { OnError, RunOptions } from '../consumer.ts'
import type { Handed } from '../fetch/reader.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import type { LazyRecord } from '../records/lazy-record.ts'
import type { Inside } from '../inside.ts'
import type { Ending } from './ending.ts'
import { HandlerWork } from './handler-work.ts'
import type { ActiveLoop, LoopHost } from './loop-host.ts'
import type { Task } from './run-lane.ts'
import { RunScheduler } from './run-scheduler.ts'
import type { TaskObserver } from './task-observer.ts'

export type Handler = (record: LazyRecord, signal: AbortSignal) => void | Promise<void>

export interface RunHost extends LoopHost {
  /** Records that are there now; like `next`, but never waits. */
  nextNow(): Handed | undefined
  /** The watch looks at the oldest handler at work, instead of at the time since the last call for records. */
  watch(oldestStartMs: () => number | undefined): void
  monotonic(): number
  /** Keeps the process alive until then. Returns the function that calls it off. */
  after(delayMs: number, action: () => void): () => void
  readonly tasks: TaskObserver
  readonly inside: Inside
}

const defaultConcurrency = 16
/** So many records are begun before somebody looks whether others should have a turn. */
const recordsBetweenLooks = 32

/** `run`: handlers at work, as the scheduler decides; retries; the end in good order. */
export class RunLoop implements ActiveLoop {
  /** Its handlers are waited for. */
  readonly letGo = undefined
  readonly #host: RunHost
  readonly #handler: Handler
  readonly #options: RunOptions<LazyRecord>
  readonly #scheduler: RunScheduler
  #ending!: Ending
  #failure: { readonly error: unknown } | undefined = undefined
  /** Handlers that have not returned, those whose partition is gone among them; a wait for a retry is none. */
  #atWork = 0
  readonly #retries = new Map<Task, () => void>()

  constructor(host: RunHost, handler: Handler, options: RunOptions<LazyRecord>) {
    const { order = 'partition' } = options
    const concurrency = options.concurrency ?? (order === 'partition' ? Infinity : defaultConcurrency)
    this.#host = host
    this.#handler = handler
    this.#options = options
    this.#scheduler = new RunScheduler({ order, concurrency, maxAhead: Math.min(host.maxPollRecords, aheadOf(concurrency)) })
  }

  async run(): Promise<void> {
    const { reader } = this.#host
    this.#host.begin(this, 'run()')
    this.#ending = this.#host.ending(this.#options.signal)
    this.#host.watch(() => this.#scheduler.oldestStartMs)
    try {
      while (!this.#isStopping) {
        this.#sweep()
        try {
          if (!this.#startSome()) await reader.change()
          else if (reader.mustYield) await reader.yield()
        } catch (error) {
          this.#fail(error)
        }
      }
      while (this.#atWork > 0) {
        this.#sweep()
        await reader.change()
      }
    } finally {
      this.#dropRetries(() => false)
      for (const state of this.#scheduler.end()) reader.released(state)
      this.#ending.forget()
      this.#host.end(this)
    }
    await this.#host.commitFinished()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  get #isStopping(): boolean {
    return this.#failure !== undefined || this.#ending.isOver || this.#host.reader.isClosed
  }

  #sweep(): void {
    this.#dropRetries((task) => task.lane.isWanted(task))
    for (const state of this.#scheduler.sweep()) this.#host.reader.released(state)
  }

  /** False when there is nothing to do now. */
  #startSome(): boolean {
    for (let left = recordsBetweenLooks; left > 0 && !this.#isStopping;) {
      const work = this.#newWork()
      const most = left
      const begun = this.#host.inside.run(work, () => this.#startUntilOneGoesOn(work, most))
      left -= begun
      const isDry = begun < most && !work.isTaken && !work.isLeft
      if (isDry) return left < recordsBetweenLooks
    }
    return true
  }

  /** Begins so many at most; how many, it says. */
  #startUntilOneGoesOn(work: HandlerWork, most: number): number {
    for (let begun = 0; begun < most; begun++) if (this.#isStopping || work.isTaken || work.isLeft || !this.#startOne(work)) return begun
    return most
  }

  #newWork(): HandlerWork {
    return new HandlerWork((task) => this.#leaveUndone(task))
  }

  /** Begins a record that may be begun, or takes in more of them. False when there is nothing to do now. */
  #startOne(work: HandlerWork): boolean {
    const task = this.#scheduler.next()
    if (task !== undefined) {
      this.#handle(task, work)
      return true
    }
    const handed = this.#host.nextNow()
    if (handed === undefined) return false
    const { state } = handed
    // While serdes prepare, nothing further of the partition may overtake these.
    state.isBlocked = true
    const prepared = this.#host.reader.preparation(handed)
    if (prepared === undefined) this.#scheduler.admit(handed)
    else
      void prepared.then(
        (isWanted) => this.#admitPrepared(handed, isWanted),
        (error: unknown) => this.#admitPrepared(handed, false, error),
      )
    return true
  }

  #admitPrepared(handed: Handed, isWanted: boolean, error?: unknown): void {
    if (error !== undefined) this.#fail(error)
    if (isWanted && !this.#isStopping) this.#scheduler.admit(handed)
    else {
      handed.state.isBlocked = false
      if (isWanted) this.#host.reader.giveBack(handed)
      this.#host.reader.ready([handed.state])
    }
    this.#host.reader.wakeUp()
  }

  #handle(task: Task, work: HandlerWork): void {
    const { state } = task.lane
    const { tasks } = this.#host
    const traced = tasks.begin(task.record)
    let result: Promise<void> | undefined
    try {
      const returned = this.#handler(task.record, state.signal)
      // What is only like a promise may throw when it is asked.
      result = isPromise(returned) ? Promise.resolve(returned) : undefined
    } catch (error) {
      tasks.end(traced, error)
      this.#atWork++
      work.goesOn(task)
      void this.#failed(task, error, work)
      return
    }
    if (result === undefined) {
      tasks.end(traced)
      this.#finish(task)
      return
    }
    this.#atWork++
    this.#scheduler.goesOn(task, this.#host.monotonic())
    work.goesOn(task)
    result.then(
      () => {
        tasks.end(traced)
        this.#processed(task, work)
      },
      (error: unknown) => {
        tasks.end(traced, error)
        void this.#failed(task, error, work)
      },
    )
  }

  #processed(task: Task, work: HandlerWork): void {
    if (work.isLeft) return
    work.end()
    this.#atWork--
    this.#finish(task)
    this.#host.reader.wakeUp()
  }

  #finish(task: Task): void {
    this.#host.asked()
    this.#more(this.#scheduler.finish(task))
  }

  #more(state: PartitionState | undefined): void {
    if (state !== undefined) this.#host.reader.released(state)
  }

  /** A handler has failed: the application says what becomes of the record. */
  async #failed(task: Task, error: unknown, work: HandlerWork): Promise<void> {
    const { onError } = this.#options
    let decision: OnError = 'fail'
    // Whoever was told to stop, and did, has not failed: the record is another member's, or comes again.
    const isTold = (): boolean => task.lane.state.signal.aborted
    try {
      if (onError !== undefined && !isTold()) decision = checked(await onError(error, task.record, task.attempt))
    } catch (thrown) {
      if (!work.isLeft) this.#giveUp(task, thrown)
      work.end()
      return
    }
    if (work.isLeft) return
    if (decision === 'skip' && !isTold()) {
      this.#processed(task, work)
      return
    }
    work.end()
    if (isTold()) this.#leaveUndone(task)
    else if (typeof decision === 'object') this.#retry(task, decision.retryAfterMs)
    else this.#giveUp(task, error)
  }

  #leaveUndone(task: Task): void {
    this.#atWork--
    this.#more(this.#scheduler.finish(task, false))
    this.#host.reader.wakeUp()
  }

  /** The record keeps its place, and its partition or key waits. */
  #retry(task: Task, afterMs: number): void {
    this.#atWork--
    this.#scheduler.goesOn(task, this.#host.monotonic())
    const cancel = this.#host.after(afterMs, () => {
      this.#retries.delete(task)
      // A process that stood still finds much to do at once, the loss of the partition perhaps before this.
      if (!task.lane.isWanted(task)) {
        this.#more(this.#scheduler.finish(task, false))
        this.#host.reader.wakeUp()
        return
      }
      task.attempt++
      const work = this.#newWork()
      this.#host.inside.run(work, () => this.#handle(task, work))
      this.#host.reader.wakeUp()
    })
    this.#retries.set(task, cancel)
    this.#host.reader.wakeUp()
  }

  /** Nobody waits for another attempt at these. */
  #dropRetries(isWanted: (task: Task) => boolean): void {
    for (const [task, cancel] of this.#retries) {
      if (isWanted(task)) continue
      cancel()
      this.#retries.delete(task)
      this.#more(this.#scheduler.finish(task, false))
    }
  }

  #giveUp(task: Task, error: unknown): void {
    this.#atWork--
    this.#scheduler.finish(task, false)
    this.#fail(error)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#host.reader.wakeUp()
  }
}

/**
 * How many records of a partition may be begun, or wait for their key, before the first of them is done. Enough for all handlers to find work, though keys repeat;
 * few, since after a crash or a rebalance all from the first unfinished one on come again.
 */
const aheadOf = (concurrency: number): number => Math.max(64, 4 * concurrency)

const isPromise = (result: unknown): result is Promise<void> =>
  typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'

function checked(decision: OnError): OnError {
  const isFit =
    decision === 'fail' ||
    decision === 'skip' ||
    (typeof decision === 'object' && decision !== null && Number.isFinite(decision.retryAfterMs) && decision.retryAfterMs >= 0)
  if (isFit) return decision
  throw new ClientError(
    'ODRADEK_STATE',
    `onError of run() answered ${typeof decision === 'object' ? 'an object without a sensible retryAfterMs' : String(decision)}`,
    {
      hint: "Answer 'fail', 'skip' or { retryAfterMs }.",
    },
  )
}

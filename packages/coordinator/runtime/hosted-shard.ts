import type { Clock, Timer } from '@odradek/common/time'
import type { Logger } from '@odradek/common/logging'
import { KafkaError } from '@odradek/protocol'
import { BatchWriter } from './batch-writer.ts'
import type { CoordinatorLog } from './coordinator-log.ts'
import { KeyedTimers } from './keyed-timers.ts'
import { loadShard } from './loader.ts'
import { Outcome, parked } from './outcome.ts'
import type { Parked, Waiter } from './outcome.ts'
import type { RuntimeObserver } from './observer.ts'
import type { EntryFormat, Shard } from './shard.ts'
import { coordinatorError } from './write-errors.ts'

/** One partition that this broker coordinates: its shard, what the shard waits for, and what it has under way. */
export class HostedShard<S extends Shard<Entry, Event>, Entry, Event> {
  readonly partition: number
  readonly #options: HostOptions<S, Entry, Event>
  readonly #timers: KeyedTimers<Event>
  readonly #calls = new Set<Call<never>>()
  readonly #afterLoad: ((shard: S, outcome: Outcome<Entry, Event>) => void)[] = []
  #state: 'loading' | 'active' | 'failed' | 'gone' = 'loading'
  #shard: S | undefined
  #writer: BatchWriter<Entry> | undefined
  /** Grows with each load and with the end, so that what was under way before is recognised. */
  #life = 0
  #order = 0
  #loadFailures = 0
  leaderEpoch: number

  constructor(partition: number, leaderEpoch: number, options: HostOptions<S, Entry, Event>) {
    this.partition = partition
    this.leaderEpoch = leaderEpoch
    this.#options = options
    this.#timers = new KeyedTimers(options.clock, options.timer, (event) => this.#expired(event))
    this.#options.observer.stateChanged(undefined, 'loading')
    this.#startLoading(Promise.resolve())
  }

  get #name(): string {
    return `${this.#options.topic}-${this.partition}`
  }

  get isActive(): boolean {
    return this.#state === 'active'
  }

  /** Lets the shard decide, does what it decided, and gives its answer when it may be given. */
  ask<Answer>(decide: Decide<S, Entry, Event, Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const shard = this.#shard
      if (this.#state !== 'active' || shard === undefined) {
        reject(new KafkaError(this.#state === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR'))
        return
      }
      const call = new Call<Answer>(resolve, reject, this.#calls)
      const outcome = new Outcome<Entry, Event>()
      try {
        const answer = decide(shard, outcome, call)
        if (answer !== parked) outcome.answer(call, answer)
        this.#carryOut(outcome)
      } catch (error) {
        call.fail(error instanceof Error ? error : new Error('a shard threw what is no error', { cause: error }))
      }
    })
  }

  /** Reads the shard as it is, without anything following from it; undefined while it is not active. */
  read<Answer>(look: (shard: S) => Answer): Answer | undefined {
    return this.#state === 'active' && this.#shard !== undefined ? look(this.#shard) : undefined
  }

  /** Has something happen to the shard now, or as soon as it is loaded. */
  whenActive(event: (shard: S, outcome: Outcome<Entry, Event>) => void): void {
    if (this.#state !== 'active' || this.#shard === undefined) this.#afterLoad.push(event)
    else this.#happen((outcome) => this.#shard !== undefined && event(this.#shard, outcome))
  }

  /** This broker coordinates the partition no longer. */
  resign(): void {
    this.#end('gone')
    this.#options.observer.stateChanged('gone', undefined)
    this.#options.logger.debug('No longer the coordinator', { partition: this.#name })
  }

  #end(state: 'loading' | 'gone' | 'failed'): void {
    this.#life++
    this.#enter(state)
    this.#writer?.stop()
    this.#writer = undefined
    this.#shard = undefined
    this.#timers.clear()
    const error = new KafkaError('NOT_COORDINATOR')
    for (const call of this.#calls) call.fail(error)
  }

  #enter(state: 'loading' | 'active' | 'failed' | 'gone'): void {
    if (this.#state !== state) this.#options.observer.stateChanged(this.#state, state)
    this.#state = state
  }

  #startLoading(ready: Promise<unknown>): void {
    const life = this.#life
    const startedMs = this.#options.clock.monotonic()
    const isCurrent = (): boolean => this.#life === life
    void ready
      .then(() => loadShard(this.partition, { ...this.#options, isCurrent }))
      .then(
        (loaded) => {
          if (loaded === undefined || !isCurrent()) return
          const tookMs = this.#options.clock.monotonic() - startedMs
          this.#options.observer.loaded(tookMs)
          this.#options.logger[loaded.records === 0 ? 'debug' : 'info']('Coordinator is ready', {
            partition: this.#name,
            leaderEpoch: this.leaderEpoch,
            records: loaded.records,
            tookMs: Math.round(tookMs),
          })
          this.#begin(loaded.shard, loaded.nextOrder)
        },
        (error: unknown) => {
          if (isCurrent()) this.#loadFailed(error)
        },
      )
  }

  #begin(shard: S, nextOrder: number): void {
    this.#shard = shard
    this.#order = nextOrder
    this.#loadFailures = 0
    this.#writer = new BatchWriter<Entry>({
      timeline: shard.timeline,
      clock: this.#options.clock,
      timer: this.#options.timer,
      encode: (record) => this.#options.format.encode(record),
      replay: (record) => shard.replay(record, { order: this.#order++ }),
      append: (entries) => this.#options.log.append(this.partition, entries),
      maxBytes: () => this.#options.log.maxAppendBytes(this.partition),
      writeTimeoutMs: this.#options.writeTimeoutMs,
      describe: coordinatorError,
      committed: (afterMs) => this.#options.observer.flushed(afterMs),
      failed: (records, error) => this.#writeFailed(records, error),
      inDoubt: (settled, error) => this.#reload(settled, error),
    })
    this.#enter('active')
    this.#happen((outcome) => shard.loaded(outcome))
    for (const event of this.#afterLoad.splice(0)) this.#happen((outcome) => event(shard, outcome))
  }

  #loadFailed(error: unknown): void {
    this.#end('failed')
    const life = this.#life
    const delayMs = Math.min(1000 * 2 ** this.#loadFailures++, 30_000)
    this.#options.logger.error('Could not load the state of a coordinator; trying again', {
      partition: this.#name,
      afterMs: delayMs,
      error,
    })
    this.#options.timer.after(delayMs, () => {
      if (this.#life !== life) return
      this.#enter('loading')
      this.#startLoading(Promise.resolve())
    })
  }

  #reload(settled: Promise<unknown>, error: unknown): void {
    this.#options.logger.warn('An append failed behind which others were on their way; reading the state of the coordinator anew', {
      partition: this.#name,
      error,
    })
    this.#end('loading')
    this.#startLoading(settled)
  }

  #writeFailed(records: readonly Entry[], error: unknown): void {
    this.#options.logger
      .limited(this.#name)
      .warn('Could not write for a coordinator', { partition: this.#name, records: records.length, error })
    this.#happen((outcome) => this.#shard?.writeFailed(records, outcome))
  }

  #expired(event: Event): void {
    this.#happen((outcome) => this.#shard?.expired(event, outcome))
  }

  /** Something that nobody asked for and nobody waits for. */
  #happen(decide: (outcome: Outcome<Entry, Event>) => void): void {
    const outcome = new Outcome<Entry, Event>()
    try {
      decide(outcome)
      this.#carryOut(outcome)
    } catch (error) {
      this.#options.logger.error('An event of a coordinator went wrong, which is a bug', { partition: this.#name, error })
    }
  }

  #carryOut(outcome: Outcome<Entry, Event>): void {
    for (const change of outcome.timers) {
      if ('event' in change) this.#timers.schedule(change.key, change.afterMs, change.event)
      else this.#timers.cancel(change.key)
    }
    if (outcome.records.length > 0) this.#writer?.write(outcome.records, outcome.answers, outcome.mayBeSplit)
    else if (outcome.waitsForAll) this.#writer?.afterAll(outcome.answers)
    else for (const answer of outcome.answers) answer.deliver()
  }
}

/** What the shard is asked: it answers, or keeps the waiter and answers with a later event. */
export type Decide<S, Entry, Event, Answer> = (shard: S, outcome: Outcome<Entry, Event>, waiter: Waiter<Answer>) => Answer | Parked

export interface HostOptions<S extends Shard<Entry, Event>, Entry, Event> {
  readonly topic: string
  readonly log: CoordinatorLog
  readonly format: EntryFormat<Entry>
  readonly createShard: (partition: number) => S
  readonly clock: Clock
  readonly timer: Timer
  readonly logger: Logger
  readonly observer: RuntimeObserver
  /** How long an answer waits until its records are committed (`offsets.commit.timeout.ms`). */
  readonly writeTimeoutMs: () => number
}

/** One request under way. */
class Call<Answer> implements Waiter<Answer> {
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: Error) => void
  readonly #calls: Set<Call<never>>

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void, calls: Set<Call<never>>) {
    this.#resolve = resolve
    this.#reject = reject
    this.#calls = calls
    calls.add(this)
  }

  answer(answer: Answer): void {
    if (this.#calls.delete(this)) this.#resolve(answer)
  }

  fail(error: Error): void {
    if (this.#calls.delete(this)) this.#reject(error)
  }
}

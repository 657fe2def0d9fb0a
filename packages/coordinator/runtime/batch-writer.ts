import type { Timeline } from '@odradek/common/timeline'
import type { Cancellable, Clock, Timer } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { CoordinatorEntry } from './coordinator-log.ts'
import type { Answered } from './outcome.ts'

/**
 * Writes the records of one shard, those of a turn in one batch, and lets the answers that stand on them go when they
 * are committed.
 *
 * A record is applied to the state before it is written, so the next request sees it. Each batch is an epoch of the
 * shard's timeline: when its append fails, the epoch and all after it are taken back.
 */
export class BatchWriter<Record> {
  readonly #options: BatchWriterOptions<Record>
  #gathering: Batch<Record> | undefined
  /** Appended and not yet known to be committed, oldest first. */
  readonly #inFlight: Batch<Record>[] = []
  #patience: Cancellable | undefined
  #stopped = false

  constructor(options: BatchWriterOptions<Record>) {
    this.#options = options
  }

  /** Whether something was written that is not committed yet. */
  get isBusy(): boolean {
    return this.#gathering !== undefined || this.#inFlight.length > 0
  }

  /** Applies the records, appends them at the end of the turn; the answers leave when they are committed. */
  write(records: readonly Record[], answers: readonly Answered[], mayBeSplit: boolean): void {
    const entries = records.map((record) => this.#options.encode(record))
    let batch = this.#batchFor(mayBeSplit ? 0 : sizeOf(entries))
    for (const [index, entry] of entries.entries()) {
      const record = records[index]
      if (record === undefined) continue
      if (mayBeSplit) batch = this.#batchFor(sizeOf([entry]))
      batch.records.push(record)
      batch.entries.push(entry)
      batch.bytes += sizeOf([entry])
      this.#options.replay(record)
    }
    batch.answers.push(...answers)
  }

  /** Lets the answers go when everything written so far is committed. */
  afterAll(answers: readonly Answered[]): void {
    const last = this.#gathering ?? this.#inFlight.at(-1)
    if (last === undefined) for (const answer of answers) answer.deliver()
    else last.answers.push(...answers)
  }

  /** The shard goes: nothing more is appended, and what is on its way is nobody's business here. */
  stop(): void {
    this.#stopped = true
    this.#patience?.cancel()
  }

  /** Resolves when the log has said of each append what became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight.map((batch) => batch.appended))
  }

  #batchFor(bytes: number): Batch<Record> {
    const full = this.#gathering !== undefined && this.#gathering.bytes > 0 && this.#gathering.bytes + bytes > this.#options.maxBytes()
    if (full) this.#flush()
    if (this.#gathering === undefined) {
      const batch = new Batch<Record>(this.#options.timeline.advance())
      this.#gathering = batch
      this.#options.timer.endOfTurn(() => {
        if (this.#gathering === batch) this.#flush()
      })
    }
    return this.#gathering
  }

  #flush(): void {
    const batch = this.#gathering
    if (batch === undefined || this.#stopped) return
    this.#gathering = undefined
    this.#inFlight.push(batch)
    batch.appendedAtMs = this.#options.clock.monotonic()
    batch.appended = this.#options.append(batch.entries).then(
      () => this.#committed(batch),
      (error: unknown) => this.#failed(batch, error),
    )
    this.#wait()
  }

  #committed(batch: Batch<Record>): void {
    if (this.#stopped || !this.#inFlight.includes(batch)) return
    this.#options.committed(this.#options.clock.monotonic() - batch.appendedAtMs)
    // The high watermark passes in order: what was appended before is committed too, whether its promise said so or not.
    for (let first = this.#inFlight[0]; first !== undefined && first.epoch <= batch.epoch; first = this.#inFlight[0]) {
      this.#inFlight.shift()
      this.#options.timeline.settle(first.epoch)
      for (const answer of first.answers) answer.deliver()
    }
    this.#wait()
  }

  #failed(batch: Batch<Record>, error: unknown): void {
    const at = this.#inFlight.indexOf(batch)
    if (this.#stopped || at < 0) return
    const following = this.#inFlight.splice(at).slice(1)
    const lost = [batch, ...following, ...(this.#gathering === undefined ? [] : [this.#gathering])]
    this.#gathering = undefined
    this.#options.timeline.revert(batch.epoch)
    for (const each of lost) for (const answer of each.answers) answer.fail(this.#options.describe(error))
    this.#wait()
    const records = lost.flatMap((each) => each.records)
    if (following.length === 0) this.#options.failed(records, error)
    else this.#options.inDoubt(Promise.allSettled(following.map((each) => each.appended)), error)
  }

  /** Tells those who have waited too long; their batch stays, and may still be committed. */
  #wait(): void {
    this.#patience?.cancel()
    this.#patience = undefined
    const waiting = this.#inFlight.find((batch) => batch.answers.length > 0)
    if (waiting === undefined) return
    const leftMs = waiting.appendedAtMs + this.#options.writeTimeoutMs() - this.#options.clock.monotonic()
    this.#patience = this.#options.timer.after(Math.max(0, leftMs), () => {
      const error = this.#options.describe(new KafkaError('REQUEST_TIMED_OUT'))
      for (const answer of waiting.answers.splice(0)) answer.fail(error)
      this.#wait()
    })
  }
}

export interface BatchWriterOptions<Record> {
  readonly timeline: Timeline
  readonly clock: Clock
  readonly timer: Timer
  readonly encode: (record: Record) => CoordinatorEntry
  readonly replay: (record: Record) => void
  readonly append: (entries: readonly CoordinatorEntry[]) => Promise<void>
  readonly maxBytes: () => number
  /** How long an answer waits for its commit. */
  readonly writeTimeoutMs: () => number
  /** An append was committed after so many milliseconds. */
  readonly committed: (afterMs: number) => void
  /** What those who wait are told of a failure. */
  readonly describe: (error: unknown) => Error
  /** These records are not in the log; the state is what it was before them. */
  readonly failed: (records: readonly Record[], error: unknown) => void
  /**
   * An append failed behind which others were already on their way. They were decided on a state that is not, so the
   * state has to be read anew from the log, after `settled`.
   */
  readonly inDoubt: (settled: Promise<unknown>, error: unknown) => void
}

class Batch<Record> {
  readonly epoch: number
  readonly records: Record[] = []
  readonly entries: CoordinatorEntry[] = []
  readonly answers: Answered[] = []
  bytes = 0
  appendedAtMs = 0
  appended: Promise<void> = Promise.resolve()

  constructor(epoch: number) {
    this.epoch = epoch
  }
}

/** Key, value and what a record needs around them. */
function sizeOf(entries: readonly CoordinatorEntry[]): number {
  const overhead = 32
  return entries.reduce((sum, entry) => sum + entry.key.length + (entry.value?.length ?? 0) + overhead, 0)
}

import type { InspectOptions } from 'node:util'
import { inspected } from '../../inspected.ts'
import type { Inspect } from '../../inspected.ts'
import type { Waiting } from '../../waiting.ts'
import type { ConsumerBatch } from '../batch.ts'
import type { AnswerFrame } from '../fetch/answer-frame.ts'
import type { Handed } from '../fetch/reader.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import { LazyRecord } from '../records/lazy-record.ts'
import { leaseIsOver, SliceIterator } from '../records/slice.ts'
import type { Segment } from '../records/slice.ts'

/** Who commits for a batch. */
export interface BatchCommitter {
  commitBatch(state: PartitionState, offset: number, leaderEpoch: number, options?: Waiting): Promise<void>
}

/** Records in the hands of the application. */
export class DeliveredBatch implements ConsumerBatch<string, unknown, unknown> {
  readonly topic: string
  readonly partition: number
  readonly firstOffset: number
  readonly nextOffset: number
  readonly count: number
  readonly highWatermark: number
  readonly lag: number
  readonly #state: PartitionState
  readonly #segments: readonly Segment[]
  readonly #lastEpoch: number
  readonly #frame: AnswerFrame | undefined
  readonly #committer: BatchCommitter
  /** Shared with the cursors: whether the bytes may be somebody else's by now. */
  readonly #lease = { isOver: false }
  #hasCursor = false

  constructor({ state, slice }: Handed, committer: BatchCommitter) {
    this.topic = state.topic
    this.partition = state.partition
    this.firstOffset = slice.firstOffset
    this.nextOffset = slice.nextOffset
    this.count = slice.count
    this.highWatermark = state.highWatermark
    this.lag = Math.max(0, state.readableEnd - slice.nextOffset)
    this.#state = state
    this.#segments = slice.segments
    this.#lastEpoch = slice.lastEpoch
    this.#frame = slice.frame
    this.#committer = committer
  }

  get signal(): AbortSignal {
    return this.#state.signal
  }

  commit(options?: Waiting): Promise<void> {
    return this.#committer.commitBatch(this.#state, this.nextOffset, this.#lastEpoch, options)
  }

  [Symbol.iterator](): SliceIterator {
    this.#check()
    // Records may be kept, and are views of the frame.
    this.#frame?.keep()
    return new SliceIterator(this.#segments, undefined)
  }

  cursor(): SliceIterator {
    this.#check()
    this.#hasCursor = true
    const [first] = this.#segments
    return first === undefined
      ? new SliceIterator([], undefined)
      : new SliceIterator(this.#segments, new LazyRecord(first.batch, first.start), this.#lease)
  }

  /** The application asks for the next batch. If it has looked at this one through cursors alone, its bytes are used again. */
  leave(): void {
    if (this.#frame === undefined) return
    if (this.#hasCursor) this.#lease.isOver = true
    else this.#frame.keep()
    this.#frame.done()
  }

  /** As it prints itself: not under a name that was minified. */
  [inspected](_depth: number, options: InspectOptions, inspect: Inspect): string {
    return `ConsumerBatch ${inspect(Object.assign({}, this), options)}`
  }

  #check(): void {
    if (this.#lease.isOver) throw leaseIsOver()
  }
}

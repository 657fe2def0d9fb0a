import type { Buffer } from 'node:buffer'
import { codecOf, CompressionError, inflate, inflateSync } from '@odradek/protocol/compression'
import * as batches from '@odradek/protocol/records'
import type { BatchProblem } from '@odradek/protocol/records'
import { corruptRecords } from '../records/corrupt-records.ts'
import { OpenedBatch } from '../records/opened-batch.ts'
import type { ReadTopic } from '../records/read-topic.ts'
import type { Segment } from '../records/slice.ts'
import type { AbortedTransactions } from './aborted-transactions.ts'
import type { AnswerFrame } from './answer-frame.ts'

export interface FetchedDataOptions {
  readonly topic: ReadTopic
  readonly partition: number
  /** Whole batches, the last one perhaps cut off. */
  readonly bytes: Buffer
  /** What was asked for; records before it are skipped. */
  readonly fetchOffset: number
  /** Undefined: all data batches are delivered. */
  readonly aborted: AbortedTransactions | undefined
  readonly checkCrcs: boolean
  readonly decompressedBatchMaxBytes: number
  /** Where the bytes lie, if that can be used again. */
  readonly frame?: AnswerFrame | undefined
}

/** Some records of a partition, and where reading goes on behind them. */
export interface Slice {
  readonly segments: readonly Segment[]
  readonly count: number
  readonly firstOffset: number
  readonly nextOffset: number
  /** Leader epoch of what lies before `nextOffset`; −1 when unknown. */
  readonly lastEpoch: number
  /** What the records are views of; undefined when they were inflated to bytes of their own, or nobody uses the frame again. */
  readonly frame: AnswerFrame | undefined
}

/** Compressed batches up to this size are inflated at once: a thread of the pool costs 16 to 45 µs by itself. */
const inflatedAtOnceBytes = 64 * 1024
/** As long as they do not become larger than this. */
const inflatedAtOnceOutput = 1024 * 1024
/** Attributes, two deltas, two lengths and the number of headers. */
const smallestRecord = 6

/**
 * What one answer brought of one partition, from which records are taken bit by bit.
 *
 * Batches are checked and opened when their turn comes. A damaged one stops this partition at its offset: what lies before it is
 * delivered, then `error` tells what is wrong.
 */
export class FetchedData {
  readonly #options: FetchedDataOptions
  /** Of the next batch in the bytes. */
  #position = 0
  #offset: number
  #epoch = -1
  #batch: OpenedBatch | undefined = undefined
  /** In `#batch`: where the next record begins, and how many are left. */
  #at = 0
  #left = 0
  #error: Error | undefined = undefined
  #inflating: Promise<void> | undefined = undefined
  #inflated: Buffer | undefined = undefined
  #isAtEnd = false

  constructor(options: FetchedDataOptions) {
    this.#options = options
    this.#offset = options.fetchOffset
    options.frame?.use()
  }

  /** Nobody takes anything from it any more. */
  end(): void {
    const { frame } = this.#options
    // Another thread is reading from it.
    if (this.#inflating !== undefined) frame?.keep()
    frame?.done()
  }

  /** Next offset to be delivered; behind the last batch once all is taken. */
  get offset(): number {
    return this.#offset
  }

  /** Leader epoch of the batch before `offset`; −1 when this data has not got so far. */
  get epoch(): number {
    return this.#epoch
  }

  /** Nothing is left to be taken. */
  get isFinished(): boolean {
    return this.#isAtEnd && this.#left === 0
  }

  /** Why nothing can be taken any more. */
  get error(): Error | undefined {
    return this.#left === 0 ? this.#error : undefined
  }

  /** Bytes of the batches that have not been begun. */
  get remainingBytes(): number {
    return this.#isAtEnd ? 0 : this.#options.bytes.length - this.#position
  }

  /** Resolves when a batch that is inflated on another thread is ready; undefined when nothing is waited for. Never rejects. */
  get inflating(): Promise<void> | undefined {
    return this.#left === 0 ? this.#inflating : undefined
  }

  /** Up to `maxRecords`; undefined when there are none now: at the end, at an error, or while a batch is being inflated. */
  take(maxRecords: number): Slice | undefined {
    const segments: Segment[] = []
    let count = 0
    let firstOffset = -1
    while (count < maxRecords && this.#isReady()) {
      const first = this.#at
      const segment = this.#takeFrom(this.#batch!, maxRecords - count)
      if (segment === undefined) break
      if (count === 0) firstOffset = this.#recordOffset(first)
      segments.push(segment)
      count += segment.count
    }
    if (count === 0) return undefined
    // Opens what follows, so that markers and aborted batches behind the last record do not wait for another turn.
    this.#isReady()
    return { segments, count, firstOffset, nextOffset: this.#offset, lastEpoch: this.#epoch, frame: this.#frameOf(segments) }
  }

  #frameOf(segments: readonly Segment[]): AnswerFrame | undefined {
    const { frame } = this.#options
    if (frame === undefined || segments.every(({ batch }) => batch.buffer.buffer !== frame.bytes)) return undefined
    frame.use()
    return frame
  }

  /** Whether a record can be taken from `#batch`; opens the next one if need be. */
  #isReady(): boolean {
    return this.#left > 0 || this.#openNext()
  }

  /** The next `max` records of the batch, after a look at their lengths. */
  #takeFrom(batch: OpenedBatch, max: number): Segment | undefined {
    const { buffer, end } = batch
    const start = this.#at
    const wanted = Math.min(max, this.#left)
    let position = start
    let last = start
    let count = 0
    while (count < wanted) {
      const length = batches.varintAt(buffer, position)
      const body = batches.afterVarint(buffer, position)
      if (!(length >= smallestRecord && length <= end - body)) break
      last = position
      position = body + length
      count++
    }
    if (count > 0) {
      this.#at = position
      this.#left -= count
      this.#epoch = batch.leaderEpoch
      this.#offset = this.#left === 0 ? batch.lastOffset + 1 : this.#recordOffset(last) + 1
    }
    if (count < wanted) {
      this.#left = 0
      this.#fail('a record is longer than its batch', batch.lastOffset + 1)
    } else if (this.#left === 0 && position !== end) {
      this.#offset = this.#recordOffset(last) + 1
      this.#fail('there are bytes behind the last record of the batch', batch.lastOffset + 1)
    }
    return count === 0 ? undefined : { batch, start, count }
  }

  #recordOffset(start: number): number {
    const { buffer, baseOffset } = this.#batch!
    return baseOffset + batches.varintAt(buffer, batches.afterVarint(buffer, batches.afterVarint(buffer, start) + 1))
  }

  /** Goes to the next batch that the application may see. False at the end, at an error, and while it is inflated. */
  #openNext(): boolean {
    const { bytes } = this.#options
    while (this.#position < bytes.length && this.#error === undefined && this.#inflating === undefined) {
      const position = this.#position
      // After an inflation the batch has been looked at already.
      if (this.#inflated === undefined && !this.#isWanted(position)) continue
      if (this.#inflated === undefined && batches.isCompressed(bytes, position) && !this.#inflate(position)) continue
      this.#open(position)
      if (this.#left > 0) return true
    }
    if (this.#error === undefined && this.#inflating === undefined) this.#isAtEnd = true
    return false
  }

  /** Checks the batch; false when it is passed over, or when there is an error now, or no whole batch any more. */
  #isWanted(position: number): boolean {
    const { bytes, aborted } = this.#options
    const problem = batches.findFrameProblem(bytes, position, bytes.length)
    if (problem === 'CUT_OFF' && position > 0) {
      this.#position = bytes.length
      return false
    }
    if (problem !== undefined) return this.#failFrame(problem)
    const last = batches.lastOffset(bytes, position)
    if (last < this.#offset) {
      // A fetch may begin behind the first batches of its answer; what they say of transactions counts all the same.
      aborted?.admits(bytes, position)
      this.#position = position + batches.batchSize(bytes, position)
      return false
    }
    const base = batches.baseOffset(bytes, position)
    if (this.#options.checkCrcs && !batches.crcIsValid(bytes, position)) return this.#fail('its CRC does not fit its bytes', last + 1)
    const count = batches.recordCount(bytes, position)
    if (!(base >= 0 && Number.isSafeInteger(last) && last >= base)) return this.#fail('its offsets make no sense', undefined)
    if (!(count >= 0 && count <= last - base + 1)) return this.#fail(`it can't have ${count} records`, last + 1)
    const isVisible = aborted === undefined ? !batches.isControlBatch(bytes, position) : aborted.admits(bytes, position)
    if (isVisible && count > 0) return true
    this.#pass(position, last)
    return false
  }

  /** Goes on behind a batch of which nothing is delivered. */
  #pass(position: number, last: number): void {
    const { bytes } = this.#options
    this.#offset = last + 1
    this.#epoch = batches.partitionLeaderEpoch(bytes, position)
    this.#position = position + batches.batchSize(bytes, position)
  }

  #open(position: number): void {
    const { bytes, topic, partition } = this.#options
    const batch = OpenedBatch.in(bytes, position, topic, partition, this.#inflated)
    this.#inflated = undefined
    this.#batch = batch
    this.#at = batch.start
    this.#left = batch.count
    this.#position = position + batches.batchSize(bytes, position)
    if (batch.baseOffset < this.#offset) this.#skipTo(this.#offset, batch)
  }

  /** Passes over the records before `offset`: a fetch may begin in the middle of a batch. */
  #skipTo(offset: number, batch: OpenedBatch): void {
    const { buffer, end } = batch
    while (this.#left > 0) {
      const length = batches.varintAt(buffer, this.#at)
      const body = batches.afterVarint(buffer, this.#at)
      // What is wrong with it is said when it is taken.
      if (!(length >= smallestRecord && length <= end - body)) return
      if (this.#recordOffset(this.#at) >= offset) return
      this.#at = body + length
      this.#left--
    }
    this.#offset = batch.lastOffset + 1
    this.#epoch = batch.leaderEpoch
  }

  /** Whether the records are there at once, in `#inflated`. */
  #inflate(position: number): boolean {
    const { bytes, decompressedBatchMaxBytes } = this.#options
    const size = batches.batchSize(bytes, position)
    const compressed = bytes.subarray(position + batches.BATCH_HEADER_SIZE, position + size)
    try {
      const codec = codecOf(batches.codecId(bytes, position))
      if (compressed.length <= inflatedAtOnceBytes) {
        try {
          this.#inflated = inflateSync(codec, compressed, Math.min(inflatedAtOnceOutput, decompressedBatchMaxBytes))
          return true
        } catch (error) {
          const isMerelyLarge = error instanceof CompressionError && error.fault === 'TOO_LARGE'
          if (!isMerelyLarge || decompressedBatchMaxBytes <= inflatedAtOnceOutput) throw error
        }
      }
      this.#inflating = inflate(codec, compressed, decompressedBatchMaxBytes).then(
        (inflated) => {
          this.#inflated = inflated
          this.#inflating = undefined
        },
        (error: unknown) => {
          this.#inflating = undefined
          this.#failInflation(error, position)
        },
      )
    } catch (error) {
      this.#failInflation(error, position)
    }
    return false
  }

  #failInflation(error: unknown, position: number): void {
    const end = batches.lastOffset(this.#options.bytes, position) + 1
    const fault = error instanceof CompressionError ? error.fault : 'CORRUPT'
    const why = error instanceof Error ? error.message : String(error)
    if (fault === 'TOO_LARGE') this.#fail(`${why} (odradek.decompressed.batch.max.bytes)`, end, error)
    else this.#fail(`its records can't be decompressed: ${why}`, end, error)
  }

  #failFrame(problem: BatchProblem): false {
    // Old messages that are sound have been made into batches before.
    if (problem === 'OLD_MAGIC') return this.#fail('the message, in a format of before Kafka 0.11, is damaged', undefined)
    return this.#fail(problem === 'CUT_OFF' ? 'the batch is cut off' : batches.batchProblems[problem][1], undefined)
  }

  #fail(why: string, seekTo: number | undefined, cause?: unknown): false {
    const { topic, partition } = this.#options
    this.#error = corruptRecords({ topic: topic.name, partition }, this.#offset, why, seekTo, cause)
    return false
  }
}

import type { Logger } from '@odradek/common/logging'
import { BATCH_HEADER_SIZE, maxTimestamp } from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import { offsetFileName, suffix } from './file-names.ts'
import type { LogSettings } from './log-settings.ts'
import { FileSlot } from './open-files.ts'
import type { OpenFiles } from './open-files.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import type { TimeIndexEntry } from './time-index.ts'

/** What the segments of one partition share. */
export interface SegmentContext {
  readonly files: OpenFiles
  readonly directory: string
  readonly logger: Logger
  settings(): LogSettings
}

/** A batch that is to be put behind the others. */
export interface SegmentAppend {
  readonly lastOffset: number
  readonly bytes: number
  readonly maxTimestamp: number
}

const largestRelativeOffset = 2 ** 31 - 1

/**
 * A part of a log: a file of batches, and the two indexes into it.
 *
 * Only the last segment of a log grows. Of the others nothing is in memory but their sizes until somebody reads; their
 * indexes are opened when they are asked for the first time, and built again when they are missing or false.
 */
export class Segment {
  readonly baseOffset: number
  readonly log: FileSlot
  /** Taken off `segment.ms` at random, so that the partitions of a topic do not all roll at once. */
  readonly rollJitterMs: number
  createdMs: number
  /** Bytes, those included that are still in memory only. */
  size = 0
  /** Of these, how many are in the file. */
  writtenSize = 0
  /** The offset behind the last batch; for a segment that was not looked into, the base of the next one. */
  endOffset: number
  readonly #context: SegmentContext
  #writtenEnd: number
  /** Of the first batch; undefined while the segment is empty or was not asked. */
  #firstTimestamp: number | undefined
  #indexes: SegmentIndexes | undefined
  #isRetired = false

  constructor(context: SegmentContext, baseOffset: number, created: { readonly createdMs: number; readonly rollJitterMs: number }) {
    this.#context = context
    this.baseOffset = this.endOffset = this.#writtenEnd = baseOffset
    this.createdMs = created.createdMs
    this.rollJitterMs = created.rollJitterMs
    this.log = new FileSlot(context.files, `${context.directory}/${offsetFileName(baseOffset, suffix.log)}`)
  }

  /** Makes the files of a new segment. Throws `DiskError`. */
  create(): void {
    this.log.create().truncate(0)
    this.#indexes = this.#newIndexes()
    this.#indexes.create()
  }

  /** Takes a segment for what names and sizes say of it. */
  assume(size: number, endOffset: number): void {
    this.size = this.writtenSize = size
    this.endOffset = this.#writtenEnd = endOffset
  }

  get indexes(): SegmentIndexes {
    return (this.#indexes ??= this.#openIndexes())
  }

  get areIndexesOpen(): boolean {
    return this.#indexes !== undefined
  }

  /** Goes on with what the index files have below `offset`; see `SegmentIndexes.resume`. */
  resumeIndexes(offset: number): number {
    this.#indexes = this.#newIndexes()
    const { position, problem } = this.#indexes.resume(offset)
    if (problem !== undefined) this.#reportRebuild(problem)
    return position
  }

  /** The largest timestamp and the last offset of the batch that has it; −1 at the base without any. */
  get largestTimestamp(): TimeIndexEntry {
    return this.indexes.largestTimestamp
  }

  /** Takes note of a batch behind the others. */
  append(lastOffset: number, bytes: number, timestamp: number): void {
    if (this.size === 0) this.#firstTimestamp = timestamp
    this.indexes.add(lastOffset, bytes, timestamp, this.#context.settings().indexIntervalBytes)
    this.size += bytes
    this.endOffset = lastOffset + 1
  }

  /** Everything is in the file. */
  settle(): void {
    this.writtenSize = this.size
    this.#writtenEnd = this.endOffset
    this.#indexes?.settle()
  }

  /** What was appended since `settle` could not be written. */
  undo(): void {
    if (this.size === this.writtenSize) return
    this.size = this.writtenSize
    this.endOffset = this.#writtenEnd
    this.#indexes?.undo(this.endOffset)
  }

  /** Whether a new segment has to begin before this append. */
  shouldRoll(append: SegmentAppend, nowMs: number): boolean {
    const settings = this.#context.settings()
    if (this.size > settings.segmentBytes - append.bytes) return true
    if (append.lastOffset - this.baseOffset > largestRelativeOffset) return true
    if (this.size === 0) return false
    if (this.indexes.isFull) return true
    const longestMs = settings.compacts ? Math.min(settings.segmentMs, settings.maxCompactionLagMs) : settings.segmentMs
    const first = (this.#firstTimestamp ??= this.#readFirstTimestamp())
    const waitedMs = first >= 0 ? append.maxTimestamp - first : nowMs - this.createdMs
    return waitedMs > longestMs - this.rollJitterMs
  }

  /** Where to begin the search for `offset`: the place of a batch at or before the one that holds it. */
  searchStart(offset: number): number {
    return this.#ask((indexes) => indexes.positionFor(offset)) ?? 0
  }

  /** An offset before which no batch reaches `timestamp`. */
  searchStartForTime(timestamp: number): number {
    return this.#ask((indexes) => indexes.offsetBefore(timestamp)) ?? this.baseOffset
  }

  /** Cuts the segment at a batch boundary. All of it must be in the file. Throws `DiskError`. */
  truncateTo(position: number, endOffset: number, nowMs: number): void {
    const { indexes } = this
    this.log.use().truncate(position)
    indexes.truncateTo(position, endOffset)
    this.assume(position, endOffset)
    if (position > 0) return
    this.createdMs = nowMs
    this.#firstTimestamp = undefined
  }

  /** No batch will be added. Throws `DiskError`. */
  seal(): void {
    this.indexes.seal()
  }

  close(): void {
    this.log.close()
    this.#indexes?.close()
  }

  /** It is no part of the log any more, and its files have this behind their names. Whoever reads it comes to an end. */
  retire(ending: string): void {
    this.#isRetired = true
    this.log.path += ending
    this.#indexes?.rename(ending)
    this.close()
  }

  get isRetired(): boolean {
    return this.#isRetired
  }

  /** Gives memory and descriptors back. Everything must be written. */
  unload(): void {
    this.#indexes?.unload()
    this.log.close()
  }

  #openIndexes(): SegmentIndexes {
    const indexes = this.#newIndexes()
    const problem = indexes.openClosed(this.size, this.#context.settings().indexIntervalBytes)
    if (problem !== undefined) this.#reportRebuild(problem)
    return indexes
  }

  /** The first batch of a segment that was there before is in its file. */
  #readFirstTimestamp(): number {
    const scanner = new BatchScanner(this.log.use(), 0, this.writtenSize, BATCH_HEADER_SIZE)
    return scanner.next() ? maxTimestamp(scanner.buffer, scanner.at) : -1
  }

  /** What an index says, and once more when it was false and had to be built again. */
  #ask(question: (indexes: SegmentIndexes) => number | undefined): number | undefined {
    const { indexes } = this
    const answer = question(indexes)
    // While there are batches that only memory has, the indexes cannot be made of the file.
    if (answer !== undefined || this.size !== this.writtenSize) return answer
    this.#reportRebuild('an entry contradicts the batch it points at')
    indexes.rebuild(this.writtenSize, this.#context.settings().indexIntervalBytes)
    return question(indexes)
  }

  #newIndexes(): SegmentIndexes {
    const { files, directory } = this.#context
    return new SegmentIndexes({ files, directory, baseOffset: this.baseOffset }, this.log, this.#context.settings().segmentIndexBytes)
  }

  #reportRebuild(reason: string): void {
    this.#context.logger.warn('Rebuilt the indexes of a segment', { segment: this.log.path, reason })
  }
}

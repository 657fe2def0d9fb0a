import { Buffer } from 'node:buffer'
import { DiskError } from '@odradek/common/disk'
import { BATCH_HEADER_SIZE, baseOffset, findFrameProblem, lastOffset, maxTimestamp } from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import { offsetFileName, suffix } from './file-names.ts'
import { OffsetIndex } from './offset-index.ts'
import { FileSlot } from './open-files.ts'
import type { OpenFiles } from './open-files.ts'
import { TimeIndex } from './time-index.ts'
import type { TimeIndexEntry } from './time-index.ts'

export interface SegmentPlace {
  readonly files: OpenFiles
  readonly directory: string
  readonly baseOffset: number
}

const largestRelativeOffset = 2 ** 31 - 1

/** How far the batches of a segment have gone into its indexes. */
interface Progress {
  /** Bytes of all batches. */
  position: number
  bytesSinceEntry: number
  maxTimestamp: number
  /** Last offset of the batch in which `maxTimestamp` was reached first. */
  maxTimestampOffset: number
}

/**
 * The two indexes of a segment, made from one batch after the other.
 *
 * Both get an entry at the same moments: when a batch comes and more than `index.interval.bytes` were added since the last
 * time. So indexes built again after a crash are those that were lost. Nothing in an index is believed without looking at
 * the batch it points at; the segment itself is the truth, and costs one walk over its headers.
 */
export class SegmentIndexes {
  readonly offsets: OffsetIndex
  readonly times: TimeIndex
  readonly #log: FileSlot
  readonly #baseOffset: number
  #progress: Progress
  #settled: Progress

  constructor(place: SegmentPlace, log: FileSlot, maxIndexBytes: number) {
    const slot = (ending: string): FileSlot => new FileSlot(place.files, `${place.directory}/${offsetFileName(place.baseOffset, ending)}`)
    this.#log = log
    this.#baseOffset = place.baseOffset
    this.offsets = new OffsetIndex(slot(suffix.offsetIndex), place.baseOffset, maxIndexBytes)
    this.times = new TimeIndex(slot(suffix.timeIndex), place.baseOffset, maxIndexBytes)
    this.#progress = this.#start()
    this.#settled = this.#start()
  }

  get isFull(): boolean {
    return this.offsets.isFull || this.times.isFull
  }

  /** The largest timestamp up to now, and the last offset of the batch that has it; −1 at the base without any. */
  get largestTimestamp(): TimeIndexEntry {
    return { timestamp: this.#progress.maxTimestamp, offset: this.#progress.maxTimestampOffset }
  }

  /** Makes the files of a new segment. Throws `DiskError`. */
  create(): void {
    this.offsets.file.create()
    this.times.file.create()
  }

  /** Takes note of the next batch. */
  add(lastOffsetOfBatch: number, bytes: number, timestamp: number, intervalBytes: number): void {
    const progress = this.#progress
    if (timestamp > progress.maxTimestamp) {
      progress.maxTimestamp = timestamp
      progress.maxTimestampOffset = lastOffsetOfBatch
    }
    if (progress.bytesSinceEntry > intervalBytes) {
      this.offsets.append(lastOffsetOfBatch, progress.position)
      this.times.append(progress.maxTimestamp, progress.maxTimestampOffset)
      progress.bytesSinceEntry = 0
    }
    progress.position += bytes
    progress.bytesSinceEntry += bytes
  }

  /** All batches up to now are in the file. */
  settle(): void {
    Object.assign(this.#settled, this.#progress)
  }

  /** The batches since `settle` could not be written; the segment ends at `endOffset` again. */
  undo(endOffset: number): void {
    Object.assign(this.#progress, this.#settled)
    this.offsets.truncateTo(this.#progress.position)
    this.times.truncateTo(endOffset)
  }

  /** Takes the files of a closed segment of `size` bytes; what cannot be right is built again. Returns why, or undefined. */
  openClosed(size: number, intervalBytes: number): string | undefined {
    const problem = this.#loadClosed(size)
    if (problem === undefined) {
      const { timestamp, offset } = this.times.last
      this.#progress = { position: size, bytesSinceEntry: 0, maxTimestamp: timestamp, maxTimestampOffset: offset }
    } else {
      this.rebuild(size, intervalBytes)
    }
    this.settle()
    return problem
  }

  /**
   * Takes of the files what was written for batches below `offset`, to go on from there. Returns the place in the segment
   * from which on batches have to be added again, and why it is the beginning where it need not be.
   */
  resume(offset: number): { readonly position: number; readonly problem: string | undefined } {
    const problem = this.#loadBelow(offset)
    if (problem !== undefined) this.#startAnew()
    const { count } = this.offsets.file
    const { timestamp, offset: timestampOffset } = this.times.last
    const position = count === 0 ? 0 : this.offsets.positionAt(count - 1)
    // The batch of the last entry is added again: nothing was counted between its entry and itself, so it makes no second one.
    this.#progress = { position, bytesSinceEntry: 0, maxTimestamp: timestamp, maxTimestampOffset: timestampOffset }
    return { position, problem }
  }

  /** Builds both from the headers of the batches, and cuts the files to their contents. */
  rebuild(size: number, intervalBytes: number): void {
    this.#startAnew()
    const scanner = new BatchScanner(this.#log.use(), 0, size)
    let previous = this.#baseOffset - 1
    while (scanner.next()) {
      const last = lastOffset(scanner.buffer, scanner.at)
      // A damaged batch ends the walk: what cannot be reached through the index is refused when it is read.
      if (baseOffset(scanner.buffer, scanner.at) <= previous || last <= previous || last - this.#baseOffset > largestRelativeOffset) break
      this.add(last, scanner.size, maxTimestamp(scanner.buffer, scanner.at), intervalBytes)
      previous = last
    }
    try {
      this.seal()
    } catch (error) {
      // A full disk: they serve from memory, and will be built again.
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** Makes the last entry of the time index and cuts the files to their contents. Throws `DiskError`. */
  seal(): void {
    this.times.append(this.#progress.maxTimestamp, this.#progress.maxTimestampOffset)
    this.offsets.file.trim()
    this.times.file.trim()
  }

  /** The segment is cut at a batch boundary: the first `position` bytes, up to `endOffset`, stay. Throws `DiskError`. */
  truncateTo(position: number, endOffset: number): void {
    this.offsets.truncateTo(position)
    this.times.truncateTo(endOffset)
    const { count } = this.offsets.file
    const from = count === 0 ? 0 : this.offsets.positionAt(count - 1)
    const { timestamp, offset } = this.times.last
    this.#progress = { position, bytesSinceEntry: position - from, maxTimestamp: timestamp, maxTimestampOffset: offset }
    const scanner = new BatchScanner(this.#log.use(), from, position)
    while (scanner.next()) {
      const found = maxTimestamp(scanner.buffer, scanner.at)
      if (found <= this.#progress.maxTimestamp) continue
      this.#progress.maxTimestamp = found
      this.#progress.maxTimestampOffset = lastOffset(scanner.buffer, scanner.at)
    }
    this.settle()
  }

  /** The place of a batch at or before the one that holds `offset`; undefined when the index points at something else. */
  positionFor(offset: number): number | undefined {
    const slot = this.offsets.slotFor(offset)
    if (slot < 0) return 0
    const position = this.offsets.positionAt(slot)
    return this.#batchEndsAt(position, this.offsets.offsetAt(slot)) ? position : undefined
  }

  /** An offset before which no batch reaches `timestamp`; undefined when the index says what is not so. */
  offsetBefore(timestamp: number): number | undefined {
    const slot = this.times.slotFor(timestamp - 1)
    if (slot < 0) return this.#baseOffset
    const entry = this.times.at(slot)
    return this.#isTrue(entry) ? entry.offset : undefined
  }

  flush(): void {
    this.offsets.file.flush()
    this.times.file.flush()
  }

  flushWhenLarge(): void {
    this.offsets.file.flushWhenLarge()
    this.times.file.flushWhenLarge()
  }

  get isWritten(): boolean {
    return this.offsets.file.isWritten && this.times.file.isWritten
  }

  /** Gives memory and descriptors back; everything must be written. */
  unload(): void {
    this.offsets.file.unload()
    this.times.file.unload()
    this.close()
  }

  /** The files have this behind their names now. */
  rename(ending: string): void {
    this.offsets.file.slot.path += ending
    this.times.file.slot.path += ending
  }

  close(): void {
    this.offsets.file.slot.close()
    this.times.file.slot.close()
  }

  #loadClosed(size: number): string | undefined {
    return missingFile(() => {
      if (!this.offsets.load()) return 'the offset index is damaged'
      if (!this.times.load()) return 'the time index is damaged'
      if (this.times.file.count === 0) return size > 0 ? 'the time index is empty' : undefined
      return this.#isTrue(this.times.last) ? undefined : 'the time index contradicts the batches'
    })
  }

  #loadBelow(offset: number): string | undefined {
    return missingFile(() => {
      this.offsets.loadBelow(offset)
      this.times.loadBelow(offset)
      const last = this.offsets.file.count - 1
      if (last >= 0 && !this.#batchEndsAt(this.offsets.positionAt(last), this.offsets.lastOffset))
        return 'the offset index contradicts the batches'
      if (this.times.file.count === 0) return last >= 0 ? 'the time index is empty' : undefined
      return this.#isTrue(this.times.last) ? undefined : 'the time index contradicts the batches'
    })
  }

  /** Empty files, made if they are missing. */
  #startAnew(): void {
    this.offsets.file.slot.create().truncate(0)
    this.times.file.slot.create().truncate(0)
    this.offsets.reset()
    this.times.reset()
    this.#progress = this.#start()
  }

  /** Whether a batch begins at `position` whose last offset is this. */
  #batchEndsAt(position: number, offset: number): boolean {
    const header = Buffer.allocUnsafe(BATCH_HEADER_SIZE)
    const count = this.#log.use().readSync(header, 0, BATCH_HEADER_SIZE, position)
    return (
      count === BATCH_HEADER_SIZE && findFrameProblem(header, 0, Number.MAX_SAFE_INTEGER) === undefined && lastOffset(header, 0) === offset
    )
  }

  /** Whether there is a batch that ends with the entry's offset and has its timestamp. */
  #isTrue(entry: TimeIndexEntry): boolean {
    const slot = this.offsets.slotFor(entry.offset)
    const file = this.#log.use()
    const scanner = new BatchScanner(file, slot < 0 ? 0 : this.offsets.positionAt(slot), file.size(), 8192)
    while (scanner.next()) {
      const offset = lastOffset(scanner.buffer, scanner.at)
      if (offset >= entry.offset) return offset === entry.offset && maxTimestamp(scanner.buffer, scanner.at) === entry.timestamp
    }
    return false
  }

  #start(): Progress {
    return { position: 0, bytesSinceEntry: 0, maxTimestamp: -1, maxTimestampOffset: this.#baseOffset }
  }
}

function missingFile(load: () => string | undefined): string | undefined {
  try {
    return load()
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return 'an index is missing'
    throw error
  }
}

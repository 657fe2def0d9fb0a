import { DiskError } from '@odradek/common/disk'
import type { Disk, OpenFile } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import { baseOffset, isControlBatch, lastOffset } from '@odradek/protocol/records'
import { writeFully } from './atomic-file.ts'
import { BatchScanner } from './batch-scanner.ts'
import { offsetFileName, offsetOfFileName, suffix } from './file-names.ts'
import { decodeSnapshot, encodeSnapshot, MalformedSnapshot } from './producer-snapshot.ts'
import type { ProducerState } from './producer-state.ts'
import type { Segments } from './segments.ts'

/** The producer snapshots of a partition: which offsets have one, and what is done with the files. */
export class ProducerSnapshots {
  readonly #disk: Disk
  readonly #directory: string
  readonly #logger: Logger
  #offsets: number[]

  /** `names` are those of the files in the directory. */
  constructor(disk: Disk, directory: string, names: readonly string[], logger: Logger) {
    this.#disk = disk
    this.#directory = directory
    this.#logger = logger
    this.#offsets = names.flatMap((name) => offsetOfFileName(name, suffix.snapshot) ?? []).toSorted((a, b) => a - b)
  }

  get offsets(): readonly number[] {
    return this.#offsets
  }

  pathOf(offset: number): string {
    return `${this.#directory}/${offsetFileName(offset, suffix.snapshot)}`
  }

  /** Writes what is known at `offset`, the end of the log. Syncing it is left to the caller. Throws `DiskError`. */
  write(offset: number, state: ProducerState): void {
    const file = this.#disk.open(this.pathOf(offset), 'create')
    try {
      file.truncate(0)
      writeFully(file, encodeSnapshot(state.entries()))
    } finally {
      file.close()
    }
    if (!this.#offsets.includes(offset)) this.#offsets = [...this.#offsets, offset].toSorted((a, b) => a - b)
  }

  /**
   * Builds the state of a log that ends at `end`: from the newest snapshot that is readable and not behind it, and from the
   * headers of the batches that follow. Snapshots behind the end speak of what is no longer so, and go; the directory is
   * synced then, since one that came back after a power cut would be believed as soon as the log is that long again.
   */
  restore(state: ProducerState, segments: Segments, end: number, nowMs: number): void {
    state.clear()
    if (this.removeWhere((offset) => offset > end)) this.#disk.syncDirectory(this.#directory)
    const from = this.#load(state, nowMs) ?? (segments.isEmpty ? end : segments.first.baseOffset)
    if (state.size > 0) recall(state, segments, from)
    replay(state, segments, from, end)
  }

  /** Keeps those that begin a segment and the newest; others were left by clean stops that are no longer the last. */
  removeStray(segments: Segments): void {
    const bases = new Set(Array.from(segments, (segment) => segment.baseOffset))
    const newest = this.#offsets.at(-1)
    this.removeWhere((offset) => offset !== newest && !bases.has(offset))
  }

  /** Returns whether there were any. */
  removeWhere(isWrong: (offset: number) => boolean): boolean {
    const wrong = this.#offsets.filter(isWrong)
    for (const offset of wrong) {
      try {
        this.#disk.unlink(this.pathOf(offset))
      } catch (error) {
        if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error
      }
    }
    this.#offsets = this.#offsets.filter((offset) => !wrong.includes(offset))
    return wrong.length > 0
  }

  /** Loads the newest readable one and returns its offset. */
  #load(state: ProducerState, nowMs: number): number | undefined {
    for (let offset = this.#offsets.at(-1); offset !== undefined; offset = this.#offsets.at(-1)) {
      try {
        const entries = decodeSnapshot(this.#disk.readFile(this.pathOf(offset)))
        state.restore(entries.filter((entry) => !state.isExpired(entry, nowMs)))
        return offset
      } catch (error) {
        const isMissing = error instanceof DiskError && error.code === 'ENOENT'
        if (!isMissing && !(error instanceof MalformedSnapshot)) throw error
        this.#logger.warn('Left out a producer snapshot; an older one and the batches tell the same', { path: this.pathOf(offset), error })
        const bad = offset
        this.removeWhere((candidate) => candidate === bad)
      }
    }
    return undefined
  }
}

/** How much of the log before a snapshot is looked at for batches that may come again. */
const recalledBytes = 4 * 1024 * 1024

/**
 * A snapshot holds one batch of each producer, as Kafka's format has it. But a client has up to five under way, and after a crash
 * it sends again all that had no answer:
 *
 *   1. batches 1 to 3 are written, the segment rolls (snapshot: batch 3), batches 4 and 5 are written
 *   2. the broker is killed before any answer leaves
 *   3. the client sends 1 to 5 again. Known from the snapshot and what follows are 3, 4 and 5; batch 1 would be out of order
 *
 * So the headers just before the snapshot are read as well.
 */
function recall(state: ProducerState, segments: Segments, snapshotOffset: number): void {
  if (segments.isEmpty) return
  const last = Math.max(0, segments.indexFor(snapshotOffset - 1))
  let first = last
  let bytes = segments.at(last).writtenSize
  while (first > 0 && bytes < recalledBytes) bytes += segments.at(--first).writtenSize
  const seen = state.blank()
  for (let index = first; index <= last; index++) {
    const segment = segments.at(index)
    if (segment.writtenSize === 0) continue
    const skipped = index === first ? Math.max(0, bytes - recalledBytes) / segment.writtenSize : 0
    const nextBase = index === last ? snapshotOffset : segments.at(index + 1).baseOffset
    const start = skipped === 0 ? 0 : segment.searchStart(segment.baseOffset + Math.floor((nextBase - segment.baseOffset) * skipped))
    const scanner = new BatchScanner(segment.log.use(), start, segment.writtenSize)
    while (scanner.next() && lastOffset(scanner.buffer, scanner.at) < snapshotOffset) {
      const { buffer, at } = scanner
      if (!isControlBatch(buffer, at)) seen.apply(buffer, at, baseOffset(buffer, at), false)
    }
  }
  state.recall(seen)
}

function replay(state: ProducerState, segments: Segments, from: number, end: number): void {
  if (from >= end) return
  for (let index = Math.max(0, segments.indexFor(from)); index < segments.count; index++) {
    const segment = segments.at(index)
    if (segment.writtenSize === 0 || segment.baseOffset >= end) continue
    const start = segment.baseOffset >= from ? 0 : segment.searchStart(from)
    replayFile(state, segment.log.use(), start, segment.writtenSize, from)
  }
}

function replayFile(state: ProducerState, file: OpenFile, start: number, size: number, from: number): void {
  const scanner = new BatchScanner(file, start, size)
  while (scanner.next()) {
    const { buffer, at } = scanner
    if (lastOffset(buffer, at) < from) continue
    // A marker is in the record, not in the header; control batches are small.
    if (isControlBatch(buffer, at)) scanner.load()
    state.apply(scanner.buffer, scanner.at, baseOffset(scanner.buffer, scanner.at), false)
  }
}

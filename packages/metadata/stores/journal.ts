import { Buffer } from 'node:buffer'
import type { Disk, OpenFile } from '@odradek/common/disk'
import { directoryOf, DiskError } from '@odradek/common/disk'
import type { Entries, Entry } from './entries.ts'
import { encodeFrame, encodeHeader } from './journal-format.ts'
import type { JournalCommit } from './journal-format.ts'
import { readJournal } from './journal-reader.ts'

/** How many entries a frame of a snapshot holds: a few hundred kilobytes of JSON. */
const entriesPerFrame = 1000
/**
 * Room that the file holds ahead, as zeros, for some hundred small commits: on a disk that others have filled to the last byte a
 * broker can still start, and topics and settings can be changed, which is the way out.
 */
const reserveBytes = 64 * 1024

/**
 * The file of a store: a snapshot and the commits since.
 *
 * One append is one frame and one fsync, and no second one begins before the first is done, so a crash can tear at most
 * the last frame. A rewrite makes a new file beside the old one and renames it, so there is always a whole one.
 */
export class Journal {
  readonly #disk: Disk
  readonly #path: string
  #file: OpenFile
  /** Keys that were deleted by a commit which the file had when it was opened. */
  readonly removed: ReadonlySet<string>
  #snapshotEnd: number
  #end: number
  /** Up to there the file has its room on the disk. */
  #reservedEnd: number
  #broken = false

  /**
   * Reads the journal at `path` into `entries`, or makes a new one. Of an old one nothing is changed: what a crash left unfinished
   * at its end is written over by the next commit.
   */
  static async open(disk: Disk, path: string, entries: Entries): Promise<Journal> {
    const temporary = temporaryOf(path)
    if (disk.stat(temporary) !== undefined) disk.unlink(temporary)
    if (disk.stat(path) === undefined) return new Journal(disk, path, await writeJournal(disk, path, entries))
    const { snapshotEnd, end, size, removed } = readJournal(path, disk.readFile(path), entries)
    return new Journal(disk, path, { file: disk.open(path, 'write'), snapshotEnd, end }, size, removed)
  }

  private constructor(
    disk: Disk,
    path: string,
    written: WrittenJournal,
    size: number = written.end,
    removed: ReadonlySet<string> = new Set(),
  ) {
    this.#disk = disk
    this.#path = path
    this.#file = written.file
    this.#snapshotEnd = written.snapshotEnd
    this.#end = written.end
    this.#reservedEnd = size
    this.removed = removed
  }

  /** Whether the disk failed in a way after which nothing can be promised any more. */
  get broken(): boolean {
    return this.#broken
  }

  get snapshotBytes(): number {
    return this.#snapshotEnd
  }

  get commitBytes(): number {
    return this.#end - this.#snapshotEnd
  }

  /**
   * Makes the commits durable, all or none. Throws `DiskError`: with `broken` false there was no room, nothing was
   * written, and it may be tried again; with `broken` true nobody knows what the disk has.
   */
  async append(commits: readonly JournalCommit[]): Promise<void> {
    const frame = encodeFrame({ kind: 'commits', commits })
    try {
      this.#reserve(this.#end + frame.length)
      writeAll(this.#file, frame, this.#end)
    } catch (error) {
      this.#cutBack(error)
      throw error
    }
    try {
      await this.#file.sync()
    } catch (error) {
      this.#broken = true
      throw error
    }
    this.#end += frame.length
    this.#reservedEnd = Math.max(this.#reservedEnd, this.#end)
  }

  /** Writes the file anew, as a snapshot of `entries`. Throws as `append` does; the old file stands until the new one is whole. */
  async rewrite(entries: Entries): Promise<void> {
    try {
      const written = await writeJournal(this.#disk, this.#path, entries)
      this.#file.close()
      this.#file = written.file
      this.#snapshotEnd = written.snapshotEnd
      this.#end = this.#reservedEnd = written.end
    } catch (error) {
      this.#broken ||= !isLackOfRoom(error)
      throw error
    }
  }

  close(): void {
    this.#file.close()
  }

  #cutBack(error: unknown): void {
    this.#broken = true
    if (!isLackOfRoom(error)) return
    // A part of the frame may stay in what is reserved. It is no frame, and is written over.
    this.#file.truncate(Math.max(this.#end, this.#reservedEnd))
    this.#broken = false
  }

  /** Has room for what comes behind `end`, before it runs out. Without room for that the commit itself may still find some. */
  #reserve(end: number): void {
    if (this.#reservedEnd - end >= reserveBytes / 2) return
    const zeros = Buffer.alloc(end + reserveBytes - this.#reservedEnd)
    try {
      this.#reservedEnd += this.#file.writeSync(zeros, 0, zeros.length, this.#reservedEnd)
    } catch (error) {
      if (!isLackOfRoom(error)) throw error
    }
  }
}

interface WrittenJournal {
  readonly file: OpenFile
  readonly snapshotEnd: number
  readonly end: number
}

async function writeJournal(disk: Disk, path: string, entries: Entries): Promise<WrittenJournal> {
  const temporary = temporaryOf(path)
  if (disk.stat(temporary) !== undefined) disk.unlink(temporary)
  const fresh = disk.open(temporary, 'exclusive')
  let end = 0
  try {
    end = writeAll(fresh, encodeHeader(), end)
    for (const chunk of chunks(entries.values(), entriesPerFrame)) {
      end = writeAll(fresh, encodeFrame({ kind: 'entries', entries: chunk }), end)
      // Each chunk goes to the disk by itself, so that others get their turn in between.
      await fresh.sync()
    }
    end = writeAll(fresh, encodeFrame({ kind: 'end', revision: entries.revision, entries: entries.size }), end)
    await fresh.sync()
  } finally {
    fresh.close()
  }
  disk.rename(temporary, path)
  disk.syncDirectory(directoryOf(path))
  return { file: disk.open(path, 'write'), snapshotEnd: end, end }
}

/** Writes all of `bytes` at `position`; returns where they end. A full disk answers with a short count: here it becomes an error. */
function writeAll(file: OpenFile, bytes: Buffer, position: number): number {
  const written = file.writeSync(bytes, 0, bytes.length, position)
  if (written < bytes.length) throw new DiskError('ENOSPC', file.path, { doing: 'write' })
  return position + written
}

function isLackOfRoom(error: unknown): boolean {
  return error instanceof DiskError && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

function* chunks(entries: Iterable<Entry>, size: number): Iterable<readonly Entry[]> {
  let chunk: Entry[] = []
  for (const entry of entries) {
    chunk.push(entry)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

function temporaryOf(path: string): string {
  return `${path}.tmp`
}

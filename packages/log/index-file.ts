import { Buffer } from 'node:buffer'
import type { OpenFile } from '@odradek/common/disk'
import { writeFully } from './atomic-file.ts'
import type { FileSlot } from './open-files.ts'

const firstCapacity = 16
/** In entries. That many at the end stay in memory: nearly all look-ups are for what was written lately. */
const tailCapacity = 1024
const pieceEntries = 512

/**
 * The file of an index: entries of one size, back to back.
 *
 * Kafka maps index files into memory. We keep the last entries in a buffer, write them when there are many of them (or
 * when somebody wants the index on disk) and read older ones from the file. What a crash takes from an index is built
 * again from the segment, so nothing is written for each single entry.
 *
 * While its segment grows the file is as large as it may become, `segment.index.bytes`, and holds zeros behind the last
 * entry. `trim` cuts it to what it has.
 */
export class IndexFile {
  readonly slot: FileSlot
  readonly #entrySize: number
  #maxEntries: number
  #count = 0
  /** Entries from here on are in `tail`, those before only in the file. */
  #tailStart = 0
  #tail: Buffer = Buffer.alloc(0)
  #written = 0
  #isAllocated = false

  constructor(slot: FileSlot, entrySize: number, maxBytes: number) {
    this.slot = slot
    this.#entrySize = entrySize
    this.#maxEntries = Math.floor(maxBytes / entrySize)
  }

  get count(): number {
    return this.#count
  }

  get maxEntries(): number {
    return this.#maxEntries
  }

  /** Bytes that are in use. */
  get usedBytes(): number {
    return this.#count * this.#entrySize
  }

  /** Whether everything is in the file, though not necessarily on disk. */
  get isWritten(): boolean {
    return this.#written === this.#count
  }

  /** Makes an empty file of full size. */
  create(): void {
    const file = this.slot.create()
    file.truncate(0)
    this.reset()
    this.#allocate(file)
  }

  /** Takes the file as it is: entries up to its end. Returns whether its size is a whole number of entries. */
  load(): boolean {
    const size = this.slot.use().size()
    this.reset()
    this.#count = this.#written = this.#tailStart = Math.floor(size / this.#entrySize)
    return size % this.#entrySize === 0
  }

  /** Forgets all entries; the next one is the first. The file is rewritten from its beginning. */
  reset(): void {
    this.#count = this.#written = this.#tailStart = 0
    this.#tail = Buffer.alloc(0)
    this.#isAllocated = false
  }

  /** Room for one more entry: returns where it has to be put into `tail`. */
  add(): number {
    const at = (this.#count - this.#tailStart) * this.#entrySize
    if (at === this.#tail.length) this.#grow()
    this.#count++
    return at
  }

  get tail(): Buffer {
    return this.#tail
  }

  /** Calls `read` with the bytes of an entry; the buffer must not be kept. */
  entry<T>(index: number, read: (bytes: Buffer, at: number) => T): T {
    if (index >= this.#tailStart) return read(this.#tail, (index - this.#tailStart) * this.#entrySize)
    const bytes = Buffer.alloc(this.#entrySize)
    this.slot.use().readSync(bytes, 0, this.#entrySize, index * this.#entrySize)
    return read(bytes, 0)
  }

  /** Writes the file when enough entries have come together. Throws `DiskError`; the entries stay in memory then. */
  flushWhenLarge(): void {
    if (this.#count - this.#tailStart < tailCapacity) return
    this.flush()
    // Half of them stay, for look-ups.
    const kept = tailCapacity / 2
    this.#tail.copyWithin(0, (this.#count - this.#tailStart - kept) * this.#entrySize)
    this.#tailStart = this.#count - kept
  }

  /** Writes what is not in the file yet; does not sync it. Throws `DiskError`. */
  flush(): void {
    if (this.isWritten) return
    const file = this.slot.use()
    if (!this.#isAllocated) this.#allocate(file)
    const from = (this.#written - this.#tailStart) * this.#entrySize
    const to = (this.#count - this.#tailStart) * this.#entrySize
    writeFully(file, this.#tail.subarray(from, to), this.#written * this.#entrySize)
    this.#written = this.#count
  }

  /** Writes all and cuts the file to what it has. Throws `DiskError`. */
  trim(): void {
    this.flush()
    this.slot.use().truncate(this.usedBytes)
    this.#isAllocated = false
  }

  /** Keeps the first `count` entries only. Throws `DiskError`. */
  keep(count: number): void {
    if (count >= this.#count) return
    if (count < this.#written) {
      // Cut and extended again, the file has zeros where the entries were.
      this.slot.use().truncate(count * this.#entrySize)
      this.#isAllocated = false
      this.#written = count
    }
    if (count < this.#tailStart) {
      this.#tailStart = count
      this.#tail = Buffer.alloc(0)
    }
    this.#count = count
  }

  /** Gives the memory back; everything must be in the file. */
  unload(): void {
    this.#tail = Buffer.alloc(0)
    this.#tailStart = this.#count
  }

  /**
   * Goes through the entries of the file from the first on, for as long as `isGood` holds, and keeps just these. Read piece by
   * piece: behind the last entry there may be megabytes of zeros.
   */
  keepWhile(isGood: (bytes: Buffer, at: number) => boolean): void {
    const file = this.slot.use()
    const bytes = Buffer.allocUnsafe(pieceEntries * this.#entrySize)
    let count = 0
    for (let isGoing = true; isGoing;) {
      const filled = file.readSync(bytes, 0, bytes.length, count * this.#entrySize)
      let at = 0
      while (at + this.#entrySize <= filled && isGood(bytes, at)) at += this.#entrySize
      count += at / this.#entrySize
      isGoing = at === bytes.length
    }
    this.keep(count)
  }

  /** A changed `segment.index.bytes`. */
  resize(maxBytes: number): void {
    this.#maxEntries = Math.floor(maxBytes / this.#entrySize)
  }

  #allocate(file: OpenFile): void {
    file.truncate(Math.max(this.#maxEntries, this.#count) * this.#entrySize)
    this.#isAllocated = true
  }

  #grow(): void {
    const entries = this.#tail.length / this.#entrySize
    const larger = Buffer.alloc(Math.max(firstCapacity, entries * 4) * this.#entrySize)
    this.#tail.copy(larger)
    this.#tail = larger
  }
}

import { IndexFile } from './index-file.ts'
import type { FileSlot } from './open-files.ts'

const entrySize = 12
const high = 2 ** 32

export interface TimeIndexEntry {
  readonly timestamp: number
  /** Last offset of the batch in which the timestamp was first reached. */
  readonly offset: number
}

/**
 * Finds out where in a segment a time was reached.
 *
 * An entry says: up to now the largest timestamp is `timestamp`, and it came with the batch that ends with `offset`. So
 * timestamps rise strictly from entry to entry, even if those of the records do not, and the last entry of a closed
 * segment has the largest of all.
 */
export class TimeIndex {
  readonly file: IndexFile
  readonly #baseOffset: number
  #last: TimeIndexEntry

  constructor(slot: FileSlot, baseOffset: number, maxBytes: number) {
    this.file = new IndexFile(slot, entrySize, maxBytes)
    this.#baseOffset = baseOffset
    this.#last = this.#none()
  }

  /** One place is kept for the entry that is made when the segment is closed. */
  get isFull(): boolean {
    return this.file.count >= this.file.maxEntries - 1
  }

  /** The last entry; timestamp −1 at the segment's base without one. */
  get last(): TimeIndexEntry {
    return this.#last
  }

  /** Takes the file of a closed segment as it is. Returns false if it cannot be one: then it has to be built again. */
  load(): boolean {
    const isWhole = this.file.load()
    this.#readLast()
    return isWhole && this.#last.offset >= this.#baseOffset && (this.file.count === 0 || this.#last.timestamp >= this.at(0).timestamp)
  }

  /** After a crash: keeps the entries of batches below `offset` as far as they rise, and forgets the rest. */
  loadBelow(offset: number): void {
    this.file.load()
    let last = this.#none()
    this.file.keepWhile((bytes, at) => {
      const entry = this.#read(bytes, at)
      // Zeros of the empty part look like time 0 at the base; that one is found again by going through the batches.
      if (entry.timestamp <= Math.max(0, last.timestamp) || entry.offset < last.offset || entry.offset >= offset) return false
      last = entry
      return true
    })
    this.#readLast()
  }

  /** Adds an entry if the time has gone on since the last one. */
  append(timestamp: number, offset: number): void {
    if (timestamp <= this.#last.timestamp) return
    const at = this.file.add()
    const { tail } = this.file
    const upper = Math.floor(timestamp / high)
    tail.writeInt32BE(upper, at)
    tail.writeUInt32BE(timestamp - upper * high, at + 4)
    tail.writeInt32BE(offset - this.#baseOffset, at + 8)
    this.#last = { timestamp, offset }
  }

  at(slot: number): TimeIndexEntry {
    return this.file.entry(slot, (bytes, at) => this.#read(bytes, at))
  }

  /** The number of the last entry at or below `timestamp`, −1 when there is none. */
  slotFor(timestamp: number): number {
    return this.#lastSlot((entry) => entry.timestamp <= timestamp)
  }

  /** Forgets entries of batches that end at or behind `offset`. */
  truncateTo(offset: number): void {
    this.file.keep(this.#lastSlot((entry) => entry.offset < offset) + 1)
    this.#readLast()
  }

  reset(): void {
    this.file.reset()
    this.#last = this.#none()
  }

  #lastSlot(isBefore: (entry: TimeIndexEntry) => boolean): number {
    let low = 0
    let end = this.file.count - 1
    while (low <= end) {
      const middle = (low + end) >>> 1
      if (isBefore(this.at(middle))) low = middle + 1
      else end = middle - 1
    }
    return end
  }

  #read(bytes: Buffer, at: number): TimeIndexEntry {
    return {
      timestamp: bytes.readInt32BE(at) * high + bytes.readUInt32BE(at + 4),
      offset: this.#baseOffset + bytes.readInt32BE(at + 8),
    }
  }

  #readLast(): void {
    this.#last = this.file.count === 0 ? this.#none() : this.at(this.file.count - 1)
  }

  #none(): TimeIndexEntry {
    return { timestamp: -1, offset: this.#baseOffset }
  }
}

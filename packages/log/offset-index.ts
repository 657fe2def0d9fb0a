import assert from 'node:assert/strict'
import { IndexFile } from './index-file.ts'
import type { FileSlot } from './open-files.ts'

const entrySize = 8

/**
 * Finds the place of an offset in a segment, roughly.
 *
 * An entry says: the batch that begins at `position` ends with `offset`. Look-ups give the last entry at or below an
 * offset; from its position on the batches are gone through. Offsets are kept as distance from the segment's base, in
 * 31 bits.
 */
export class OffsetIndex {
  readonly file: IndexFile
  readonly #baseOffset: number
  #lastOffset: number

  constructor(slot: FileSlot, baseOffset: number, maxBytes: number) {
    this.file = new IndexFile(slot, entrySize, maxBytes)
    this.#baseOffset = baseOffset
    this.#lastOffset = baseOffset
  }

  get isFull(): boolean {
    return this.file.count >= this.file.maxEntries
  }

  /** Of the last entry; the segment's base without one. */
  get lastOffset(): number {
    return this.#lastOffset
  }

  /** Takes the file of a closed segment as it is. Returns false if it cannot be one: then it has to be built again. */
  load(): boolean {
    const isWhole = this.file.load()
    this.#readLast()
    return isWhole && (this.file.count === 0 || (this.#lastOffset > this.#baseOffset && this.positionAt(this.file.count - 1) > 0))
  }

  /** After a crash: keeps the entries below `offset` as far as they rise, and forgets the rest. */
  loadBelow(offset: number): void {
    this.file.load()
    let lastRelative = -1
    let lastPosition = 0
    this.file.keepWhile((bytes, at) => {
      const relative = bytes.readInt32BE(at)
      const position = bytes.readInt32BE(at + 4)
      if (relative <= lastRelative || position <= lastPosition || this.#baseOffset + relative >= offset) return false
      lastRelative = relative
      lastPosition = position
      return true
    })
    this.#readLast()
  }

  append(offset: number, position: number): void {
    assert(this.file.count === 0 || offset > this.#lastOffset, `index entries must rise: ${offset} after ${this.#lastOffset}`)
    const at = this.file.add()
    this.file.tail.writeInt32BE(offset - this.#baseOffset, at)
    this.file.tail.writeInt32BE(position, at + 4)
    this.#lastOffset = offset
  }

  /** The number of the last entry at or below `offset`, −1 when there is none. */
  slotFor(offset: number): number {
    const { file } = this
    let low = 0
    let high = file.count - 1
    if (high >= 0 && offset >= this.#lastOffset) return high
    while (low <= high) {
      const middle = (low + high) >>> 1
      if (this.offsetAt(middle) <= offset) low = middle + 1
      else high = middle - 1
    }
    return high
  }

  offsetAt(slot: number): number {
    return this.#baseOffset + this.file.entry(slot, (bytes, at) => bytes.readInt32BE(at))
  }

  positionAt(slot: number): number {
    return this.file.entry(slot, (bytes, at) => bytes.readInt32BE(at + 4))
  }

  /** Forgets entries of batches that begin at or behind `position`. */
  truncateTo(position: number): void {
    let low = 0
    let high = this.file.count - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      if (this.positionAt(middle) < position) low = middle + 1
      else high = middle - 1
    }
    this.file.keep(low)
    this.#readLast()
  }

  reset(): void {
    this.file.reset()
    this.#lastOffset = this.#baseOffset
  }

  #readLast(): void {
    this.#lastOffset = this.file.count === 0 ? this.#baseOffset : this.offsetAt(this.file.count - 1)
  }
}

import type { Buffer } from 'node:buffer'
import { batchSize, lastOffset } from '@odradek/protocol/records'

/** So many bytes lie at most, about, between two places that are known without going from batch to batch. */
const markInterval = 16 * 1024

/** Who owns a chunk, and is told when it has to go. */
export interface ChunkOwner {
  /** The chunk that was filled first; a tail loses its beginning before its end. */
  readonly oldest: TailChunk | undefined
  /** That one leaves memory. */
  dropOldest(): void
}

/**
 * A piece of the end of a log, in memory: whole batches, back to back, as they lie in the file.
 *
 * Batches are only ever added at its end. What readers got of it is pinned: those bytes stay as they are until all of
 * them are released, even if the chunk has been dropped meanwhile.
 */
export class TailChunk {
  readonly buffer: Buffer
  readonly owner: ChunkOwner
  /** Base offset of the segment it belongs to. */
  readonly segmentBase: number
  /** Where in the segment's file its first byte lies. */
  readonly filePosition: number
  readonly baseOffset: number
  endOffset: number
  /** Bytes in use. */
  size = 0
  /** Of these, how many are in the file. */
  written = 0
  pins = 0
  /** False when it has left the tail and waits only for its pins. */
  isLive = true
  /** Nothing may be added any more. */
  isSealed = false
  /** Something was added since the cache looked the last time. */
  wasUsed = true

  /** Base offset and place of some batches, in order. */
  readonly #markOffsets: number[] = []
  readonly #markPositions: number[] = []

  constructor(
    buffer: Buffer,
    owner: ChunkOwner,
    place: { readonly segmentBase: number; readonly filePosition: number; readonly baseOffset: number },
  ) {
    this.buffer = buffer
    this.owner = owner
    this.segmentBase = place.segmentBase
    this.filePosition = place.filePosition
    this.baseOffset = this.endOffset = place.baseOffset
  }

  hasRoomFor(bytes: number): boolean {
    return !this.isSealed && this.size + bytes <= this.buffer.length
  }

  /** Copies `batch` to the end and returns where it lies now. The offset is the one it will get. */
  add(batch: Buffer, firstOffset: number, nextOffset: number): number {
    const at = this.size
    this.buffer.set(batch, at)
    this.size += batch.length
    this.endOffset = nextOffset
    this.wasUsed = true
    if (at - (this.#markPositions.at(-1) ?? 0) >= markInterval) {
      this.#markOffsets.push(firstOffset)
      this.#markPositions.push(at)
    }
    return at
  }

  /** Where the batch begins that holds `offset`, or the first one behind it. `size` when all end before it. */
  find(offset: number): number {
    if (offset >= this.endOffset) return this.size
    let at = this.#markBelow(this.#markOffsets, offset)
    while (at < this.size && lastOffset(this.buffer, at) < offset) at += batchSize(this.buffer, at)
    return at
  }

  /** Where the last whole batch ends that begins at or behind `from`, lies before `limit` and holds only offsets below `upTo`. */
  endBefore(from: number, limit: number, upTo: number): number {
    if (limit >= this.size && upTo >= this.endOffset) return this.size
    // A mark is the beginning of a batch: as far as one fits both bounds, all batches before it do.
    let at = Math.max(from, Math.min(this.#markBelow(this.#markOffsets, upTo), this.#markBelow(this.#markPositions, limit)))
    while (at < this.size) {
      const next = at + batchSize(this.buffer, at)
      if (next > limit || lastOffset(this.buffer, at) >= upTo) break
      at = next
    }
    return at
  }

  /** Forgets what lies at and behind the batch that holds `offset`. */
  cutAt(offset: number): void {
    const at = this.find(offset)
    if (at === this.size) return
    this.endOffset = at === 0 ? this.baseOffset : lastOffset(this.buffer, this.#before(at)) + 1
    this.size = at
    this.written = Math.min(this.written, at)
    // Readers may still hold the bytes behind the cut; nothing may be written over them.
    if (this.pins > 0) this.isSealed = true
    while ((this.#markPositions.at(-1) ?? -1) >= at) {
      this.#markPositions.pop()
      this.#markOffsets.pop()
    }
  }

  /** Size of the batch that begins at `at`. */
  batchSizeAt(at: number): number {
    return at < this.size ? batchSize(this.buffer, at) : 0
  }

  #before(at: number): number {
    let position = this.#markBelow(this.#markPositions, at - 1)
    while (position + batchSize(this.buffer, position) < at) position += batchSize(this.buffer, position)
    return position
  }

  /** The last marked position whose value in `keys` is at or below `key`; 0 without one. */
  #markBelow(keys: readonly number[], key: number): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((keys[middle] ?? 0) <= key) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : (this.#markPositions[low - 1] ?? 0)
  }
}

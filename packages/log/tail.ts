import assert from 'node:assert/strict'
import type { Buffer } from 'node:buffer'
import type { LogSlice } from './log.ts'
import { chunkSizes } from './tail-cache.ts'
import type { TailCache } from './tail-cache.ts'
import type { ChunkOwner, TailChunk } from './tail-chunk.ts'

/** Where a batch goes: the segment, its place in that, and its offsets. */
export interface TailPlace {
  readonly segmentBase: number
  readonly filePosition: number
  readonly baseOffset: number
  readonly nextOffset: number
}

export const emptySlice: LogSlice = { chunks: [], bytes: 0, release() {} }

/**
 * The end of one log, in memory: what was appended and not written yet, and of what was written as much as the budget
 * of all logs allows. Chunks follow each other without gaps; each belongs to one segment.
 */
export class Tail implements ChunkOwner {
  readonly #cache: TailCache
  #chunks: TailChunk[] = []
  #sizeClass = 0

  constructor(cache: TailCache) {
    this.#cache = cache
  }

  /** From this offset on everything up to the end of the log is here. Undefined when nothing is. */
  get startOffset(): number | undefined {
    return this.#chunks[0]?.baseOffset
  }

  get chunkCount(): number {
    return this.#chunks.length
  }

  /** The chunk to which was added last. */
  get last(): TailChunk {
    const chunk = this.#chunks.at(-1)
    assert(chunk !== undefined)
    return chunk
  }

  /** Copies the batch to the end; returns its place in the buffer of `last`. */
  add(batch: Buffer, place: TailPlace): number {
    let chunk = this.#chunks.at(-1)
    if (chunk === undefined || chunk.segmentBase !== place.segmentBase || !chunk.hasRoomFor(batch.length))
      chunk = this.#extend(chunk, batch.length, place)
    return chunk.add(batch, place.baseOffset, place.nextOffset)
  }

  /** Calls `write` for the pieces that are not in the file yet, in order. What it throws stops the writing there. */
  writeOut(write: (bytes: Buffer, start: number, end: number, filePosition: number) => void): void {
    let first = this.#chunks.length
    while (first > 0 && (this.#chunks[first - 1]?.written ?? 0) < (this.#chunks[first - 1]?.size ?? 0)) first--
    for (; first < this.#chunks.length; first++) {
      const chunk = this.#chunks[first]
      if (chunk === undefined) break
      write(chunk.buffer, chunk.written, chunk.size, chunk.filePosition + chunk.written)
      chunk.written = chunk.size
    }
    this.#cache.trim()
  }

  /**
   * Batches from the one that holds `offset`, all before `upTo`, within its segment: at most `maxBytes`, but the first one
   * whole if `atLeastOne`. The offset must be one that is here.
   */
  read(offset: number, upTo: number, maxBytes: number, atLeastOne: boolean): LogSlice {
    let index = this.#indexOf(offset)
    const first = this.#chunks[index]
    assert(first !== undefined)
    let at = first.find(offset)
    let left = maxBytes
    const slice = new TailSlice(this.#cache)
    for (
      let chunk: TailChunk | undefined = first;
      chunk !== undefined && chunk.segmentBase === first.segmentBase;
      chunk = this.#chunks[++index], at = 0
    ) {
      let end = chunk.endBefore(at, at + left, upTo)
      if (end === at && slice.bytes === 0 && atLeastOne) end = chunk.endBefore(at, at + chunk.batchSizeAt(at), upTo)
      if (end > at) slice.add(chunk, at, end)
      if (end < chunk.size) break
      left -= end - at
    }
    return slice.bytes === 0 ? emptySlice : slice
  }

  /** Bytes from the batch that holds `offset` up to the last one before `upTo`; stops counting at `enough`. */
  countBytes(offset: number, upTo: number, enough: number): number {
    let bytes = 0
    for (let index = this.#indexOf(offset); bytes < enough; index++) {
      const chunk = this.#chunks[index]
      if (chunk === undefined) break
      const from = chunk.find(offset)
      const end = chunk.endBefore(from, chunk.size, upTo)
      bytes += end - from
      if (end < chunk.size) break
    }
    return bytes
  }

  /** Forgets everything at and behind `offset`. */
  cutAt(offset: number): void {
    for (let last = this.#chunks.at(-1); last !== undefined && last.baseOffset >= offset; last = this.#chunks.at(-1)) {
      this.#chunks.pop()
      this.#cache.drop(last)
    }
    this.#chunks.at(-1)?.cutAt(offset)
  }

  /** Forgets everything; it must be in the file, or not wanted any more. */
  clear(): void {
    for (const chunk of this.#chunks) this.#cache.drop(chunk)
    this.#chunks = []
    this.#sizeClass = 0
  }

  get oldest(): TailChunk | undefined {
    return this.#chunks[0]
  }

  dropOldest(): void {
    this.#chunks.shift()
    // Whoever has no chunk left appends slowly and begins small again.
    if (this.#chunks.length === 0) this.#sizeClass = 0
  }

  #extend(last: TailChunk | undefined, bytes: number, place: TailPlace): TailChunk {
    if (last !== undefined) this.#sizeClass = Math.min(this.#sizeClass + 1, chunkSizes.length - 1)
    const chunk = this.#cache.allocate(this, bytes, this.#sizeClass, place)
    this.#chunks.push(chunk)
    return chunk
  }

  /** The chunk that holds `offset`: the last one that begins at or below it. */
  #indexOf(offset: number): number {
    let index = this.#chunks.length - 1
    while (index > 0 && (this.#chunks[index]?.baseOffset ?? 0) > offset) index--
    return index
  }
}

/** Parts of chunks, pinned until they were sent. */
class TailSlice implements LogSlice {
  readonly chunks: Buffer[] = []
  bytes = 0
  readonly #cache: TailCache
  #pinned: TailChunk[] = []

  constructor(cache: TailCache) {
    this.#cache = cache
  }

  add(chunk: TailChunk, start: number, end: number): void {
    this.#cache.pin(chunk)
    this.#pinned.push(chunk)
    this.chunks.push(chunk.buffer.subarray(start, end))
    this.bytes += end - start
  }

  release(): void {
    const pinned = this.#pinned
    this.#pinned = []
    for (const chunk of pinned) this.#cache.unpin(chunk)
  }
}

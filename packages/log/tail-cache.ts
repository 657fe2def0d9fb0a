import { Buffer } from 'node:buffer'
import { TailChunk } from './tail-chunk.ts'
import type { ChunkOwner } from './tail-chunk.ts'

/** Sizes in which chunks are made. A log begins with the smallest and gets larger ones while it fills them. */
export const chunkSizes = [16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024] as const
const largest = chunkSizes[chunkSizes.length - 1] ?? 0
/** What does not fit into the largest size gets a chunk of its own, rounded up to this. */
const oddSize = 64 * 1024

/**
 * The memory in which all logs of a broker keep what was appended last, under one budget.
 *
 * When it is used up, the chunk that was filled longest ago goes. A chunk that was added to since the last look gets a
 * second chance. What is not in the file yet never goes; whoever appends faster than the disk takes is stopped elsewhere
 * (`queued.max.request.bytes`). Bytes that readers have pinned stay until they are released and count apart.
 */
export class TailCache {
  readonly #budgetBytes: number
  /** Live chunks, those first that were filled longest ago. */
  readonly #chunks = new Set<TailChunk>()
  readonly #free = new Map<number, Buffer[]>()
  #liveBytes = 0
  #freeBytes = 0
  #pinnedBytes = 0

  constructor(options: { readonly budgetBytes: number }) {
    this.#budgetBytes = options.budgetBytes
  }

  /** Bytes of chunks from which is read, and of those kept to be used again. Above the budget only by what is not written yet. */
  get usedBytes(): number {
    return this.#liveBytes + this.#freeBytes
  }

  /** Bytes of dropped chunks that readers still hold. */
  get pinnedBytes(): number {
    return this.#pinnedBytes
  }

  get chunkCount(): number {
    return this.#chunks.size
  }

  /** A chunk with room for `bytes`, at least of the given size class (an index into `chunkSizes`). */
  allocate(
    owner: ChunkOwner,
    bytes: number,
    sizeClass: number,
    place: { readonly segmentBase: number; readonly filePosition: number; readonly baseOffset: number },
  ): TailChunk {
    const chunk = new TailChunk(this.#buffer(this.#capacityFor(bytes, sizeClass)), owner, place)
    this.#chunks.add(chunk)
    this.#liveBytes += chunk.buffer.length
    return chunk
  }

  /** The owner has no use for it any more, or it has to make room. */
  drop(chunk: TailChunk): void {
    if (!this.#chunks.delete(chunk)) return
    chunk.isLive = false
    this.#liveBytes -= chunk.buffer.length
    if (chunk.pins > 0) this.#pinnedBytes += chunk.buffer.length
    else this.#recycle(chunk.buffer)
  }

  pin(chunk: TailChunk): void {
    chunk.pins++
  }

  unpin(chunk: TailChunk): void {
    chunk.pins--
    if (chunk.pins > 0 || chunk.isLive) return
    this.#pinnedBytes -= chunk.buffer.length
    this.#recycle(chunk.buffer)
  }

  /** To be called now and then: gives up chunks of logs that nobody appended to since the last call, and spare buffers. */
  releaseIdle(): void {
    for (const chunk of this.#chunks) {
      if (chunk.wasUsed) chunk.wasUsed = false
      else this.#evict(chunk)
    }
    this.#free.clear()
    this.#freeBytes = 0
  }

  /** What was written may go now, where the budget is used up by what was not. */
  trim(): void {
    if (this.#liveBytes > this.#budgetBytes) this.#makeRoom(0)
  }

  #capacityFor(bytes: number, sizeClass: number): number {
    if (bytes > largest) return Math.ceil(bytes / oddSize) * oddSize
    // A chunk takes no more than an eighth of the budget, so that a small one still serves several logs.
    const wanted = chunkSizes.findLast((size, index) => index <= sizeClass && size * 8 <= this.#budgetBytes) ?? 0
    return chunkSizes.find((size) => size >= bytes && size >= wanted) ?? largest
  }

  #buffer(capacity: number): Buffer {
    const recycled = this.#takeFree(capacity)
    if (recycled !== undefined) return recycled
    this.#makeRoom(capacity)
    return this.#takeFree(capacity) ?? Buffer.allocUnsafeSlow(capacity)
  }

  #takeFree(capacity: number): Buffer | undefined {
    const buffer = this.#free.get(capacity)?.pop()
    if (buffer !== undefined) this.#freeBytes -= capacity
    return buffer
  }

  /** Evicts until so many bytes, or a spare buffer of just that size, can be had. */
  #makeRoom(bytes: number): void {
    const limit = this.#budgetBytes - bytes
    // Twice around at most: the first time each chunk may still have its second chance.
    let left = this.#chunks.size * 2
    this.#shrinkFree(limit)
    for (const chunk of this.#chunks) {
      if (this.usedBytes <= limit || left-- === 0) return
      if (chunk.written < chunk.size) continue
      if (chunk.wasUsed) {
        chunk.wasUsed = false
        this.#chunks.delete(chunk)
        this.#chunks.add(chunk)
        continue
      }
      this.#evict(chunk)
      if (bytes > 0 && (this.#free.get(bytes)?.length ?? 0) > 0) return
      this.#shrinkFree(limit)
    }
  }

  /** The chunk goes, or whichever its owner has before it; nothing that is not written. */
  #evict(chunk: TailChunk): void {
    const { oldest } = chunk.owner
    if (oldest === undefined || oldest.written < oldest.size) return
    chunk.owner.dropOldest()
    this.drop(oldest)
  }

  #recycle(buffer: Buffer): void {
    const isOdd = !(chunkSizes as readonly number[]).includes(buffer.length)
    if (isOdd || this.usedBytes + buffer.length > this.#budgetBytes) return
    const list = this.#free.get(buffer.length)
    if (list === undefined) this.#free.set(buffer.length, [buffer])
    else list.push(buffer)
    this.#freeBytes += buffer.length
  }

  #shrinkFree(limit: number): void {
    for (const [size, list] of this.#free) {
      while (list.length > 0 && this.usedBytes > limit) {
        list.pop()
        this.#freeBytes -= size
      }
    }
  }
}

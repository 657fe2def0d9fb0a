import { Buffer } from 'node:buffer'

/**
 * The memory of a producer: what batches take, from their first record until they are answered, against `buffer.memory`;
 * and their buffers, used again and again, since a fresh one costs a page fault every 4 KiB.
 */
export class BufferMemory {
  readonly limit: number
  /** Of most buffers; only those are used again. */
  readonly #usualSize: number
  readonly #free: Buffer[] = []
  #used = 0

  constructor(limit: number, usualSize: number) {
    this.limit = limit
    this.#usualSize = usualSize
  }

  get used(): number {
    return this.#used
  }

  /** Whether there is room for another usual buffer. */
  get hasRoom(): boolean {
    return this.#used + this.#usualSize <= this.limit
  }

  fits(size: number): boolean {
    return this.#used + size <= this.limit
  }

  /** A buffer of `size` bytes, counted until `release`. The caller has asked `fits`. */
  take(size: number): Buffer {
    this.#used += size
    if (size !== this.#usualSize) return Buffer.allocUnsafeSlow(size)
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(size)
  }

  /** Counts other bytes for a batch than before: its records were compressed. */
  recount(before: number, after: number): void {
    this.#used += after - before
  }

  /** So many bytes are no longer needed. */
  release(bytes: number): void {
    this.#used -= bytes
  }

  /** Nobody reads this buffer any more; it may be written over. */
  recycle(buffer: Buffer): void {
    if (buffer.length === this.#usualSize && buffer.length > 0) this.#free.push(buffer)
  }
}

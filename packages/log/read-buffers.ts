import { Buffer } from 'node:buffer'

const sizes = [64 * 1024, 256 * 1024, 1024 * 1024] as const

/**
 * Buffers for what is read from files, used again and again: fresh memory costs more than reading it full.
 * `acquire` gives one of at least the size; whoever has it gives it back with `release`.
 */
export class ReadBuffers {
  readonly #maxFreeBytes: number
  readonly #free = new Map<number, Buffer[]>()
  #freeBytes = 0

  constructor(options: { readonly maxFreeBytes: number }) {
    this.#maxFreeBytes = options.maxFreeBytes
  }

  acquire(bytes: number): Buffer {
    const size = sizes.find((candidate) => candidate >= bytes)
    if (size === undefined) return Buffer.allocUnsafeSlow(bytes)
    const buffer = this.#free.get(size)?.pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size)
    this.#freeBytes -= size
    return buffer
  }

  release(buffer: Buffer): void {
    const size = buffer.length
    if (!(sizes as readonly number[]).includes(size) || this.#freeBytes + size > this.#maxFreeBytes) return
    const list = this.#free.get(size)
    if (list === undefined) this.#free.set(size, [buffer])
    else list.push(buffer)
    this.#freeBytes += size
  }

  /** Gives the spare ones up. */
  releaseIdle(): void {
    this.#free.clear()
    this.#freeBytes = 0
  }
}

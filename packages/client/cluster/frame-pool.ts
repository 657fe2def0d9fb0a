import { Buffer } from 'node:buffer'

/**
 * Buffers of large answers that can be used again.
 *
 * A fresh megabyte costs more than reading it from the socket: its pages must be found and cleared first. Whoever knows that nobody looks
 * at an answer any more gives it back; everything else is left to the garbage collector, which is always right.
 */
class FramePool {
  readonly #free: ArrayBuffer[] = []
  /** Those that came from here and were not given back. */
  readonly #lent = new WeakSet<ArrayBuffer>()
  #freeBytes = 0
  #poisons = false
  #returned = 0

  /** A buffer for an answer of that size that can be given back later. What is in it may be anything. */
  take(size: number): Buffer {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= size && byteLength <= 4 * size + step)
    const [found] = at < 0 ? [] : this.#free.splice(at, 1)
    if (found !== undefined) this.#freeBytes -= found.byteLength
    const buffer = found === undefined ? fresh(Math.ceil(size / step) * step) : Buffer.from(found)
    this.#lent.add(buffer.buffer)
    return buffer.subarray(0, size)
  }

  /** Takes back what `take` gave, once; nothing else. */
  giveBack(frame: ArrayBufferLike): void {
    if (!(frame instanceof ArrayBuffer) || !this.#lent.delete(frame)) return
    this.#returned++
    if (this.#poisons) Buffer.from(frame).fill(poison)
    if (this.#freeBytes + frame.byteLength > mostFreeBytes) return
    this.#free.push(frame)
    this.#freeBytes += frame.byteLength
  }

  /** How many were given back, ever. */
  get returned(): number {
    return this.#returned
  }

  /** For tests: overwrites what is given back, so that whoever still looks at it sees nonsense. */
  set poisons(poisons: boolean) {
    this.#poisons = poisons
  }
}

function fresh(size: number): Buffer<ArrayBuffer> {
  if (!isMallocTaught) teachMalloc()
  isMallocTaught = true
  return Buffer.allocUnsafeSlow(size)
}

/**
 * The malloc of Linux (glibc) gives large pieces of memory back to the system as soon as they are free, and the next one costs a page fault for
 * each 4 KiB: a quarter of what it takes to consume records of 1 KB. How much it keeps instead it learns from the largest piece that was ever
 * freed (`M_MMAP_THRESHOLD`; it keeps twice as much), so it is shown one, of which no page is touched. Elsewhere this does nothing.
 */
function teachMalloc(): void {
  new ArrayBuffer(20 * 1024 * 1024).transfer(0)
}

let isMallocTaught = false

/** Sizes of answers differ a little from one to the next. */
const step = 256 * 1024
const mostFreeBytes = 16 * 1024 * 1024
const poison = 0xdb

/** Smaller ones are not worth it. */
export const pooledFromBytes = 128 * 1024

/** One for the process: clients are many, and seldom need their frames at once. */
export const framePool = new FramePool()

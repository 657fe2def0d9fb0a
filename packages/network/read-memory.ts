import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'

/**
 * The memory that sockets are read into, one for all connections of a broker.
 *
 * Node reads a socket and calls back before it reads the next one. So all of them can read into the same piece, the
 * landing; what is a whole request there is handled there, and only what has to wait for more bytes or for its turn is
 * kept, in a buffer of its own that is taken from here and given back. An idle connection has no buffer at all.
 *
 *     ┌ room in front: the kept beginning of a frame ┬ landing: what the kernel has just read ┐
 *
 * A request of which the first half was kept comes together in one piece when that half is copied to the place just
 * in front of the landing.
 */
export class ReadMemory {
  readonly shared: Buffer
  /** Where the landing begins in `shared`. */
  readonly landingStart = 65_536
  /** For connections that send small requests: what a flood can leave unhandled of one read is no more than this. */
  readonly smallLanding: Buffer
  /** For those that send large ones. A read of 1 MiB costs half of what sixteen reads of 64 KiB cost. */
  readonly largeLanding: Buffer
  readonly #free = new Map<number, Buffer[]>()
  readonly #maxFreeBytes: number
  #freeBytes = 0

  /** Of the buffers that are given back, `maxFreeBytes` are kept for the next who asks. */
  constructor({ landingBytes = 1_048_576, maxFreeBytes = 8_388_608 }: { landingBytes?: number; maxFreeBytes?: number } = {}) {
    this.shared = Buffer.allocUnsafeSlow(this.landingStart + landingBytes)
    this.largeLanding = this.shared.subarray(this.landingStart)
    this.smallLanding = this.largeLanding.subarray(0, 65_536)
    this.#maxFreeBytes = maxFreeBytes
  }

  /** Bytes that are kept for the next who asks. */
  get freeBytes(): number {
    return this.#freeBytes
  }

  /** A buffer of at least so many bytes. There are few sizes, powers of two up to a mebibyte, so that they can be used again. */
  take(bytes: number): Buffer {
    const size = sizeOf(bytes)
    const buffer = this.#free.get(size)?.pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size)
    this.#freeBytes -= size
    return buffer
  }

  /** The caller has no use for it any more and keeps no view of it. */
  give(buffer: Buffer): void {
    assert(buffer !== this.shared, 'the shared memory is nobody’s to give back')
    const size = buffer.length
    if (size > largestKept || this.#freeBytes + size > this.#maxFreeBytes) return
    const free = this.#free.get(size)
    if (free === undefined) this.#free.set(size, [buffer])
    else free.push(buffer)
    this.#freeBytes += size
  }
}

/** Producers fill requests with a mebibyte of records (`max.request.size`), and something stands around them. */
export const largestKept = 1_048_576 + 65_536
const smallestSize = 512

function sizeOf(bytes: number): number {
  if (bytes > largestKept) return bytes
  return bytes <= smallestSize ? smallestSize : Math.min(largestKept, 2 ** (32 - Math.clz32(bytes - 1)))
}

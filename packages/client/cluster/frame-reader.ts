import { Buffer } from 'node:buffer'
import { int32At } from '@odradek/common/bytes'
import { framePool, pooledFromBytes } from './frame-pool.ts'
import { badLength } from './likely-cause.ts'

/**
 * Cuts answers out of what a broker sends: an int32 length, then so many bytes, again and again.
 *
 * Each answer gets a buffer of its own, which belongs to whoever decodes it: records are slices of it. Small ones are copied out of a
 * landing that all connections share; of a large one only the beginning lands there, and the rest is read into its buffer.
 *
 * A length is a claim. The buffer is at most 16 times what has come of the answer, unless the connection has brought one
 * half as large before; so it grows in steps until the claim has proven true.
 */
export class FrameReader {
  readonly #maxBytes: number
  readonly #onFrame: (frame: Buffer) => boolean
  /** The answer that is being gathered, and how much of it is there. */
  #frame: Buffer | undefined
  #size = 0
  #filled = 0
  /** Bytes of a length that came without its end. */
  #lengthBytes = 0
  #length = 0
  #largest = 0
  #landsInFrame = false

  /** `onFrame` gets each answer, without its length; it returns whether to go on. */
  constructor(maxBytes: number, onFrame: (frame: Buffer) => boolean) {
    this.#maxBytes = maxBytes
    this.#onFrame = onFrame
  }

  landing(): Buffer {
    this.#landsInFrame = false
    if (this.#frame === undefined || this.#size - this.#filled < directFrom) return (sharedLanding ??= Buffer.allocUnsafeSlow(landingBytes))
    if (this.#filled === this.#frame.length) this.#grow(this.#frame)
    this.#landsInFrame = true
    return this.#frame.subarray(this.#filled)
  }

  /** So many bytes stand at the beginning of the last landing. Throws NETWORK_EXCEPTION when what stands there is no length. */
  received(count: number): void {
    if (this.#landsInFrame) {
      this.#filled += count
      if (this.#filled === this.#size) this.#finish()
      return
    }
    if (sharedLanding !== undefined) this.#take(sharedLanding, count)
  }

  #take(bytes: Buffer, end: number): void {
    for (let at = 0; at < end;) {
      if (this.#frame === undefined) {
        at = this.#takeLength(bytes, at, end)
        if (this.#lengthBytes < 4) return
        this.#begin(end - at)
      }
      at += this.#takeBody(bytes, at, end)
      if (this.#filled === this.#size && !this.#finish()) return
    }
  }

  #takeLength(bytes: Buffer, from: number, end: number): number {
    if (end - from >= 4 && this.#lengthBytes === 0) {
      this.#length = int32At(bytes, from)
      this.#lengthBytes = 4
      return from + 4
    }
    let at = from
    for (; at < end && this.#lengthBytes < 4; this.#lengthBytes++) this.#length = (this.#length << 8) | bytes[at++]!
    return at
  }

  #begin(available: number): void {
    const size = this.#length
    // The shortest answer is a correlation id.
    if (size < 4 || size > this.#maxBytes) throw badLength(size, this.#maxBytes)
    this.#lengthBytes = this.#length = 0
    this.#size = size
    this.#filled = 0
    this.#frame = this.#newFrame(this.#trusted(available))
  }

  #takeBody(bytes: Buffer, from: number, end: number): number {
    const count = Math.min(end - from, this.#size - this.#filled)
    let frame = this.#frame
    if (frame === undefined) return 0
    if (this.#filled + count > frame.length) frame = this.#grow(frame, this.#filled + count)
    bytes.copy(frame, this.#filled, from, from + count)
    this.#filled += count
    return count
  }

  #grow(frame: Buffer, atLeast = 0): Buffer {
    const grown = this.#newFrame(Math.max(atLeast, this.#trusted(this.#filled)))
    frame.copy(grown, 0, 0, this.#filled)
    this.#frame = grown
    return grown
  }

  /** For the whole answer, or as much of it as is believed. */
  #newFrame(trusted: number): Buffer {
    const isWhole = trusted >= this.#size
    return isWhole && this.#size >= pooledFromBytes ? framePool.take(this.#size) : Buffer.allocUnsafe(Math.min(this.#size, trusted))
  }

  #trusted(received: number): number {
    return Math.max(leastBuffer, trustFactor * received, 2 * this.#largest)
  }

  #finish(): boolean {
    const frame = this.#frame
    this.#frame = undefined
    if (this.#size > this.#largest) this.#largest = this.#size
    return frame === undefined || this.#onFrame(frame)
  }
}

/** Node reads a socket and calls back before it reads the next one, so all of them can land in the same place. */
let sharedLanding: Buffer | undefined
const landingBytes = 65_536
/** From so many missing bytes on the rest of an answer is read into its buffer, which spares the copy and costs a system call. */
const directFrom = 16_384
const leastBuffer = 4_096
const trustFactor = 16

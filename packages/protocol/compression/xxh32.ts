const prime1 = 0x9e3779b1
const prime2 = 0x85ebca77
const prime3 = 0xc2b2ae3d
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const round = (lane: number, word: number): number => Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1)

/**
 * The 32-bit xxHash with seed 0, as the LZ4 frame uses it for its header and its checksums. Fed piece by piece; the state
 * does not keep the pieces, only up to 15 bytes of them.
 */
export class Xxh32 {
  #lane1 = (prime1 + prime2) | 0
  #lane2 = prime2 | 0
  #lane3 = 0
  #lane4 = -prime1 | 0
  #total = 0
  readonly #rest = new Uint8Array(16)
  #restLength = 0

  update(buffer: Uint8Array, start: number, end: number): this {
    this.#total += end - start
    let position = start
    if (this.#restLength > 0) {
      position = Math.min(end, start + 16 - this.#restLength)
      this.#rest.set(buffer.subarray(start, position), this.#restLength)
      this.#restLength += position - start
      if (this.#restLength < 16) return this
      this.#stripes(this.#rest, 0, 16)
      this.#restLength = 0
    }
    const whole = position + ((end - position) & ~15)
    this.#stripes(buffer, position, whole)
    this.#rest.set(buffer.subarray(whole, end))
    this.#restLength = end - whole
    return this
  }

  /** The hash as an unsigned number. */
  digest(): number {
    let hash =
      this.#total >= 16 ? (rotate(this.#lane1, 1) + rotate(this.#lane2, 7) + rotate(this.#lane3, 12) + rotate(this.#lane4, 18)) | 0 : prime5
    hash = (hash + this.#total) | 0
    let i = 0
    for (; i + 4 <= this.#restLength; i += 4) hash = Math.imul(rotate((hash + Math.imul(word(this.#rest, i), prime3)) | 0, 17), prime4)
    for (; i < this.#restLength; i++) hash = Math.imul(rotate((hash + Math.imul(this.#rest[i] ?? 0, prime5)) | 0, 11), prime1)
    hash = Math.imul(hash ^ (hash >>> 15), prime2)
    hash = Math.imul(hash ^ (hash >>> 13), prime3)
    return (hash ^ (hash >>> 16)) >>> 0
  }

  #stripes(buffer: Uint8Array, start: number, end: number): void {
    let lane1 = this.#lane1
    let lane2 = this.#lane2
    let lane3 = this.#lane3
    let lane4 = this.#lane4
    for (let i = start; i < end; i += 16) {
      lane1 = round(lane1, word(buffer, i))
      lane2 = round(lane2, word(buffer, i + 4))
      lane3 = round(lane3, word(buffer, i + 8))
      lane4 = round(lane4, word(buffer, i + 12))
    }
    this.#lane1 = lane1
    this.#lane2 = lane2
    this.#lane3 = lane3
    this.#lane4 = lane4
  }
}

/** Four bytes, little-endian. */
const word = (buffer: Uint8Array, i: number): number =>
  (buffer[i] ?? 0) | ((buffer[i + 1] ?? 0) << 8) | ((buffer[i + 2] ?? 0) << 16) | ((buffer[i + 3] ?? 0) << 24)

/** The hash of `buffer[start, end)`. */
export const xxh32 = (buffer: Uint8Array, start = 0, end = buffer.length): number => new Xxh32().update(buffer, start, end).digest()

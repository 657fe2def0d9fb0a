import type { Buffer } from 'node:buffer'
import { exactInt64At, int32At, int64At } from './int64.ts'
import { MalformedBytes } from './malformed-bytes.ts'
import { ZERO_UUID } from './uuid.ts'
import type { Uuid } from './uuid.ts'

/**
 * Reads `buffer[position, end)` from the front, big endian. Every read moves `position` on, and throws
 * `MalformedBytes` when the bytes do not suffice or make no sense.
 */
export class ByteReader {
  readonly buffer: Buffer
  position: number
  readonly end: number

  constructor(buffer: Buffer, start = 0, end: number = buffer.length) {
    this.buffer = buffer
    this.position = start
    this.end = end
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.end - this.position
  }

  int8(): number {
    return (this.buffer[this.#take(1)]! << 24) >> 24
  }

  uint8(): number {
    return this.buffer[this.#take(1)]!
  }

  int16(): number {
    return (this.uint16() << 16) >> 16
  }

  uint16(): number {
    const at = this.#take(2)
    return (this.buffer[at]! << 8) | this.buffer[at + 1]!
  }

  int32(): number {
    return int32At(this.buffer, this.#take(4))
  }

  uint32(): number {
    return int32At(this.buffer, this.#take(4)) >>> 0
  }

  /** A 64-bit integer of which only values up to ±2^53 make sense: an offset, a timestamp, an id. */
  int64(): number {
    const value = int64At(this.buffer, this.#take(8))
    if (!Number.isSafeInteger(value)) throw new MalformedBytes('A 64-bit integer is out of range', this.position - 8)
    return value
  }

  /** A 64-bit integer that may be any; beyond ±2^53 the nearest double. For sentinels like 2^63 − 1, which `ByteWriter` writes back exactly. */
  int64Nearest(): number {
    return int64At(this.buffer, this.#take(8))
  }

  /** A 64-bit integer that must keep every bit: a bigint where a number would not be exact. */
  int64Exact(): number | bigint {
    return exactInt64At(this.buffer, this.#take(8))
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.#take(8))
  }

  /** An unsigned 32-bit integer in one to five bytes. */
  uvarint(): number {
    const first = this.uint8()
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift <= 28; shift += 7) {
      const byte = this.uint8()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new MalformedBytes('A varint has more than 5 bytes', this.position - 5)
  }

  /** A signed 32-bit integer, zigzag, in one to five bytes. */
  varint(): number {
    const raw = this.uvarint()
    return (raw >>> 1) ^ -(raw & 1)
  }

  /** A signed 64-bit integer, zigzag, in one to ten bytes; only values up to ±2^53 are taken. */
  varlong(): number {
    // The lowest 28 bits and the rest apart: together they would not fit into a number.
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.uint8()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1)
    }
    let rest = 0
    for (let weight = 1; weight <= 2 ** 35; weight *= 128) {
      const byte = this.uint8()
      rest += (byte & 0x7f) * weight
      if (byte >= 0x80) continue
      const magnitude = rest * 2 ** 27 + (low >>> 1)
      const value = low & 1 ? -magnitude - 1 : magnitude
      if (!Number.isSafeInteger(value)) throw new MalformedBytes('A varlong is out of range', this.position)
      return value
    }
    throw new MalformedBytes('A varlong has more than 10 bytes', this.position - 10)
  }

  uuid(): Uuid {
    const at = this.#take(16)
    const { buffer } = this
    // Most ids that are asked for and not there are zero, and comparing is cheaper than a new string.
    if ((int32At(buffer, at) | int32At(buffer, at + 4) | int32At(buffer, at + 8) | int32At(buffer, at + 12)) === 0) return ZERO_UUID
    return buffer.base64urlSlice(at, at + 16)
  }

  /** `count` bytes as a view, which keeps the whole buffer alive: copy what outlives it. */
  bytes(count: number): Buffer {
    const at = this.#take(count)
    return this.buffer.subarray(at, at + count)
  }

  /** `count` bytes as text; what is not UTF-8 becomes U+FFFD, as in Java. */
  utf8(count: number): string {
    const at = this.#take(count)
    return count === 0 ? '' : this.buffer.utf8Slice(at, at + count)
  }

  skip(count: number): void {
    this.#take(count)
  }

  /** Moves on by `count` and returns the position before. */
  #take(count: number): number {
    const at = this.position
    if (count > this.end - at || count < 0) throw this.#tooShort(count)
    this.position = at + count
    return at
  }

  #tooShort(count: number): MalformedBytes {
    if (count < 0) return new MalformedBytes(`A length of ${count} is negative`, this.position)
    return new MalformedBytes(`${count} bytes were announced and ${this.remaining} are left`, this.position)
  }
}

import { Buffer } from 'node:buffer'
import { putInt32, putInt64, putVarint, varintSize } from '@odradek/common/bytes'
import type { Bytes } from '../bytes.ts'
import { ClientError } from '../errors/index.ts'
import type { ByteSink } from '../serdes/serde.ts'

/** Up to so many bytes a loop is faster than a call into native code. */
const worthACall = 32
const utf8BytesPerUnit = 3
/** Lengths below take one byte, or two, as varints. */
const oneByteLimit = 64
const twoByteLimit = 8192
/** What a sink keeps for records that spill. */
const largestKept = 64 * 1024

/**
 * Where one record is written: straight into the open batch.
 *
 * What does not fit there goes on in a buffer of its own (the record spills), so that whoever writes need not know in advance how long it will be.
 * The batch is as it was until the caller moves its end; a serializer that throws leaves nothing behind.
 */
export class RecordSink implements ByteSink {
  buffer: Buffer = nothing
  /** Where the next byte goes. */
  position = 0
  /** Where the record begins. */
  start = 0
  /** When it was made. A field, since a number of this size that is handed on becomes an object each time. */
  timestamp = -1
  readonly #maxBytes: number
  readonly #tooLarge: (bytes: number) => Error

  /** A record that grows beyond `maxBytes` fails with what `tooLarge` makes, so that no serializer takes all memory. */
  constructor(maxBytes: number, tooLarge: (bytes: number) => Error) {
    this.#maxBytes = maxBytes
    this.#tooLarge = tooLarge
  }

  /** Bytes of the record so far. */
  get size(): number {
    return this.position - this.start
  }

  begin(buffer: Buffer, position: number): void {
    this.buffer = buffer
    this.start = position
    this.position = position
  }

  /** Begins a record that belongs to no batch yet. */
  beginApart(): void {
    this.begin(this.#apart, 0)
  }

  /** Lets go of the buffer; a larger one of its own it keeps for the next time. */
  end(): void {
    this.buffer = nothing
  }

  #apart = Buffer.allocUnsafeSlow(1024)

  /** Makes room for `count` bytes. Positions counted from `start` stay right, others do not. */
  reserve(count: number): void {
    if (this.position + count > this.buffer.length) this.#spill(count)
  }

  utf8(text: string): void {
    const length = text.length
    const most = length * utf8BytesPerUnit
    if (this.position + most > this.buffer.length) return this.#exactUtf8(text)
    const buffer = this.buffer
    const at = this.position
    if (length <= worthACall) {
      let i = 0
      for (; i < length; i++) {
        const unit = text.charCodeAt(i)
        if (unit >= 0x80) break
        buffer[at + i] = unit
      }
      if (i === length) {
        this.position = at + length
        return
      }
    }
    this.position = at + buffer.utf8Write(text, at, most)
  }

  bytes(bytes: Bytes): void {
    const length = bytes.length
    if (length === 0) return checkPresent(bytes)
    this.reserve(length)
    const buffer = this.buffer
    const at = this.position
    if (length <= worthACall) for (let i = 0; i < length; i++) buffer[at + i] = bytes[i]!
    else buffer.set(bytes, at)
    this.position = at + length
  }

  /** Bytes `[start, end)` of a buffer, without a view of it. */
  range(source: Buffer, start: number, end: number): void {
    const length = end - start
    this.reserve(length)
    const buffer = this.buffer
    const at = this.position
    if (length <= worthACall) for (let i = 0; i < length; i++) buffer[at + i] = source[start + i]!
    else source.copy(buffer, at, start, end)
    this.position = at + length
  }

  int8(value: number): void {
    this.reserve(1)
    this.buffer[this.position++] = value
  }

  int16(value: number): void {
    this.reserve(2)
    this.buffer[this.position] = value >>> 8
    this.buffer[this.position + 1] = value
    this.position += 2
  }

  int32(value: number): void {
    this.reserve(4)
    putInt32(this.buffer, this.position, value)
    this.position += 4
  }

  int64(value: number | bigint): void {
    this.reserve(8)
    if (typeof value === 'number') putInt64(this.buffer, this.position, value)
    else this.buffer.writeBigInt64BE(value, this.position)
    this.position += 8
  }

  float32(value: number): void {
    this.reserve(4)
    this.position = this.buffer.writeFloatBE(value, this.position)
  }

  float64(value: number): void {
    this.reserve(8)
    this.position = this.buffer.writeDoubleBE(value, this.position)
  }

  varint(value: number): void {
    this.reserve(10)
    this.position = putVarint(this.buffer, this.position, value)
  }

  /** Leaves room for a varint of `width` bytes, and gives where it begins, counted from the start of the record. */
  gap(width: number): number {
    this.reserve(width)
    const at = this.size
    this.position += width
    return at
  }

  /** A length of 0 or more, as `varint` would write it: nearly all take one byte or two. */
  length(value: number): void {
    const at = this.position
    const buffer = this.buffer
    if (value >= twoByteLimit || at + 2 > buffer.length) return this.varint(value)
    if (value < oneByteLimit) {
      buffer[at] = value << 1
      this.position = at + 1
    } else {
      buffer[at] = ((value << 1) & 0x7f) | 0x80
      buffer[at + 1] = value >>> 6
      this.position = at + 2
    }
  }

  /** Fills the gap `at` with how many bytes came behind it. Where they take another width, they move. Gives the width. */
  fillGap(at: number, width: number): number {
    const length = this.position - this.start - at - width
    const needed = length < oneByteLimit ? 1 : length < twoByteLimit ? 2 : varintSize(length)
    if (needed !== width) {
      if (needed > width) this.reserve(needed - width)
      const from = this.start + at
      this.buffer.copyWithin(from + needed, from + width, this.position)
      this.position += needed - width
    }
    const begin = this.start + at
    if (needed === 1) this.buffer[begin] = length << 1
    else if (needed === 2) {
      this.buffer[begin] = ((length << 1) & 0x7f) | 0x80
      this.buffer[begin + 1] = length >>> 6
    } else putVarint(this.buffer, begin, length)
    return needed
  }

  #exactUtf8(text: string): void {
    const length = Buffer.byteLength(text)
    this.reserve(length)
    this.position += this.buffer.utf8Write(text, this.position, length)
  }

  #spill(count: number): void {
    const written = this.size
    if (written + count > this.#maxBytes) throw this.#tooLarge(written + count)
    const needed = 2 * (written + count)
    const larger = needed <= this.#apart.length && this.buffer !== this.#apart ? this.#apart : Buffer.allocUnsafe(Math.max(1024, needed))
    this.buffer.copy(larger, 0, this.start, this.position)
    // Every batch ends with a record that does not fit: fresh memory for each would cost page faults and garbage.
    if (larger.length <= largestKept) this.#apart = larger
    this.begin(larger, 0)
    this.position = written
  }
}

const nothing = Buffer.alloc(0)

/** Bytes whose memory went to another thread look empty, and would be sent so. */
function checkPresent({ buffer }: Bytes): void {
  if (!('detached' in buffer) || !buffer.detached) return
  throw new ClientError('ODRADEK_SERIALIZATION', 'A Uint8Array was given whose memory has been transferred away (its buffer is detached)', {
    hint: 'Copy the bytes, or send the record, before postMessage or structuredClone takes them.',
  })
}

import { Buffer } from 'node:buffer'
import { maxUtf8BytesPerUnit } from './buffer-methods.ts'
import { putInt32, putInt64 } from './int64.ts'
import type { Uuid } from './uuid.ts'
import { putUvarint, putVarint } from './varint.ts'

/**
 * Writes into one buffer that grows, big endian.
 *
 * Large pieces that exist already (record batches) are attached instead of copied. The output is then a list:
 *
 * ```ts
 * writer.int32(batches.length) // goes into `buffer`
 * writer.attach(batches)       // stays where it is
 * writer.int16(0)              // goes into `buffer` again
 * socket.cork(); for (const chunk of writer.chunks()) socket.write(chunk) // three chunks
 * ```
 */
export class ByteWriter {
  buffer: Buffer
  /** Bytes in `buffer`. What is attached does not count; `size` has both. */
  position = 0
  #attached: Attachment[] | undefined
  #attachedBytes = 0

  /** Starts with a buffer of `capacity` bytes, or with one of the caller's that it may write to. */
  constructor(space: number | Buffer = 256) {
    this.buffer = typeof space === 'number' ? Buffer.allocUnsafe(space) : space
  }

  /** Bytes of the whole output. */
  get size(): number {
    return this.position + this.#attachedBytes
  }

  int8(value: number): void {
    const at = this.#make(1)
    this.buffer[at] = value
  }

  uint8(value: number): void {
    this.int8(value)
  }

  int16(value: number): void {
    const at = this.#make(2)
    this.buffer[at] = value >>> 8
    this.buffer[at + 1] = value
  }

  uint16(value: number): void {
    this.int16(value)
  }

  int32(value: number): void {
    const at = this.#make(4)
    putInt32(this.buffer, at, value)
  }

  uint32(value: number): void {
    this.int32(value)
  }

  /** A whole number. A double of 2^63 or more is written as 2^63 − 1. */
  int64(value: number): void {
    const at = this.#make(8)
    putInt64(this.buffer, at, value)
  }

  int64Exact(value: number | bigint): void {
    if (typeof value === 'number') return this.int64(value)
    const at = this.#make(8)
    this.buffer.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    const at = this.#make(8)
    this.buffer.writeDoubleBE(value, at)
  }

  uvarint(value: number): void {
    this.reserve(10)
    this.position = putUvarint(this.buffer, this.position, value)
  }

  varint(value: number): void {
    this.reserve(10)
    this.position = putVarint(this.buffer, this.position, value)
  }

  /** The same encoding as `varint`; exact below 2^52. */
  varlong(value: number): void {
    this.varint(value)
  }

  uuid(value: Uuid): void {
    const at = this.#make(16)
    this.buffer.base64urlWrite(value, at, 16)
  }

  /** Copies; `attach` does not. */
  bytes(value: Uint8Array): void {
    const at = this.#make(value.length)
    this.buffer.set(value, at)
  }

  /** Writes text without its length and returns how many bytes it took. */
  utf8(text: string): number {
    const most = text.length * maxUtf8BytesPerUnit
    this.reserve(most)
    const count = this.buffer.utf8Write(text, this.position, most)
    this.position += count
    return count
  }

  /** Text behind its length as a 16-bit integer. */
  utf8WithInt16Length(text: string): void {
    const at = this.#make(2)
    const count = this.utf8(text)
    if (count > 0x7fff) throw new RangeError(`A text of ${count} bytes is longer than 32767`)
    this.buffer[at] = count >>> 8
    this.buffer[at + 1] = count
  }

  /** Text behind its length plus one as an unsigned varint: Kafka's compact string. */
  utf8WithUvarintLength(text: string): void {
    // Nearly all are so short that the length takes one byte, which can be filled in afterwards.
    if (text.length * maxUtf8BytesPerUnit < 127) {
      const at = this.#make(1)
      const count = this.utf8(text)
      this.buffer[at] = count + 1 // into the buffer of now: writing the text may have replaced it
      return
    }
    this.uvarint(Buffer.byteLength(text) + 1)
    this.utf8(text)
  }

  /** Leaves a gap of `count` bytes to be filled in later, and returns where it begins. */
  gap(count: number): number {
    return this.#make(count)
  }

  int32At(position: number, value: number): void {
    putInt32(this.buffer, position, value)
  }

  /** Makes sure that `count` more bytes fit, so that the writes that follow need not grow the buffer. */
  reserve(count: number): void {
    if (this.position + count > this.buffer.length) this.#grow(count)
  }

  /** Puts bytes into the output where they lie. They must not change until the output has been sent. */
  attach(chunks: Buffer | readonly Buffer[]): void {
    const list = chunks instanceof Uint8Array ? [chunks] : chunks
    let bytes = 0
    for (const chunk of list) bytes += chunk.length
    if (bytes === 0) return
    const attachment = { at: this.position, chunks: list }
    // Not `push` for the only one there mostly is: it would make room for 17.
    if (this.#attached === undefined) this.#attached = [attachment]
    else this.#attached.push(attachment)
    this.#attachedBytes += bytes
  }

  /** The output in pieces, in order, for one `writev`; behind those of `result`, if that is given. */
  chunks(result: Buffer[] = []): Buffer[] {
    let from = 0
    for (const { at, chunks } of this.#attached ?? none) {
      if (at > from) result.push(this.buffer.subarray(from, at))
      for (const chunk of chunks) if (chunk.length > 0) result.push(chunk)
      from = at
    }
    if (this.position > from) result.push(this.buffer.subarray(from, this.position))
    return result
  }

  /** The output as one buffer: a view of ours when nothing was attached, else a copy. */
  finish(): Buffer {
    return this.#attached === undefined ? this.buffer.subarray(0, this.position) : Buffer.concat(this.chunks(), this.size)
  }

  /** Begins a new output in the same buffer; what was handed out before is written over. */
  reset(): void {
    this.position = 0
    this.#attached = undefined
    this.#attachedBytes = 0
  }

  #make(count: number): number {
    this.reserve(count)
    const at = this.position
    this.position = at + count
    return at
  }

  #grow(count: number): void {
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + count))
    grown.set(this.buffer.subarray(0, this.position))
    this.buffer = grown
  }
}

const none: readonly Attachment[] = []

interface Attachment {
  /** Position in the writer's buffer before which they stand. */
  readonly at: number
  readonly chunks: readonly Buffer[]
}

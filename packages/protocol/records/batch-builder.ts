import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { putInt64, putVarint, varintSize } from '@odradek/common/bytes'
import type { Codec } from '../compression/codec.ts'
import { codecIdOf } from '../compression/codec.ts'
import { compress, compressSync } from '../compression/compress.ts'
import * as batch from './batch.ts'
import type { RecordCursor } from './record-cursor.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record to be written. Null and missing are the same: no key, or a tombstone. */
export interface RecordInput {
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: readonly RecordHeader[]
  /** Milliseconds since 1970; −1, the default, for none. */
  readonly timestamp?: number
}

export interface BatchOptions {
  /** 0 by default, as a client sends it. */
  readonly baseOffset?: number
  /** −1 by default. */
  readonly leaderEpoch?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
  readonly control?: boolean
  /** Time at which tombstones and markers of the batch may go; what the cleaner writes. */
  readonly deleteHorizonMs?: number
  /** Gives all records this timestamp instead of their own. */
  readonly logAppendTimeMs?: number
  readonly codec?: Codec
  readonly compressionLevel?: number
}

const firstCapacity = 1024
/** Timestamps farther apart than this do not fit a varlong made of doubles. */
const maxTimestampDelta = 2 ** 52 - 1

/**
 * Writes records into one batch.
 *
 * Records go straight into the buffer that becomes the batch; only a codec other than `none` costs a second one.
 * After `build` or `buildAsync` the builder is done.
 *
 * ```ts
 * const builder = new BatchBuilder({ codec: 'lz4' })
 * builder.append({ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: clock.now() })
 * const bytes = builder.build()
 * ```
 */
export class BatchBuilder {
  readonly #options: BatchOptions
  #buffer: Buffer = Buffer.allocUnsafe(firstCapacity)
  #position = batch.BATCH_HEADER_SIZE
  #count = 0
  #lastOffsetDelta = -1
  #baseTimestamp = batch.NO_TIMESTAMP
  #maxTimestamp = batch.NO_TIMESTAMP

  constructor(options: BatchOptions = {}) {
    this.#options = options
    if (options.deleteHorizonMs !== undefined) this.#baseTimestamp = options.deleteHorizonMs
  }

  get recordCount(): number {
    return this.#count
  }

  /** Bytes of the batch so far, not compressed. */
  get sizeInBytes(): number {
    return this.#position
  }

  /** Adds a record at the next offset. */
  append(record: RecordInput): void {
    const key = record.key ?? null
    const value = record.value ?? null
    const headers = record.headers ?? []
    let payloadSize = sizeOfBytes(key) + sizeOfBytes(value) + varintSize(headers.length)
    for (const header of headers) payloadSize += sizeOfString(header.key) + sizeOfBytes(header.value)

    this.#begin(this.#lastOffsetDelta + 1, record.timestamp ?? batch.NO_TIMESTAMP, payloadSize)
    this.#bytes(key)
    this.#bytes(value)
    this.#position = putVarint(this.#buffer, this.#position, headers.length)
    for (const header of headers) {
      this.#string(header.key)
      this.#bytes(header.value)
    }
  }

  /**
   * Adds the record on which a cursor stands, with its own offset (at or above the batch's base offset, and rising) and
   * its own timestamp. Key, value and headers are copied as one range of bytes.
   */
  appendFrom(record: RecordCursor): void {
    const offsetDelta = record.offset - (this.#options.baseOffset ?? 0)
    this.#begin(offsetDelta, record.timestamp, record.end - record.payloadStart)
    this.#position += record.buffer.copy(this.#buffer, this.#position, record.payloadStart, record.end)
  }

  /** Lets the batch end at a later offset than its last record: compaction keeps the place of removed ones. */
  endAt(lastOffset: number): void {
    const delta = lastOffset - (this.#options.baseOffset ?? 0)
    assert(delta >= this.#lastOffsetDelta, 'a batch cannot end before its last record')
    this.#lastOffsetDelta = delta
  }

  /** The finished batch. Compresses on this thread: for small batches, tools and tests. */
  build(): Buffer {
    const { codec = 'none', compressionLevel } = this.#options
    return codec === 'none' ? this.#finish() : this.#finish(compressSync(codec, this.#records(), compressionLevel))
  }

  /** The finished batch. gzip and zstd compress on another thread. */
  async buildAsync(): Promise<Buffer> {
    const { codec = 'none', compressionLevel } = this.#options
    return codec === 'none' ? this.#finish() : this.#finish(await compress(codec, this.#records(), compressionLevel))
  }

  #begin(offsetDelta: number, timestamp: number, payloadSize: number): void {
    assert(offsetDelta > this.#lastOffsetDelta, 'offsets must rise within a batch')
    if (this.#count === 0 && this.#options.deleteHorizonMs === undefined) this.#baseTimestamp = timestamp
    const timestampDelta = timestamp - this.#baseTimestamp
    assert(Math.abs(timestampDelta) <= maxTimestampDelta, 'timestamps of one batch lie too far apart')
    const bodySize = 1 + varintSize(timestampDelta) + varintSize(offsetDelta) + payloadSize
    this.#reserve(varintSize(bodySize) + bodySize)

    const buffer = this.#buffer
    let position = putVarint(buffer, this.#position, bodySize)
    buffer[position++] = 0
    position = putVarint(buffer, position, timestampDelta)
    this.#position = putVarint(buffer, position, offsetDelta)
    this.#count++
    this.#lastOffsetDelta = offsetDelta
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  #bytes(bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.#position = putVarint(this.#buffer, this.#position, -1)
      return
    }
    this.#position = putVarint(this.#buffer, this.#position, bytes.length)
    this.#buffer.set(bytes, this.#position)
    this.#position += bytes.length
  }

  #string(text: string): void {
    this.#position = putVarint(this.#buffer, this.#position, Buffer.byteLength(text))
    this.#position += this.#buffer.write(text, this.#position)
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#position)
    this.#buffer = larger
  }

  #records(): Buffer {
    return this.#buffer.subarray(batch.BATCH_HEADER_SIZE, this.#position)
  }

  #finish(compressed?: Buffer): Buffer {
    const { producerId = batch.NO_PRODUCER_ID, producerEpoch = batch.NO_PRODUCER_EPOCH, baseSequence = batch.NO_SEQUENCE } = this.#options
    const whole = compressed === undefined ? this.#buffer.subarray(0, this.#position) : withRoomForHeader(compressed)
    const field = batch.batchField
    whole.writeInt32BE(whole.length - batch.BATCH_LENGTH_END, field.batchLength)
    batch.assignOffset(whole, 0, this.#options.baseOffset ?? 0, this.#options.leaderEpoch ?? batch.NO_LEADER_EPOCH)
    whole.writeInt8(batch.MAGIC, field.magic)
    whole.writeInt16BE(this.#attributes(), field.attributes)
    whole.writeInt32BE(this.#lastOffsetDelta, field.lastOffsetDelta)
    putInt64(whole, field.baseTimestamp, this.#baseTimestamp)
    putInt64(whole, field.maxTimestamp, this.#options.logAppendTimeMs ?? this.#maxTimestamp)
    putInt64(whole, field.producerId, producerId)
    whole.writeInt16BE(producerEpoch, field.producerEpoch)
    whole.writeInt32BE(baseSequence, field.baseSequence)
    whole.writeInt32BE(this.#count, field.recordCount)
    batch.writeCrc(whole, 0)
    return whole
  }

  #attributes(): number {
    const { codec = 'none', transactional, control, deleteHorizonMs, logAppendTimeMs } = this.#options
    const bit = batch.batchAttribute
    return (
      codecIdOf(codec) |
      (logAppendTimeMs === undefined ? 0 : bit.logAppendTime) |
      (transactional ? bit.transactional : 0) |
      (control ? bit.control : 0) |
      (deleteHorizonMs === undefined ? 0 : bit.deleteHorizon)
    )
  }
}

/** One batch of these records, compressed on this thread. */
export function buildBatch(records: Iterable<RecordInput>, options: BatchOptions = {}): Buffer {
  const builder = new BatchBuilder(options)
  for (const record of records) builder.append(record)
  return builder.build()
}

/** The header of `buffer`'s batch at `position` around its records in another codec; offsets, times and producer stay as they are. */
export async function reencodeBatch(buffer: Buffer, position: number, records: Buffer, codec: Codec, level?: number): Promise<Buffer> {
  const whole = withRoomForHeader(codec === 'none' ? records : await compress(codec, records, level))
  buffer.copy(whole, 0, position, position + batch.BATCH_HEADER_SIZE)
  whole.writeInt32BE(whole.length - batch.BATCH_LENGTH_END, batch.batchField.batchLength)
  const attributes = (batch.attributesOf(buffer, position) & ~batch.batchAttribute.codec) | codecIdOf(codec)
  whole.writeInt16BE(attributes, batch.batchField.attributes)
  batch.writeCrc(whole, 0)
  return whole
}

function withRoomForHeader(records: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(batch.BATCH_HEADER_SIZE + records.length)
  whole.set(records, batch.BATCH_HEADER_SIZE)
  return whole
}

const sizeOfBytes = (bytes: Uint8Array | null): number => (bytes === null ? varintSize(-1) : varintSize(bytes.length) + bytes.length)

const sizeOfString = (text: string): number => {
  const length = Buffer.byteLength(text)
  return varintSize(length) + length
}

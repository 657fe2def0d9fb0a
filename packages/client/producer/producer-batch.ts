import { Buffer } from 'node:buffer'
import { crc32c, putInt32, putInt64, putVarint, varintSize } from '@odradek/common/bytes'
import { codecIdOf } from '@odradek/protocol/compression'
import type { Codec } from '@odradek/protocol/compression'
import { batchAttribute, batchField, BATCH_HEADER_SIZE, BATCH_LENGTH_END, MAGIC, sequenceAfter } from '@odradek/protocol/records'
import type { Receipts } from './receipts.ts'
import type { RecordSink } from './record-sink.ts'

/** What an idempotent or transactional producer writes into the header of a batch. */
export interface BatchIdentity {
  readonly producerId: number
  readonly producerEpoch: number
  readonly isTransactional: boolean
}

/**
 * A record batch on its way: first open, then closed, compressed if need be, sent, perhaps sent again, settled.
 *
 * Records are written where they will be sent from; the 61 bytes before them are filled in when the batch leaves, since only then sequence and
 * epoch are known.
 */
export class ProducerBatch {
  readonly receipts: Receipts
  /** Index in `receipts` of the first record: not 0 in a piece of a batch that was split. */
  readonly firstReceipt: number
  /** On the monotonic clock; the delivery timeout counts from here. */
  readonly createdAtMs: number
  buffer: Buffer
  /** End of the records in `buffer`. */
  position = BATCH_HEADER_SIZE
  count = 0
  isOpen = true
  /** Compression runs in another thread: not to be sent yet. */
  isCompressing = false
  /** On its way to a broker, which may read the buffer at any time. */
  isOnWire = false
  /** Expired on the wire: it was settled, and keeps its buffer and its place until the answer. */
  isExpired = false
  /** A piece of a batch that was too large for the broker. */
  isPiece = false
  attempts = 0
  /** On the monotonic clock: of the last attempt, and before which there is no next one. */
  lastAttemptMs = 0
  retryAtMs = 0
  /** Leader and epoch of the last attempt: a new leader is tried without back-off. */
  triedLeader = -1
  triedLeaderEpoch = -1
  lastError: Error | undefined
  /** −1 until it is first drained, and without idempotence. */
  sequence = -1
  producerId = -1
  producerEpoch = -1
  /** End of the records at which the batch counts as full. */
  writeLimit = Infinity
  /** Bytes of the largest record. */
  largestRecord = 0
  /** Compressed size of the records ÷ their size before. */
  compressionRatio = 1
  /** Bytes that count against `buffer.memory`. */
  reservedBytes: number
  readonly #codec: Codec
  #compressed: Buffer | undefined
  #header: Buffer | undefined
  #isFinished = false
  #isTransactional = false
  #baseTimestamp = -1
  #maxTimestamp = -1
  /** Bytes that the length of the last record took. */
  #lengthWidth = 2
  #payloadAt = 0

  constructor(receipts: Receipts, firstReceipt: number, buffer: Buffer, codec: Codec, createdAtMs: number) {
    this.receipts = receipts
    this.firstReceipt = firstReceipt
    this.buffer = buffer
    this.reservedBytes = buffer.length
    this.#codec = codec
    this.createdAtMs = createdAtMs
  }

  get baseTimestamp(): number {
    return this.#baseTimestamp
  }

  /** Bytes that go over the wire; before compression, those not compressed. */
  get sizeInBytes(): number {
    return this.#compressed === undefined ? this.position : BATCH_HEADER_SIZE + this.#compressed.length
  }

  get recordBytes(): number {
    return this.position - BATCH_HEADER_SIZE
  }

  get isRetry(): boolean {
    return this.attempts > 0
  }

  /** Writes what stands before the payload of the next record. Key, value and headers follow; then `endRecord`. */
  beginRecord(sink: RecordSink, timestamp: number): void {
    sink.begin(this.buffer, this.position)
    sink.gap(this.#lengthWidth)
    sink.int8(0)
    const delta = this.count === 0 ? 0 : timestamp - this.#baseTimestamp
    if (delta === 0) sink.int8(0)
    else sink.varint(delta)
    sink.length(this.count)
    this.#payloadAt = sink.size
  }

  /** The record is complete. False: it does not fit, `payloadStart` says where key, value and headers begin in the sink. */
  endRecord(sink: RecordSink, timestamp: number): boolean {
    const width = sink.fillGap(0, this.#lengthWidth)
    this.#payloadAt += width - this.#lengthWidth
    this.#lengthWidth = width
    if (sink.buffer !== this.buffer) return false
    this.#added(sink.position, timestamp)
    return true
  }

  payloadStart(sink: RecordSink): number {
    return sink.start + this.#payloadAt
  }

  /** Adds a record whose key, value and headers are written already. False: it does not fit. */
  appendPayload(source: Buffer, start: number, end: number, timestamp: number): boolean {
    const delta = this.count === 0 ? 0 : timestamp - this.#baseTimestamp
    const bodySize = 1 + varintSize(delta) + varintSize(this.count) + end - start
    const size = varintSize(bodySize) + bodySize
    if (this.position + size > this.buffer.length) return false
    let at = putVarint(this.buffer, this.position, bodySize)
    this.buffer[at++] = 0
    at = putVarint(this.buffer, at, delta)
    at = putVarint(this.buffer, at, this.count)
    at += source.copy(this.buffer, at, start, end)
    this.#added(at, timestamp)
    return true
  }

  /** Goes on in a larger buffer; gives the old one. */
  grow(larger: Buffer): Buffer {
    const before = this.buffer
    before.copy(larger, BATCH_HEADER_SIZE, BATCH_HEADER_SIZE, this.position)
    this.buffer = larger
    this.reservedBytes = larger.length
    return before
  }

  get codec(): Codec {
    return this.#codec
  }

  /** The records as they lie, for compression and splitting. */
  records(): Buffer {
    return this.buffer.subarray(BATCH_HEADER_SIZE, this.position)
  }

  get compressed(): Buffer | undefined {
    return this.#compressed
  }

  /** From here on the compressed records are what is sent, and the buffer is the caller's. */
  replaceRecords(compressed: Buffer): Buffer {
    const before = this.buffer
    this.#compressed = compressed
    this.buffer = nothing
    this.reservedBytes = BATCH_HEADER_SIZE + compressed.length
    return before
  }

  /** Gives the batch its place among those of the producer. */
  identify(identity: BatchIdentity, sequence: number): void {
    this.producerId = identity.producerId
    this.producerEpoch = identity.producerEpoch
    this.sequence = sequence
    this.#isTransactional = identity.isTransactional
    this.#isFinished = false
  }

  /** Sequence of the last record: 2^31 − 1 is followed by 0. */
  get lastSequence(): number {
    return sequenceAfter(this.sequence, this.count - 1)
  }

  /** The batch as it is sent. Bytes, boundaries and sequence are the same for each attempt, unless it was identified anew. */
  wireBytes(): Buffer | readonly Buffer[] {
    const compressed = this.#compressed
    if (compressed === undefined) {
      if (!this.#isFinished) this.#finish(this.buffer, this.position, undefined)
      return this.buffer.subarray(0, this.position)
    }
    // A new header for each identity: the last one may still be on its way.
    if (this.#header === undefined || !this.#isFinished) {
      this.#header = Buffer.allocUnsafe(BATCH_HEADER_SIZE)
      this.#finish(this.#header, BATCH_HEADER_SIZE + compressed.length, compressed)
    }
    return [this.#header, compressed]
  }

  #added(position: number, timestamp: number): void {
    if (this.count === 0) this.#baseTimestamp = this.#maxTimestamp = timestamp
    else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const bytes = position - this.position
    if (bytes > this.largestRecord) this.largestRecord = bytes
    this.position = position
    this.count++
  }

  #finish(header: Buffer, size: number, compressed: Buffer | undefined): void {
    header.fill(0, batchField.baseOffset, batchField.batchLength)
    putInt32(header, batchField.batchLength, size - BATCH_LENGTH_END)
    putInt32(header, batchField.partitionLeaderEpoch, -1)
    header[batchField.magic] = MAGIC
    const codec = compressed === undefined ? 0 : codecIdOf(this.#codec)
    header[batchField.attributes] = 0
    header[batchField.attributes + 1] = codec | (this.#isTransactional ? batchAttribute.transactional : 0)
    putInt32(header, batchField.lastOffsetDelta, this.count - 1)
    putInt64(header, batchField.baseTimestamp, this.#baseTimestamp)
    putInt64(header, batchField.maxTimestamp, this.#maxTimestamp)
    putInt64(header, batchField.producerId, this.producerId)
    header[batchField.producerEpoch] = this.producerEpoch >> 8
    header[batchField.producerEpoch + 1] = this.producerEpoch
    putInt32(header, batchField.baseSequence, this.sequence)
    putInt32(header, batchField.recordCount, this.count)
    const crc =
      compressed === undefined
        ? crc32c(header, batchField.attributes, size)
        : crc32c(compressed, 0, compressed.length, crc32c(header, batchField.attributes, BATCH_HEADER_SIZE))
    putInt32(header, batchField.crc, crc)
    this.#isFinished = true
  }
}

const nothing = Buffer.alloc(0)

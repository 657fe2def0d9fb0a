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

/** A record that is written apart: key, value and headers as they stand in a batch are the bytes `[start, end)` of `buffer`. */
export interface Written {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
  readonly timestamp: number
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
  /** Where the next record goes, and from where on. */
  buffer: Buffer
  position = BATCH_HEADER_SIZE
  /** The memory that the records lie in; `buffer` is the last of it. */
  readonly buffers: Buffer[]
  count = 0
  /** It takes records. */
  isOpen = true
  /** It has `batch.size` bytes, and is ready to leave. Until it does it may grow. */
  isFull = false
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
  /** Size before compression at which the batch counts as full, and beyond which it does not grow. */
  fullBytes = Infinity
  mostBytes = Infinity
  /** Bytes of the largest record. */
  largestRecord = 0
  /** Milliseconds from the first record to the last one. */
  lastDelta = 0
  /** Compressed size of the records ÷ their size before. */
  compressionRatio = 1
  /** Bytes that count against `buffer.memory`. */
  reservedBytes: number
  readonly #codec: Codec
  /** Of the records in each of `buffers` but the last, and their sum. */
  #ends: number[] | undefined
  #earlierBytes = 0
  #compressed: Buffer | undefined
  #header: Buffer | undefined
  #isFinished = false
  #isTransactional = false
  #baseTimestamp = -1
  #maxDelta = 0
  /** Bytes that the length of the last record took. */
  #lengthWidth = 2
  #payloadAt = 0

  constructor(receipts: Receipts, firstReceipt: number, buffer: Buffer, codec: Codec, createdAtMs: number) {
    this.receipts = receipts
    this.firstReceipt = firstReceipt
    this.buffer = buffer
    this.buffers = [buffer]
    this.reservedBytes = buffer.length
    this.#codec = codec
    this.createdAtMs = createdAtMs
  }

  get baseTimestamp(): number {
    return this.#baseTimestamp
  }

  /** Header and records, before compression. */
  get size(): number {
    return this.#earlierBytes + this.position
  }

  /** Bytes that go over the wire; before compression, those not compressed. */
  get sizeInBytes(): number {
    return this.#compressed === undefined ? this.size : BATCH_HEADER_SIZE + this.#compressed.length
  }

  get isRetry(): boolean {
    return this.attempts > 0
  }

  /** Writes what stands before the payload of the next record. Key, value and headers follow; then `endRecord`. */
  beginRecord(sink: RecordSink): void {
    sink.begin(this.buffer, this.position)
    sink.gap(this.#lengthWidth)
    sink.int8(0)
    if (this.count === 0) this.#baseTimestamp = sink.timestamp
    const delta = sink.timestamp - this.#baseTimestamp
    this.lastDelta = delta
    if (delta === 0) sink.int8(0)
    else sink.varint(delta)
    sink.length(this.count)
    this.#payloadAt = sink.size
  }

  /** The record is complete. False: it does not fit, `payloadStart` says where key, value and headers begin in the sink. */
  endRecord(sink: RecordSink): boolean {
    const width = sink.fillGap(0, this.#lengthWidth)
    this.#payloadAt += width - this.#lengthWidth
    this.#lengthWidth = width
    if (sink.buffer !== this.buffer || !this.#hasRoom(sink.position)) return false
    this.#added(sink.position)
    return true
  }

  payloadStart(sink: RecordSink): number {
    return sink.start + this.#payloadAt
  }

  /** Adds a record that is written already. False: it does not fit. */
  append({ buffer: source, start, end: sourceEnd, timestamp }: Written): boolean {
    const { buffer, position } = this
    if (this.count === 0) this.#baseTimestamp = timestamp
    const delta = timestamp - this.#baseTimestamp
    const bodySize = 1 + varintSize(delta) + varintSize(this.count) + sourceEnd - start
    const end = position + varintSize(bodySize) + bodySize
    if (end > buffer.length || !this.#hasRoom(end)) return false
    let at = putVarint(buffer, position, bodySize)
    buffer[at++] = 0
    at = putVarint(buffer, at, delta)
    at = putVarint(buffer, at, this.count)
    at += source.copy(buffer, at, start, sourceEnd)
    this.lastDelta = delta
    this.#added(at)
    return true
  }

  /** Goes on in another buffer. Gives the one before when there is nothing in it. */
  goOn(buffer: Buffer): Buffer | undefined {
    const before = this.buffer
    this.buffer = buffer
    if (this.count === 0) {
      this.buffers[0] = buffer
      this.reservedBytes = buffer.length
      return before
    }
    this.buffers.push(buffer)
    this.#ends ??= []
    this.#ends.push(this.position)
    this.#earlierBytes += this.position
    this.position = 0
    this.reservedBytes += buffer.length
    return undefined
  }

  get codec(): Codec {
    return this.#codec
  }

  /** The records in one piece, for compression and splitting. */
  records(): Buffer {
    const pieces = this.#pieces()
    pieces[0] = this.buffers[0]!.subarray(BATCH_HEADER_SIZE, this.#endOf(0))
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
  }

  get compressed(): Buffer | undefined {
    return this.#compressed
  }

  /** From here on the compressed records are what is sent, and nobody reads `buffers` any more. */
  compressedTo(records: Buffer): void {
    this.#compressed = records
    this.reservedBytes = BATCH_HEADER_SIZE + records.length
    this.buffers.length = 0
    this.buffer = nothing
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
  wireBytes(): readonly Buffer[] {
    const compressed = this.#compressed
    // A new header for each identity: the last one may still be on its way.
    if (compressed !== undefined && !this.#isFinished) this.#header = Buffer.allocUnsafe(BATCH_HEADER_SIZE)
    const pieces = compressed === undefined ? this.#pieces() : [this.#header ?? nothing, compressed]
    if (!this.#isFinished) this.#finish(pieces)
    return pieces
  }

  #pieces(): Buffer[] {
    return this.buffers.map((buffer, i) => buffer.subarray(0, this.#endOf(i)))
  }

  #endOf(index: number): number {
    return this.#ends?.[index] ?? this.position
  }

  /** One record always has: it goes alone when it is larger. */
  #hasRoom(end: number): boolean {
    return this.count === 0 || this.#earlierBytes + end <= this.mostBytes
  }

  #added(position: number): void {
    if (this.lastDelta > this.#maxDelta) this.#maxDelta = this.lastDelta
    const bytes = position - this.position
    if (bytes > this.largestRecord) this.largestRecord = bytes
    this.position = position
    this.count++
  }

  /** Fills in the header, which stands at the beginning of the first piece. */
  #finish(pieces: readonly Buffer[]): void {
    const header = pieces[0] ?? nothing
    const codec = this.#compressed === undefined ? 0 : codecIdOf(this.#codec)
    header.fill(0, batchField.baseOffset, batchField.batchLength)
    putInt32(header, batchField.batchLength, this.sizeInBytes - BATCH_LENGTH_END)
    putInt32(header, batchField.partitionLeaderEpoch, -1)
    header[batchField.magic] = MAGIC
    header[batchField.attributes] = 0
    header[batchField.attributes + 1] = codec | (this.#isTransactional ? batchAttribute.transactional : 0)
    putInt32(header, batchField.lastOffsetDelta, this.count - 1)
    putInt64(header, batchField.baseTimestamp, this.#baseTimestamp)
    putInt64(header, batchField.maxTimestamp, this.#baseTimestamp + this.#maxDelta)
    putInt64(header, batchField.producerId, this.producerId)
    header[batchField.producerEpoch] = this.producerEpoch >> 8
    header[batchField.producerEpoch + 1] = this.producerEpoch
    putInt32(header, batchField.baseSequence, this.sequence)
    putInt32(header, batchField.recordCount, this.count)
    let crc = crc32c(header, batchField.attributes)
    for (let i = 1; i < pieces.length; i++) crc = crc32c(pieces[i]!, 0, pieces[i]!.length, crc)
    putInt32(header, batchField.crc, crc)
    this.#isFinished = true
  }
}

const nothing = Buffer.alloc(0)

import type { Buffer } from 'node:buffer'
import { murmur2, varintSize } from '@odradek/common/bytes'
import type { Codec } from '@odradek/protocol/compression'
import { BATCH_HEADER_SIZE } from '@odradek/protocol/records'
import type { HeadersInput } from '../headers.ts'
import type { Partitioner } from '../partitioner.ts'
import { BufferMemory } from './buffer-memory.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { choosePartition, payloadParts } from './payload.ts'
import { ProducerBatch } from './producer-batch.ts'
import { badTimestamp, calledWhileWriting, noSuchPartition, recordTooLarge } from './record-errors.ts'
import { writeHeaders, writePart } from './record-parts.ts'
import { Receipts } from './receipts.ts'
import type { ReceiptsHost } from './receipts.ts'
import { RecordSink } from './record-sink.ts'
import type { TopicEntry } from './topic-entry.ts'
import type { TopicQueues } from './topic-queues.ts'
import { isPairs } from './written-headers.ts'

/** A record as `send` gets it, of whichever types. */
export interface AnyRecord {
  readonly key?: unknown
  readonly value: unknown
  readonly headers?: HeadersInput | undefined
  readonly partition?: number | undefined
  readonly timestamp?: number | undefined
}

export interface AccumulatorSettings {
  readonly batchSize: number
  readonly bufferMemory: number
  readonly maxRequestSize: number
  readonly codec: Codec
  readonly ignoresKeys: boolean
  /** Instead of Kafka's own. */
  readonly partitioner: Partitioner | undefined
}

/** A record that is written, and has no batch. */
export interface Homeless {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
  readonly timestamp: number
  /** −1: whichever the partitioner chooses when there is a place. */
  readonly partition: number
}

export interface AccumulatorHost extends ReceiptsHost {
  /** Monotonic; asked once a batch. */
  now(): number
  /** A batch has got its first record, or will in a moment. */
  opened(queue: PartitionQueue, batch: ProducerBatch): void
  /** A batch takes no more records. */
  filled(queue: PartitionQueue, batch: ProducerBatch): void
  /** An open batch was taken back: its first record could not be written. */
  withdrawn(queue: PartitionQueue, batch: ProducerBatch): void
}

/**
 * Gathers records into batches, one open batch a partition.
 *
 * A record is written straight into its batch: `append` makes no object, no promise and no view. Where the record has come to stands in `receipts`, `index` and
 * `timestampDelta` until the next call. Synchronous; who sends the batches, and when, is the sender's business.
 */
export class Accumulator {
  readonly memory: BufferMemory
  /** Where the last record went. */
  receipts: Receipts
  index = 0
  timestampDelta = 0
  /** Bytes of a record that found no place: key, value and headers as they will stand in a batch, good until the next call. */
  homeless: Homeless | undefined
  readonly #settings: AccumulatorSettings
  readonly #host: AccumulatorHost
  readonly #usualSize: number
  readonly #largestRecord: number
  readonly #sink: RecordSink
  readonly #keySink: RecordSink
  #isWriting = false

  constructor(settings: AccumulatorSettings, host: AccumulatorHost) {
    this.#settings = settings
    this.#host = host
    // With batch.size 0 each record has a batch of its own; the empty one before it has room for its header alone.
    this.#usualSize = Math.max(BATCH_HEADER_SIZE, Math.min(settings.batchSize, settings.bufferMemory, settings.maxRequestSize))
    this.#largestRecord = Math.min(settings.maxRequestSize, settings.bufferMemory) - BATCH_HEADER_SIZE
    this.memory = new BufferMemory(settings.bufferMemory, this.#usualSize)
    const tooLarge = (bytes: number): Error => recordTooLarge(bytes + BATCH_HEADER_SIZE, settings)
    this.#sink = new RecordSink(this.#largestRecord, tooLarge)
    this.#keySink = new RecordSink(this.#largestRecord, tooLarge)
    this.receipts = new Receipts('', 0, host)
  }

  /**
   * Writes the record into the open batch of its partition, or opens one.
   *
   * False: there is no memory for another batch; `homeless` has the record. Throws ODRADEK_SERIALIZATION, MESSAGE_TOO_LARGE,
   * UNKNOWN_TOPIC_OR_PARTITION for a partition that the topic has not; nothing is written then. The topic is known, the serializers are ready.
   */
  append(entry: TopicEntry, record: AnyRecord, wallMs: number): boolean {
    if (this.#isWriting) throw calledWhileWriting()
    this.#isWriting = true
    try {
      return this.#append(entry, record, wallMs)
    } finally {
      this.#isWriting = false
      this.#sink.end()
    }
  }

  /** Writes a record apart from all batches: what waits is serialized, too. Good until the next call. */
  serialize(entry: TopicEntry, record: AnyRecord): { readonly buffer: Buffer; readonly start: number; readonly end: number } {
    if (this.#isWriting) throw calledWhileWriting()
    this.#isWriting = true
    try {
      const sink = this.#keySink
      sink.beginApart()
      const headers = listed(record.headers)
      writePart(sink, record.key, entry.key, headers)
      writePart(sink, record.value, entry.value, headers)
      writeHeaders(sink, headers)
      if (sink.size > this.#largestRecord) throw recordTooLarge(sink.size + BATCH_HEADER_SIZE, this.#settings)
      return { buffer: sink.buffer, start: sink.start, end: sink.position }
    } finally {
      this.#isWriting = false
    }
  }

  /** The same as `append` for a record that was serialized before. `partition` −1: the partitioner chooses. */
  appendSerialized(topic: TopicQueues, buffer: Buffer, start: number, end: number, partition: number, timestamp: number): boolean {
    if (partition >= 0) {
      const queue = topic.queues[partition]
      if (queue === undefined) throw noSuchPartition(topic.name, partition, topic.queues.length)
      return this.#place(topic, queue, buffer, start, end, timestamp, false)
    }
    const { partitioner, ignoresKeys } = this.#settings
    const { key, value } = payloadParts(buffer, start)
    if (partitioner !== undefined) {
      const chosen = choosePartition(partitioner, topic, key, value)
      return this.#place(topic, topic.queues[chosen] ?? missing(topic, chosen), buffer, start, end, timestamp, false)
    }
    if (key !== null && !ignoresKeys) {
      const chosen = (murmur2(key) & 0x7fff_ffff) % topic.queues.length
      return this.#place(topic, topic.queues[chosen] ?? missing(topic, chosen), buffer, start, end, timestamp, false)
    }
    const queue = topic.sticky.current(topic) ?? missing(topic, 0)
    return this.#place(topic, queue, buffer, start, end, timestamp, true)
  }

  /** The batch takes no more records: it is about to leave. */
  close(queue: PartitionQueue, batch: ProducerBatch): void {
    if (!batch.isOpen) return
    batch.isOpen = false
    this.#host.filled(queue, batch)
  }

  /** The batch is settled, or goes on in pieces; nobody reads its buffer any more. */
  release(batch: ProducerBatch, isBufferFree = true): void {
    this.memory.release(batch.reservedBytes)
    batch.reservedBytes = 0
    if (isBufferFree) this.memory.recycle(batch.buffer)
  }

  /** The compressed records take the place of the others. */
  compressed(batch: ProducerBatch, records: Buffer): void {
    const before = batch.reservedBytes
    this.memory.recycle(batch.replaceRecords(records))
    this.memory.recount(before, batch.reservedBytes)
  }

  #append(entry: TopicEntry, record: AnyRecord, wallMs: number): boolean {
    const { topic } = entry
    const headers = record.headers === undefined ? undefined : listed(record.headers)
    const timestamp = record.timestamp ?? wallMs
    if (timestamp !== wallMs && !isTimestamp(timestamp)) throw badTimestamp(topic.name, timestamp)
    const { partitioner, ignoresKeys } = this.#settings
    const { key, partition } = record
    let queue: PartitionQueue | undefined
    let hashed = false
    let isSticky = false
    if (partition !== undefined) queue = (typeof partition === 'number' ? topic.queues[partition] : undefined) ?? missing(topic, partition)
    else if (partitioner !== undefined) return this.#appendApart(entry, record, timestamp)
    else if (key !== null && key !== undefined && !ignoresKeys) {
      const keySink = this.#keySink
      keySink.beginApart()
      writePart(keySink, key, entry.key, headers)
      hashed = true
      // The length comes before the key; it is as wide as its writer says.
      const start = keySink.start + keyLengthWidth(keySink.buffer, keySink.start)
      const chosen = (murmur2(keySink.buffer, start, keySink.position) & 0x7fff_ffff) % topic.queues.length
      queue = topic.queues[chosen] ?? missing(topic, chosen)
    } else {
      queue = topic.sticky.current(topic) ?? missing(topic, 0)
      isSticky = true
    }

    const batch = queue.open ?? this.#open(topic, queue, this.#usualSize)
    if (batch === undefined) return this.#leaveHomeless(entry, record, timestamp, isSticky ? -1 : queue.partition)
    const sink = this.#sink
    try {
      batch.beginRecord(sink, timestamp)
      if (hashed) sink.range(this.#keySink.buffer, this.#keySink.start, this.#keySink.position)
      else writePart(sink, key, entry.key, headers)
      writePart(sink, record.value, entry.value, headers)
      if (headers === undefined) sink.int8(0)
      else writeHeaders(sink, headers)
      if (sink.size > this.#largestRecord) throw recordTooLarge(sink.size + BATCH_HEADER_SIZE, this.#settings)
    } catch (error) {
      if (batch.count === 0) this.#withdraw(queue, batch)
      throw error
    }
    const before = batch.position
    if (!batch.endRecord(sink, timestamp)) {
      return this.#place(topic, queue, sink.buffer, batch.payloadStart(sink), sink.position, timestamp, isSticky)
    }
    this.#placed(topic, queue, batch, timestamp, batch.position - before, isSticky)
    return true
  }

  /** For partitioners that want to see key and value. */
  #appendApart(entry: TopicEntry, record: AnyRecord, timestamp: number): boolean {
    this.#isWriting = false
    const { buffer, start, end } = this.serialize(entry, record)
    return this.appendSerialized(entry.topic, buffer, start, end, -1, timestamp)
  }

  #leaveHomeless(entry: TopicEntry, record: AnyRecord, timestamp: number, partition: number): boolean {
    this.#isWriting = false
    this.homeless = { ...this.serialize(entry, record), timestamp, partition }
    return false
  }

  /** Finds a place for a record that is written already: in the open batch, a larger one, the next one. */
  #place(
    topic: TopicQueues,
    before: PartitionQueue,
    source: Buffer,
    start: number,
    end: number,
    timestamp: number,
    isSticky: boolean,
  ): boolean {
    const needed = sizeAlone(end - start)
    if (needed - BATCH_HEADER_SIZE > this.#largestRecord) {
      const empty = before.open
      if (empty !== undefined && empty.count === 0) this.#withdraw(before, empty)
      throw recordTooLarge(needed, this.#settings)
    }
    let queue = before
    for (let attempt = 0; attempt < 2; attempt++) {
      const open = queue.open
      if (open === undefined) break
      if (this.#fit(topic, queue, open, source, start, end, timestamp, needed, isSticky)) return true
      if (open.count === 0) {
        this.#withdraw(queue, open)
        break
      }
      this.close(queue, open)
      if (!isSticky) break
      queue = topic.sticky.afterFull(topic, needed) ?? queue
    }
    const batch = this.#open(topic, queue, Math.max(this.#usualSize, needed))
    if (batch === undefined) {
      this.homeless = { buffer: source, start, end, timestamp, partition: isSticky ? -1 : queue.partition }
      return false
    }
    batch.appendPayload(source, start, end, timestamp)
    this.#placed(topic, queue, batch, timestamp, batch.recordBytes, isSticky)
    return true
  }

  #fit(
    topic: TopicQueues,
    queue: PartitionQueue,
    open: ProducerBatch,
    source: Buffer,
    start: number,
    end: number,
    timestamp: number,
    needed: number,
    isSticky: boolean,
  ): boolean {
    const before = open.position
    if (!open.appendPayload(source, start, end, timestamp)) {
      const room = open.count === 0 ? needed : this.#largerRoom(open, needed)
      if (room === undefined || !this.memory.fits(room - open.reservedBytes)) return false
      this.memory.release(open.reservedBytes)
      this.memory.recycle(open.grow(this.memory.take(room)))
      if (!open.appendPayload(source, start, end, timestamp)) return false
    }
    this.#placed(topic, queue, open, timestamp, open.position - before, isSticky)
    return true
  }

  /** What is compressed may grow beyond `batch.size`, as far as it is expected to shrink again. */
  #largerRoom(open: ProducerBatch, needed: number): number | undefined {
    const room = Math.max(2 * open.buffer.length, open.position + needed)
    return open.position + needed <= open.writeLimit ? room : undefined
  }

  #open(topic: TopicQueues, queue: PartitionQueue, size: number): ProducerBatch | undefined {
    if (!this.memory.fits(size)) return undefined
    const host = this.#host
    const { codec } = this.#settings
    const receipts = new Receipts(topic.name, queue.partition, host)
    const batch = new ProducerBatch(receipts, 0, this.memory.take(size), codec, host.now())
    batch.writeLimit = this.#writeLimit(topic)
    queue.batches.push(batch)
    topic.used(queue, batch.createdAtMs)
    host.opened(queue, batch)
    return batch
  }

  /** Bytes at which a batch is full: what compression is expected to leave of them, and 5 % more, reaches `batch.size`. */
  #writeLimit({ compressionRatio }: TopicQueues): number {
    const { codec, batchSize, maxRequestSize } = this.#settings
    if (codec === 'none') return batchSize
    return Math.min(batchSize / (compressionRatio * 1.05), Math.max(batchSize, maxRequestSize))
  }

  #placed(topic: TopicQueues, queue: PartitionQueue, batch: ProducerBatch, timestamp: number, bytes: number, isSticky: boolean): void {
    const { receipts } = batch
    if (batch.count === 1) receipts.baseTimestamp = timestamp
    this.receipts = receipts
    this.index = receipts.add()
    this.timestampDelta = timestamp - receipts.baseTimestamp
    if (batch.position >= batch.writeLimit) this.close(queue, batch)
    if (isSticky) topic.sticky.appended(topic, bytes)
  }

  #withdraw(queue: PartitionQueue, batch: ProducerBatch): void {
    queue.remove(batch)
    batch.isOpen = false
    this.#host.withdrawn(queue, batch)
    this.release(batch)
  }
}

/** Bytes of a batch that has only one record, whose key, value and headers take `payload`. */
function sizeAlone(payload: number): number {
  const body = payload + 3
  return BATCH_HEADER_SIZE + varintSize(body) + body
}

/** An iterable is gone through once, but serializers may want to look at headers too. */
function listed(headers: HeadersInput | undefined): HeadersInput | undefined {
  return headers !== undefined && isPairs(headers) && !Array.isArray(headers) ? [...headers] : headers
}

function keyLengthWidth(buffer: Buffer, start: number): number {
  let at = start
  while (buffer[at]! >= 0x80) at++
  return at + 1 - start
}

const isTimestamp = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 51

function missing(topic: TopicQueues, partition: number): never {
  throw noSuchPartition(topic.name, partition, topic.queues.length)
}

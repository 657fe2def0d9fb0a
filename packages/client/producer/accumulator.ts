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
import type { Written } from './producer-batch.ts'
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
  /** What a full batch may grow to until it leaves; `batchSize` when that was given. */
  readonly largestBatch: number
  readonly bufferMemory: number
  readonly maxRequestSize: number
  readonly codec: Codec
  readonly ignoresKeys: boolean
  /** Instead of Kafka's own. */
  readonly partitioner: Partitioner | undefined
}

/** A record that is written, and has no batch. */
export interface Homeless extends Written {
  /** −1: whichever the partitioner chooses when there is a place. */
  readonly partition: number
}

export interface AccumulatorHost extends ReceiptsHost {
  /** Monotonic; asked once a batch. */
  now(): number
  /** A batch has got its first record, or will in a moment. */
  opened(queue: PartitionQueue, batch: ProducerBatch): void
  /** A batch is ready to leave, though it may take more records until then. */
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
  /** For records without a timestamp; −1: unknown. A field, since a number of this size that is handed on becomes an object each time. */
  wallMs = -1
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
  append(entry: TopicEntry, record: AnyRecord): boolean {
    if (this.#isWriting) throw calledWhileWriting()
    this.#isWriting = true
    try {
      return this.#append(entry, record)
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
  appendSerialized(topic: TopicQueues, record: Written, partition: number): boolean {
    let chosen = partition
    if (chosen < 0) {
      const { partitioner, ignoresKeys } = this.#settings
      const { key, value } = payloadParts(record.buffer, record.start)
      if (partitioner !== undefined) chosen = choosePartition(partitioner, topic, key, value)
      else if (key !== null && !ignoresKeys) chosen = (murmur2(key) & 0x7fff_ffff) % topic.queues.length
      else return this.#place(topic, topic.sticky.current(topic) ?? missing(topic, 0), record, true)
    }
    return this.#place(topic, topic.queues[chosen] ?? missing(topic, chosen), record, false)
  }

  /** The batch is settled, or goes on in pieces; nobody reads its buffer any more. */
  release(batch: ProducerBatch, isBufferFree = true): void {
    this.memory.release(batch.reservedBytes)
    batch.reservedBytes = 0
    if (isBufferFree) this.#recycle(batch)
  }

  /** The compressed records take the place of the others. */
  compressed(batch: ProducerBatch, records: Buffer): void {
    const before = batch.reservedBytes
    this.#recycle(batch)
    batch.compressedTo(records)
    this.memory.recount(before, batch.reservedBytes)
  }

  #append(entry: TopicEntry, record: AnyRecord): boolean {
    const { topic } = entry
    const headers = record.headers === undefined ? undefined : listed(record.headers)
    const sink = this.#sink
    if (record.timestamp === undefined) sink.timestamp = this.wallMs
    else if (isTimestamp(record.timestamp)) sink.timestamp = record.timestamp
    else throw badTimestamp(topic.name, record.timestamp)
    const { partitioner, ignoresKeys } = this.#settings
    const { key, partition } = record
    let queue: PartitionQueue | undefined
    let hashed = false
    let isSticky = false
    if (partition !== undefined) queue = (typeof partition === 'number' ? topic.queues[partition] : undefined) ?? missing(topic, partition)
    else if (partitioner !== undefined) return this.#appendApart(entry, record)
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
    if (batch === undefined) return this.#leaveHomeless(entry, record, isSticky ? -1 : queue.partition)
    try {
      batch.beginRecord(sink)
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
    if (!batch.endRecord(sink)) {
      const { buffer, position: end, timestamp } = sink
      return this.#place(topic, queue, { buffer, start: batch.payloadStart(sink), end, timestamp }, isSticky)
    }
    return this.#placed(topic, queue, batch, batch.position - before, isSticky)
  }

  /** For partitioners that want to see key and value. */
  #appendApart(entry: TopicEntry, record: AnyRecord): boolean {
    this.#isWriting = false
    const { timestamp } = this.#sink
    return this.appendSerialized(entry.topic, { ...this.serialize(entry, record), timestamp }, -1)
  }

  #leaveHomeless(entry: TopicEntry, record: AnyRecord, partition: number): boolean {
    this.#isWriting = false
    const { timestamp } = this.#sink
    this.homeless = { ...this.serialize(entry, record), timestamp, partition }
    return false
  }

  /** Finds a place for a record that is written already: in the open batch, in more memory for it, in the next batch. */
  #place(topic: TopicQueues, before: PartitionQueue, record: Written, isSticky: boolean): boolean {
    const needed = sizeAlone(record.end - record.start)
    if (needed - BATCH_HEADER_SIZE > this.#largestRecord) {
      const empty = before.open
      if (empty?.count === 0) this.#withdraw(before, empty)
      throw recordTooLarge(needed, this.#settings)
    }
    // A batch without a key may go on to another partition when it is full, and grows only where it has to stay.
    if (this.#join(topic, before, record, needed, isSticky, !isSticky)) return true
    const queue = (isSticky ? topic.sticky.afterFull(topic, needed) : undefined) ?? before
    if (isSticky && this.#join(topic, queue, record, needed, isSticky, true)) return true
    const batch = this.#open(topic, queue, Math.max(this.#usualSize, needed))
    if (batch === undefined) {
      this.homeless = { ...record, partition: isSticky ? -1 : queue.partition }
      return false
    }
    batch.append(record)
    return this.#placed(topic, queue, batch, batch.size - BATCH_HEADER_SIZE, isSticky)
  }

  /** Puts the record into the open batch. False: there is none, or it is full; where it could have grown, it takes no more. */
  #join(topic: TopicQueues, queue: PartitionQueue, record: Written, needed: number, isSticky: boolean, mayGrow: boolean): boolean {
    const { open } = queue
    if (open === undefined) return false
    const { size } = open
    if (open.append(record) || (this.#extend(open, needed, mayGrow ? open.mostBytes : open.fullBytes) && open.append(record))) {
      return this.#placed(topic, queue, open, open.size - size, isSticky)
    }
    if (open.count === 0) this.#withdraw(queue, open)
    else this.#fill(queue, open, mayGrow || open.mostBytes <= open.fullBytes)
    return false
  }

  /** More memory for a batch that will have `mostBytes` at most. */
  #extend(batch: ProducerBatch, needed: number, mostBytes: number): boolean {
    const isEmpty = batch.count === 0
    if (!isEmpty && batch.size + needed > mostBytes) return false
    const size = isEmpty ? needed : Math.max(this.#usualSize, needed)
    if (!this.memory.fits(isEmpty ? size - batch.reservedBytes : size)) return false
    const before = batch.goOn(this.memory.take(size))
    if (before !== undefined) {
      this.memory.release(before.length)
      this.memory.recycle(before)
    }
    return true
  }

  #open(topic: TopicQueues, queue: PartitionQueue, size: number): ProducerBatch | undefined {
    if (!this.memory.fits(size)) return undefined
    const host = this.#host
    const { codec } = this.#settings
    const receipts = new Receipts(topic.name, queue.partition, host)
    const batch = new ProducerBatch(receipts, 0, this.memory.take(size), codec, host.now())
    this.#limit(batch, topic)
    queue.batches.push(batch)
    topic.used(queue, batch.createdAtMs)
    host.opened(queue, batch)
    return batch
  }

  /** The batch is full, and may grow further, when what compression is expected to leave of it, and 5 % more, reaches so many bytes. */
  #limit(batch: ProducerBatch, { compressionRatio, refusesLarge }: TopicQueues): void {
    const { codec, batchSize, largestBatch, maxRequestSize } = this.#settings
    const most = Math.max(batchSize, maxRequestSize)
    const inflation = codec === 'none' ? 1 : 1 / (compressionRatio * 1.05)
    batch.fullBytes = Math.min(batchSize * inflation, most)
    batch.mostBytes = refusesLarge ? batch.fullBytes : Math.min(largestBatch * inflation, most)
  }

  #placed(topic: TopicQueues, queue: PartitionQueue, batch: ProducerBatch, bytes: number, isSticky: boolean): true {
    const { receipts, size } = batch
    if (batch.count === 1) receipts.baseTimestamp = batch.baseTimestamp
    this.receipts = receipts
    this.index = receipts.add()
    this.timestampDelta = batch.lastDelta
    if (size >= batch.fullBytes) this.#fill(queue, batch, size >= batch.mostBytes)
    if (isSticky) topic.sticky.appended(topic, bytes)
    return true
  }

  /** The batch is ready to leave. `isClosed`: it takes no more records until then either. */
  #fill(queue: PartitionQueue, batch: ProducerBatch, isClosed: boolean): void {
    if (isClosed) batch.isOpen = false
    if (batch.isFull) return
    batch.isFull = true
    this.#host.filled(queue, batch)
  }

  #recycle({ buffers }: ProducerBatch): void {
    for (const buffer of buffers) this.memory.recycle(buffer)
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

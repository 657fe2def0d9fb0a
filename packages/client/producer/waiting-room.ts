import { Buffer } from 'node:buffer'
import type { Accumulator } from './accumulator.ts'
import type { Party } from './receipts.ts'
import { bufferExhausted } from './record-errors.ts'
import type { TopicQueues } from './topic-queues.ts'
import { WaitingLine } from './waiting-line.ts'
import type { WaitingRecord } from './waiting-record.ts'

/** What a record takes beside its bytes. */
const overheadBytes = 64

export interface WaitingRoomParts {
  readonly accumulator: Accumulator
  readonly maxBlockMs: number
  /** As many bytes may wait as may be on their way. */
  readonly maxBytes: number
  readonly now: () => number
  /** The record has its place: what the accumulator says of the last one. */
  readonly placed: (record: WaitingRecord) => void
  readonly failed: (topic: TopicQueues, record: WaitingRecord, error: Error) => void
  /** A record that waited for its topic is for a partition that the topic has not, or not yet: `retryStrays` is called when there are newer metadata. */
  readonly strayed: () => void
}

/**
 * Records that can't be put into a batch yet, in order: of one topic those that wait for its metadata or serializers, of all topics those that wait for memory.
 *
 * Each waits for `max.block.ms` at most, and all together for `buffer.memory` bytes at most.
 */
export class WaitingRoom {
  readonly #parts: WaitingRoomParts
  /** Those that wait for memory; the first is the next. */
  readonly #queue = new WaitingLine<Waiting>()
  readonly #topics = new Set<TopicQueues>()
  /** Those for a partition that the topic has not, or not yet. */
  #strays: Waiting[] = []
  #bytes = 0
  #count = 0

  constructor(parts: WaitingRoomParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#count
  }

  /** Nobody waits for memory. */
  get isMemoryFree(): boolean {
    return this.#queue.length === 0
  }

  /** There is a place for more. Half of all are left to those who were told to wait one record too late, however large it is. */
  get hasPlaces(): boolean {
    return 2 * this.#bytes <= this.#parts.maxBytes
  }

  get waitingForMemory(): number {
    return this.#queue.length
  }

  /** Throws ODRADEK_BUFFER_EXHAUSTED when too much waits already. */
  check(bytes: number): void {
    const { maxBytes, accumulator } = this.#parts
    if (this.#bytes + bytes <= maxBytes || this.#count === 0) return
    throw bufferExhausted(
      `buffer.memory (${accumulator.memory.limit} bytes) is full, and ${this.#count} records with ${this.#bytes} bytes wait already for a place in it`,
    )
  }

  /** A record with its payload, of a topic that is known. */
  waitForMemory(topic: TopicQueues, payload: Buffer, partition: number, timestamp: number): WaitingRecord {
    const record = this.#record(
      payload,
      () => payload,
      () => true,
      partition,
      timestamp,
      'memory',
    )
    this.#queue.push({ topic, record })
    return record
  }

  /** A record of a topic whose metadata or serializers are not there yet. `serialize` is called when `isReady`. */
  waitForTopic(
    topic: TopicQueues,
    payload: Buffer | undefined,
    serialize: () => Buffer,
    isReady: () => boolean,
    partition: number,
    timestamp: number,
  ): WaitingRecord {
    const record = this.#record(payload, serialize, isReady, partition, timestamp, payload === undefined ? 'serializer' : 'metadata')
    topic.waiting.push(record)
    this.#topics.add(topic)
    return record
  }

  /** A record for a partition that metadata do not know: `retryStrays` is called when there are newer ones. */
  waitForPartition(topic: TopicQueues, payload: Buffer, partition: number, timestamp: number): WaitingRecord {
    const record = this.#record(
      payload,
      () => payload,
      () => true,
      partition,
      timestamp,
      'metadata',
    )
    this.#strays.push({ topic, record })
    return record
  }

  get hasStrays(): boolean {
    return this.#strays.length > 0
  }

  /** Looks whether the partitions are there now. `isLast`: those that are not will not come. */
  retryStrays(isLast: boolean): void {
    const strays = this.#strays
    this.#strays = []
    for (const stray of strays) {
      const { topic, record } = stray
      if (!isLast && topic.queues[record.partition] === undefined) this.#strays.push(stray)
      else if (this.#queue.length > 0 || !this.#place(topic, record)) this.#queue.push(stray)
    }
  }

  /** The topic is known now, or a serializer is ready: its records go on, as far as they can. */
  admitTopic(topic: TopicQueues): void {
    if (!topic.isKnown) return
    while (topic.waiting.length > 0) {
      const { first: record } = topic.waiting
      if (record === undefined || !record.isReady()) return
      topic.waiting.shift()
      if (topic.waiting.length === 0) this.#topics.delete(topic)
      try {
        record.payload ??= record.serialize()
      } catch (error) {
        this.#leave(record)
        this.#parts.failed(topic, record, asError(error))
        continue
      }
      if (record.partition >= 0 && topic.queues[record.partition] === undefined) {
        this.#strays.push({ topic, record })
        this.#parts.strayed()
      } else if (this.#queue.length > 0 || !this.#place(topic, record)) this.#queue.push({ topic, record })
    }
  }

  /** Memory has become free: those who wait for it go on, in order. */
  admit(): void {
    for (let { first } = this.#queue; first !== undefined && this.#place(first.topic, first.record); first = this.#queue.first) {
      this.#queue.shift()
    }
  }

  /** Fails those whose time is over; gives when the next one's will be. */
  expire(nowMs: number): number {
    let next = Infinity
    while (this.#queue.length > 0) {
      const { first } = this.#queue
      if (first === undefined) break
      if (first.record.deadlineMs > nowMs) {
        next = first.record.deadlineMs
        break
      }
      this.#queue.shift()
      this.#timedOut(first)
    }
    for (const topic of this.#topics) {
      while (topic.waiting.first !== undefined && topic.waiting.first.deadlineMs <= nowMs) {
        const record = topic.waiting.shift()
        if (record !== undefined) this.#timedOut({ topic, record })
      }
      const { first } = topic.waiting
      if (first === undefined) this.#topics.delete(topic)
      else next = Math.min(next, first.deadlineMs)
    }
    return next
  }

  /** Fails all of one topic, or of all. */
  failAll(error: Error, only?: TopicQueues): void {
    for (const topic of only === undefined ? [...this.#topics] : [only]) {
      for (const record of topic.waiting.takeAll()) {
        this.#leave(record)
        this.#parts.failed(topic, record, error)
      }
      this.#topics.delete(topic)
    }
    if (only !== undefined) return
    const queue = [...this.#strays, ...this.#queue.takeAll()]
    this.#strays = []
    for (const { topic, record } of queue) {
      this.#leave(record)
      this.#parts.failed(topic, record, error)
    }
  }

  /** Lets `flush` wait for all that are here. */
  join(flush: Party & { add(): void }): void {
    const join = (record: WaitingRecord): void => {
      flush.add()
      record.flushes ??= []
      record.flushes.push(flush)
    }
    for (const { record } of this.#queue) join(record)
    for (const { record } of this.#strays) join(record)
    for (const { waiting } of this.#topics) for (const record of waiting) join(record)
  }

  #place(topic: TopicQueues, record: WaitingRecord): boolean {
    const { accumulator, placed, failed } = this.#parts
    const { payload: buffer = nothing, timestamp } = record
    const written = { buffer, start: 0, end: buffer.length, timestamp }
    try {
      if (!accumulator.appendSerialized(topic, written, record.partition)) return false
    } catch (error) {
      this.#leave(record)
      failed(topic, record, asError(error))
      return true
    }
    this.#leave(record)
    placed(record)
    return true
  }

  #record(
    payload: Buffer | undefined,
    serialize: () => Buffer,
    isReady: () => boolean,
    partition: number,
    timestamp: number,
    reason: WaitingRecord['reason'],
  ): WaitingRecord {
    const bytes = (payload?.length ?? 0) + overheadBytes
    this.#bytes += bytes
    this.#count++
    const deadlineMs = this.#parts.now() + this.#parts.maxBlockMs
    return {
      payload,
      serialize,
      isReady,
      partition,
      timestamp,
      bytes,
      deadlineMs,
      reason,
      delivery: undefined,
      done: undefined,
      observer: undefined,
      party: undefined,
      flushes: undefined,
    }
  }

  #leave(record: WaitingRecord): void {
    this.#bytes -= record.bytes
    this.#count--
  }

  #timedOut({ topic, record }: Waiting): void {
    this.#leave(record)
    const { maxBlockMs, accumulator, failed } = this.#parts
    const within = `within ${maxBlockMs} ms (max.block.ms)`
    failed(topic, record, timeoutError(topic, record, within, accumulator.memory.limit))
  }
}

interface Waiting {
  readonly topic: TopicQueues
  readonly record: WaitingRecord
}

function timeoutError(topic: TopicQueues, { payload }: WaitingRecord, within: string, limit: number): Error {
  if (topic.isKnown && payload !== undefined) return bufferExhausted(`No memory became free ${within}: buffer.memory is ${limit} bytes`)
  return topic.timedOut(within)
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

const nothing = Buffer.alloc(0)

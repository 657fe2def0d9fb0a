import type { InspectOptions } from 'node:util'
import { afterVarint, varintAt, varlongAt } from '@odradek/protocol/records'
import type { Bytes } from '../../bytes.ts'
import type { Headers } from '../../headers.ts'
import { inspected } from '../../inspected.ts'
import type { Inspect } from '../../inspected.ts'
import type { SerdeContext } from '../../serdes/serde.ts'
import type { ConsumerRecord } from '../record.ts'
import { corruptRecords } from './corrupt-records.ts'
import { DeserializationError } from './deserialization-error.ts'
import type { OpenedBatch } from './opened-batch.ts'
import type { PartReader } from './read-topic.ts'
import { plain, printed } from './printed.ts'
import { noHeaders, readHeaders } from './record-headers.ts'

/** Stands where nothing was decoded yet. */
const unread = Symbol('unread')

/**
 * A record that is its batch and the place where its bytes begin. Everything else is read from there when somebody asks.
 *
 * Its length was checked before anyone got it, so `buffer[start, end)` is there; its parts are checked as they are read.
 */
export class LazyRecord implements ConsumerRecord<string, unknown, unknown> {
  #batch: OpenedBatch
  #start: number
  #key: unknown = unread
  #value: unknown = unread
  #headers: Headers | undefined = undefined

  constructor(batch: OpenedBatch, start: number) {
    this.#batch = batch
    this.#start = start
  }

  /** Becomes another record: what cursors do. Writing costs more than looking, so only what was decoded is forgotten. */
  moveTo(batch: OpenedBatch, start: number): void {
    if (this.#batch !== batch) this.#batch = batch
    this.#start = start
    if (this.#key !== unread) this.#key = unread
    if (this.#value !== unread) this.#value = unread
    if (this.#headers !== undefined) this.#headers = undefined
  }

  get topic(): string {
    return this.#batch.topic.name
  }

  get partition(): number {
    return this.#batch.partition
  }

  get offset(): number {
    return this.#batch.baseOffset + varintAt(this.#batch.buffer, this.#offsetDeltaAt())
  }

  get timestamp(): number {
    const batch = this.#batch
    if (batch.hasLogAppendTime) return batch.baseTimestamp
    const timestamp = batch.baseTimestamp + varlongAt(batch.buffer, afterVarint(batch.buffer, this.#start) + 1)
    if (Number.isNaN(timestamp)) throw this.#corrupt('its timestamp is no number')
    return timestamp
  }

  get timestampType(): 'CreateTime' | 'LogAppendTime' {
    return this.#batch.hasLogAppendTime ? 'LogAppendTime' : 'CreateTime'
  }

  get leaderEpoch(): number | undefined {
    const { leaderEpoch } = this.#batch
    return leaderEpoch < 0 ? undefined : leaderEpoch
  }

  get key(): unknown {
    if (this.#key !== unread) return this.#key
    const at = this.#keyLengthAt()
    return (this.#key = this.#read('key', this.#batch.topic.key, at))
  }

  get value(): unknown {
    if (this.#value !== unread) return this.#value
    const at = this.#valueLengthAt()
    return (this.#value = this.#read('value', this.#batch.topic.value, at))
  }

  get rawKey(): Bytes | null {
    return this.#bytesAt(this.#keyLengthAt())
  }

  get rawValue(): Bytes | null {
    return this.#bytesAt(this.#valueLengthAt())
  }

  get serializedKeySize(): number {
    return this.#sizeAt(this.#keyLengthAt())
  }

  get serializedValueSize(): number {
    return this.#sizeAt(this.#valueLengthAt())
  }

  get headers(): Headers {
    return (this.#headers ??= this.#readHeaders())
  }

  detach(): ConsumerRecord<string, unknown, unknown> {
    return new LazyRecord(this.#batch.copyOf(this.#start, this.#end()), 0)
  }

  toJSON(): object {
    return plain(this)
  }

  [inspected](_depth: number, options: InspectOptions, inspect: Inspect): string {
    return printed(this, options, inspect)
  }

  /** Each record is: length, attributes, timestamp delta, offset delta, key length, key, value length, value, headers. */
  #offsetDeltaAt(): number {
    const { buffer } = this.#batch
    return afterVarint(buffer, afterVarint(buffer, this.#start) + 1)
  }

  #keyLengthAt(): number {
    return afterVarint(this.#batch.buffer, this.#offsetDeltaAt())
  }

  #valueLengthAt(): number {
    return this.#after(this.#keyLengthAt())
  }

  /** Behind the part whose length is at `position`. */
  #after(position: number): number {
    const { buffer } = this.#batch
    const length = varintAt(buffer, position)
    const start = afterVarint(buffer, position)
    if (!(length <= this.#end() - start)) throw this.#corrupt('a part is longer than the record')
    return length > 0 ? start + length : start
  }

  #end(): number {
    const { buffer } = this.#batch
    return afterVarint(buffer, this.#start) + varintAt(buffer, this.#start)
  }

  #bytesAt(position: number): Bytes | null {
    const { buffer } = this.#batch
    const length = varintAt(buffer, position)
    if (length < 0) return null
    const start = afterVarint(buffer, position)
    if (!(length <= this.#end() - start)) throw this.#corrupt('a part is longer than the record')
    return buffer.subarray(start, start + length)
  }

  #sizeAt(position: number): number {
    const { buffer } = this.#batch
    const length = varintAt(buffer, position)
    if (!(length <= this.#end() - afterVarint(buffer, position))) throw this.#corrupt('a part is longer than the record')
    return length < 0 ? -1 : length
  }

  #read(part: 'key' | 'value', reader: PartReader | undefined, position: number): unknown {
    const bytes = this.#bytesAt(position)
    if (reader === undefined) return bytes
    if (bytes === null) {
      if (reader.takesNull === true) return null
      const hint = `Declare it as nullable in the topic: ${part}: nullable(…)`
      throw new DeserializationError(this.#unreadable(part, bytes), 'it is null, and its serde takes no null', { hint })
    }
    try {
      return reader.read(bytes, new ReadContext(this, part))
    } catch (cause) {
      const hint = 'Its bytes are in the field `bytes` of this error; `rawKey` and `rawValue` of the record can always be read'
      throw new DeserializationError(this.#unreadable(part, bytes), cause instanceof Error ? cause.message : String(cause), { cause, hint })
    }
  }

  #unreadable(
    part: 'key' | 'value',
    bytes: Bytes | null,
  ): { topic: string; partition: number; offset: number; part: 'key' | 'value'; bytes: Bytes | null } {
    return { topic: this.topic, partition: this.partition, offset: this.offset, part, bytes }
  }

  #readHeaders(): Headers {
    const { buffer } = this.#batch
    const at = this.#after(this.#valueLengthAt())
    const count = varintAt(buffer, at)
    if (count === 0) return noHeaders
    const headers = readHeaders(buffer, afterVarint(buffer, at), this.#end(), count)
    if (headers === undefined) throw this.#corrupt('its headers are damaged')
    return headers
  }

  #corrupt(why: string): Error {
    const { offset } = this
    return corruptRecords(this, offset, why, offset + 1)
  }
}

/** What a deserializer is told; headers are decoded only if it looks at them. */
class ReadContext implements SerdeContext {
  readonly part: 'key' | 'value'
  readonly #record: LazyRecord

  constructor(record: LazyRecord, part: 'key' | 'value') {
    this.part = part
    this.#record = record
  }

  get topic(): string {
    return this.#record.topic
  }

  get headers(): Headers {
    return this.#record.headers
  }
}

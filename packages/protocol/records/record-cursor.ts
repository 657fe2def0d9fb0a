import { Buffer } from 'node:buffer'
import { baseOffset, baseTimestamp, BATCH_HEADER_SIZE, batchSize, hasLogAppendTime, maxTimestamp, recordCount } from './batch.ts'
import { afterVarint, varintAt, varlongAt } from './varint-reading.ts'

/** Records that do not have the form Kafka gives them. Whoever reads them knows whether a client or a disk is to blame. */
export class MalformedRecords extends Error {
  /** Index of the record within its batch. */
  readonly index: number
  constructor(message: string, index: number) {
    super(`record ${index}: ${message}`)
    this.name = 'MalformedRecords'
    this.index = index
  }
}

const empty = Buffer.alloc(0)

/**
 * Goes through the records of one batch without making an object of any.
 *
 * The cursor is itself the current record: after `next()` its fields say where key, value and headers lie in `buffer`.
 * One cursor serves any number of batches. Every length is checked against the record, and the records against the bytes
 * they came in, so that `next` either moves on to a sound record or throws `MalformedRecords`.
 *
 * ```ts
 * const cursor = new RecordCursor().openBatch(buffer, position)
 * while (cursor.next()) total += cursor.valueLength
 * ```
 */
export class RecordCursor {
  buffer: Buffer = empty
  /** Index of the current record in its batch. */
  index = -1
  /** The record is `buffer[start, end)`, its own length included. */
  start = 0
  end = 0
  timestampDelta = 0
  offsetDelta = 0
  /** Where the part begins that says nothing about the batch: key length, key, value, headers. */
  payloadStart = 0
  keyStart = 0
  /** −1 for a null key. */
  keyLength = -1
  valueStart = 0
  /** −1 for a null value: a tombstone. */
  valueLength = -1
  headersStart = 0
  headerCount = 0

  #limit = 0
  #count = 0
  #baseOffset = 0
  #baseTimestamp = 0
  #logAppendTime: number | undefined

  /** Before the first record of the batch at `position`. For a compressed batch its records are given, inflated. */
  openBatch(batch: Buffer, position: number, inflated?: Buffer): this {
    if (inflated === undefined)
      this.open(batch, position + BATCH_HEADER_SIZE, position + batchSize(batch, position), recordCount(batch, position))
    else this.open(inflated, 0, inflated.length, recordCount(batch, position))
    this.#baseOffset = baseOffset(batch, position)
    this.#baseTimestamp = baseTimestamp(batch, position)
    this.#logAppendTime = hasLogAppendTime(batch, position) ? maxTimestamp(batch, position) : undefined
    return this
  }

  /** Before the first of `count` records in `buffer[start, end)`; offsets and timestamps are then the bare deltas. */
  open(buffer: Buffer, start: number, end: number, count: number): this {
    this.buffer = buffer
    this.index = -1
    this.start = this.end = start
    this.#limit = end
    this.#count = count
    this.#baseOffset = this.#baseTimestamp = 0
    this.#logAppendTime = undefined
    return this
  }

  get offset(): number {
    return this.#baseOffset + this.offsetDelta
  }

  /** With log append time all records of a batch have the same. */
  get timestamp(): number {
    return this.#logAppendTime ?? this.#baseTimestamp + this.timestampDelta
  }

  /**
   * Moves to the next record; false behind the last one. Throws `MalformedRecords` when a length leaves its record, a
   * number is longer than its type, offsets do not rise, or bytes are left behind the last record.
   */
  next(): boolean {
    const index = this.index + 1
    if (index >= this.#count) {
      if (this.end !== this.#limit) throw new MalformedRecords(`${this.#limit - this.end} bytes too many`, index)
      return false
    }
    const previousDelta = index === 0 ? -1 : this.offsetDelta
    const buffer = this.buffer
    let position = this.end
    this.index = index
    this.start = position
    const length = varintAt(buffer, position)
    position = afterVarint(buffer, position)
    if (!(length >= 0 && length <= this.#limit - position)) throw new MalformedRecords('it is longer than the batch', index)
    const end = position + length
    this.end = end

    position++ // the attributes, which nobody uses
    this.timestampDelta = varlongAt(buffer, position)
    position = afterVarint(buffer, position)
    if (Number.isNaN(this.timestampDelta)) throw new MalformedRecords('its timestamp is no number', index)
    this.offsetDelta = varintAt(buffer, position)
    this.payloadStart = position = afterVarint(buffer, position)
    if (!(this.offsetDelta > previousDelta)) throw new MalformedRecords('offsets do not rise', index)

    this.keyLength = this.#length(position)
    this.keyStart = afterVarint(buffer, position)
    position = this.keyLength > 0 ? this.keyStart + this.keyLength : this.keyStart
    this.valueLength = this.#length(position)
    this.valueStart = afterVarint(buffer, position)
    position = this.valueLength > 0 ? this.valueStart + this.valueLength : this.valueStart
    this.headerCount = varintAt(buffer, position)
    this.headersStart = position = afterVarint(buffer, position)
    if (this.headerCount !== 0) position = this.#endOfHeaders()
    if (position !== end) throw new MalformedRecords('its parts do not fill it', index)
    return true
  }

  /** The key as a view of the buffer, which it keeps alive; copy what outlives the batch. */
  key(): Buffer | null {
    return this.keyLength < 0 ? null : this.buffer.subarray(this.keyStart, this.keyStart + this.keyLength)
  }

  /** The value as a view of the buffer. */
  value(): Buffer | null {
    return this.valueLength < 0 ? null : this.buffer.subarray(this.valueStart, this.valueStart + this.valueLength)
  }

  /** Tells where key and value of each header lie; `valueLength` is −1 for a null value. */
  visitHeaders(visit: (keyStart: number, keyLength: number, valueStart: number, valueLength: number) => void): void {
    let position = this.headersStart
    for (let i = 0; i < this.headerCount; i++) {
      const keyLength = varintAt(this.buffer, position)
      const keyStart = afterVarint(this.buffer, position)
      position = keyStart + keyLength
      const valueLength = this.#length(position)
      const valueStart = afterVarint(this.buffer, position)
      position = valueStart + Math.max(0, valueLength)
      visit(keyStart, keyLength, valueStart, valueLength)
    }
  }

  #endOfHeaders(): number {
    let position = this.headersStart
    // Each header takes two bytes at least, so a false count ends the loop no later than the record does.
    if (!(this.headerCount >= 0 && this.headerCount <= this.end - position))
      throw new MalformedRecords('it cannot have so many headers', this.index)
    for (let i = 0; i < this.headerCount; i++) {
      const keyLength = this.#length(position)
      if (keyLength < 0) throw new MalformedRecords('a header has no key', this.index)
      position = afterVarint(this.buffer, position) + keyLength
      const valueLength = this.#length(position)
      position = afterVarint(this.buffer, position) + Math.max(0, valueLength)
    }
    return position
  }

  /** The length at `position` of something within the record. Like Kafka, takes every negative one for null. */
  #length(position: number): number {
    const length = varintAt(this.buffer, position)
    if (!(length <= this.end - position)) throw new MalformedRecords('a part is longer than the record', this.index)
    return length < 0 ? -1 : length
  }
}

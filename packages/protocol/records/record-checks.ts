import type { Buffer } from 'node:buffer'
import { baseTimestamp, BATCH_HEADER_SIZE, batchSize, lastOffsetDelta, NO_TIMESTAMP, recordCount } from './batch.ts'
import { MalformedRecords, RecordCursor } from './record-cursor.ts'
import { afterVarint, varintAt, varlongAt } from './varint-reading.ts'

/** What a walk over the records of a batch has found. */
export interface RecordScan {
  /** The largest timestamp of a record, −1 in an empty batch. */
  readonly maxTimestamp: number
  /** Indexes of the records with a null key, which a compacted topic does not take. At most 1000 of them. */
  readonly withoutKey: readonly number[]
}

const maxListed = 1000
const none: readonly number[] = []

/**
 * Walks all records of the batch at `position` by their lengths and checks them exactly as a cursor would; `inflated` are
 * its records when it is compressed. Throws `MalformedRecords`. The timestamps are those the client gave, whatever the topic
 * stamps.
 *
 * Every batch that is produced without compression goes through here. So the numbers stay in local variables, which
 * is twice as fast as a cursor that shows each of them.
 */
export function scanRecords(buffer: Buffer, position: number, inflated?: Buffer): RecordScan {
  const records = inflated ?? buffer
  const limit = inflated === undefined ? position + batchSize(buffer, position) : inflated.length
  const count = recordCount(buffer, position)
  let at = inflated === undefined ? position + BATCH_HEADER_SIZE : 0
  let maxDelta = Number.NEGATIVE_INFINITY
  let previousDelta = -1
  let withoutKey: number[] | undefined
  for (let index = 0; index < count; index++) {
    const length = varintAt(records, at)
    at = afterVarint(records, at)
    const end = at + length
    if (!(length >= 0 && end <= limit)) throw new MalformedRecords('it is longer than the batch', index)

    at++ // the attributes
    const timestampDelta = varlongAt(records, at)
    at = afterVarint(records, at)
    if (timestampDelta > maxDelta) maxDelta = timestampDelta
    else if (Number.isNaN(timestampDelta)) throw new MalformedRecords('its timestamp is no number', index)
    const offsetDelta = varintAt(records, at)
    at = afterVarint(records, at)
    if (!(offsetDelta > previousDelta)) throw new MalformedRecords('offsets do not rise', index)
    previousDelta = offsetDelta

    const keyLength = varintAt(records, at)
    at = afterVarint(records, at)
    if (keyLength > 0) at += keyLength
    else if (keyLength < 0 && (withoutKey ??= []).length < maxListed) withoutKey.push(index)
    if (!(at <= end)) throw new MalformedRecords('its key is longer than the record', index)
    const valueLength = varintAt(records, at)
    at = afterVarint(records, at)
    if (valueLength > 0) at += valueLength
    if (!(at <= end)) throw new MalformedRecords('its value is longer than the record', index)

    const headers = varintAt(records, at)
    at = headers === 0 ? at + 1 : endOfHeaders(records, afterVarint(records, at), end, headers, index)
    if (at !== end) throw new MalformedRecords('its parts do not fill it', index)
  }
  if (at !== limit) throw new MalformedRecords(`${limit - at} bytes are too many`, Math.max(0, count))
  // Offsets rise, so only the last one can lie outside.
  if (previousDelta > lastOffsetDelta(buffer, position)) throw new MalformedRecords('its offset lies behind the batch', count - 1)
  return { maxTimestamp: count <= 0 ? NO_TIMESTAMP : baseTimestamp(buffer, position) + maxDelta, withoutKey: withoutKey ?? none }
}

function endOfHeaders(records: Buffer, start: number, end: number, count: number, index: number): number {
  // Each header takes two bytes at least, so a false count ends the loop no later than the record does.
  if (!(count >= 0 && count <= end - start)) throw new MalformedRecords('it cannot have so many headers', index)
  let at = start
  for (let i = 0; i < count; i++) {
    const keyLength = varintAt(records, at)
    if (!(keyLength >= 0 && keyLength <= end - at)) throw new MalformedRecords('a header has no key', index)
    at = afterVarint(records, at) + keyLength
    const valueLength = varintAt(records, at)
    if (!(valueLength <= end - at)) throw new MalformedRecords('the value of a header is longer than the record', index)
    at = afterVarint(records, at) + Math.max(0, valueLength)
  }
  return at
}

/** Calls `visit` with the cursor on each of `count` records of `buffer[start, end)`; answering false ends the walk. Throws `MalformedRecords`. */
export function walkRecords(
  buffer: Buffer,
  start: number,
  end: number,
  count: number,
  visit: (record: RecordCursor) => boolean | void,
): void {
  const cursor = new RecordCursor().open(buffer, start, end, count)
  while (cursor.next()) if (visit(cursor) === false) return
}

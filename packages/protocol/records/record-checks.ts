import type { Buffer } from 'node:buffer'
import { baseTimestamp, lastOffsetDelta, NO_TIMESTAMP } from './batch.ts'
import { MalformedRecords, RecordCursor } from './record-cursor.ts'

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
 * Walks all records of the batch at `position` by their lengths and checks them exactly; `inflated` are its records when
 * it is compressed. Throws `MalformedRecords`. The timestamps are those the client gave, whatever the topic stamps.
 */
export function scanRecords(cursor: RecordCursor, buffer: Buffer, position: number, inflated?: Buffer): RecordScan {
  cursor.openBatch(buffer, position, inflated)
  const lastDelta = lastOffsetDelta(buffer, position)
  let maxDelta = Number.NEGATIVE_INFINITY
  let withoutKey: number[] | undefined
  while (cursor.next()) {
    if (cursor.timestampDelta > maxDelta) maxDelta = cursor.timestampDelta
    if (cursor.keyLength < 0 && (withoutKey ??= []).length < maxListed) withoutKey.push(cursor.index)
  }
  // Offsets rise, so only the last one can lie outside.
  if (cursor.index >= 0 && cursor.offsetDelta > lastDelta) throw new MalformedRecords('its offset lies behind the batch', cursor.index)
  const maxTimestamp = cursor.index < 0 ? NO_TIMESTAMP : baseTimestamp(buffer, position) + maxDelta
  return { maxTimestamp, withoutKey: withoutKey ?? none }
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

import type { RecordCursor } from './record-cursor.ts'

/**
 * Moves an opened cursor to the first record, in offset order, whose timestamp is `timestamp` or later. Returns false when
 * the batch has none; timestamps within a batch need not rise, so all records may have to be looked at.
 */
export function seekTimestamp(cursor: RecordCursor, timestamp: number, fromOffset = 0): boolean {
  while (cursor.next()) if (cursor.timestamp >= timestamp && cursor.offset >= fromOffset) return true
  return false
}

/** The first record with the largest timestamp of an opened cursor's batch; undefined in an emptied batch. */
export function findMaxTimestamp(cursor: RecordCursor): { readonly offset: number; readonly timestamp: number } | undefined {
  let found: { offset: number; timestamp: number } | undefined
  while (cursor.next()) {
    const timestamp = cursor.timestamp
    if (found === undefined || timestamp > found.timestamp) found = { offset: cursor.offset, timestamp }
  }
  return found
}

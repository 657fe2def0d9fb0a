import { KafkaError } from '@odradek/protocol'
import { CompressionError } from '@odradek/protocol/compression'
import {
  findMaxTimestamp,
  isCompressed,
  lastOffset,
  MalformedRecords,
  maxTimestamp,
  partitionLeaderEpoch,
  RecordCursor,
  seekTimestamp,
} from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import type { LogState } from './log-state.ts'
import type { TimestampedOffset } from './log.ts'
import type { Segment } from './segment.ts'

/**
 * The first record, in the order of offsets, with a timestamp of `timestamp` or later. Its segment is the first whose
 * largest timestamp reaches it, its batch the first in that; then the records are gone through.
 *
 * Timestamps need not rise: after 10, 30, 20 the answer for 15 is the second record and for 25 too.
 */
export async function findByTimestamp(state: LogState, timestamp: number, upToOffset: number): Promise<TimestampedOffset | undefined> {
  const { startOffset } = state
  // A copy: while a batch is opened, segments may come and go.
  for (const segment of Array.from(state.segments)) {
    if (segment.writtenSize === 0 || segment.endOffset <= startOffset || segment.largestTimestamp.timestamp < timestamp) continue
    const from = Math.max(startOffset, segment.searchStartForTime(timestamp))
    // eslint-disable-next-line no-await-in-loop -- mostly the first one has it
    const found = await findInSegment(
      state,
      segment,
      from,
      (scanner) => maxTimestamp(scanner.buffer, scanner.at) >= timestamp,
      (cursor) => (seekTimestamp(cursor, timestamp, startOffset) ? { offset: cursor.offset, timestamp: cursor.timestamp } : undefined),
    )
    if (found !== undefined) return found.offset < upToOffset ? found : undefined
  }
  return undefined
}

/** The first record that has the largest timestamp of the log; undefined without records, or when it lies at or above `upToOffset`. */
export async function findLargestTimestamp(state: LogState, upToOffset: number): Promise<TimestampedOffset | undefined> {
  let chosen: Segment | undefined
  for (const segment of state.segments)
    if (segment.writtenSize > 0 && (chosen === undefined || segment.largestTimestamp.timestamp > chosen.largestTimestamp.timestamp))
      chosen = segment
  if (chosen === undefined) return undefined
  const { timestamp, offset } = chosen.largestTimestamp
  const found = await findInSegment(
    state,
    chosen,
    offset,
    (scanner) => maxTimestamp(scanner.buffer, scanner.at) === timestamp,
    findMaxTimestamp,
  )
  return found !== undefined && found.offset < upToOffset ? found : undefined
}

/** Opens the batches from that of `fromOffset` on for which `isCandidate` holds, until `seek` finds a record in one. */
async function findInSegment(
  state: LogState,
  segment: Segment,
  fromOffset: number,
  isCandidate: (scanner: BatchScanner) => boolean,
  seek: (cursor: RecordCursor) => { readonly offset: number; readonly timestamp: number } | undefined,
): Promise<TimestampedOffset | undefined> {
  const scanner = new BatchScanner(segment.log.use(), segment.searchStart(fromOffset), segment.writtenSize)
  while (scanner.next()) {
    if (lastOffset(scanner.buffer, scanner.at) < fromOffset || !isCandidate(scanner)) continue
    if (!scanner.crcIsValid()) throw damaged(segment, scanner.position)
    scanner.load()
    const leaderEpoch = partitionLeaderEpoch(scanner.buffer, scanner.at)
    // eslint-disable-next-line no-await-in-loop -- one batch after the other; mostly it is the first
    const found = await open(state, segment, scanner, seek)
    if (found !== undefined) return { ...found, leaderEpoch }
  }
  return undefined
}

async function open<Found>(
  state: LogState,
  segment: Segment,
  scanner: BatchScanner,
  seek: (cursor: RecordCursor) => Found,
): Promise<Found> {
  try {
    const { buffer, at } = scanner
    if (!isCompressed(buffer, at)) return seek(new RecordCursor().openBatch(buffer, at))
    return await state.host.batchOpener.open(buffer, at, (records) => seek(new RecordCursor().openBatch(buffer, at, records)))
  } catch (error) {
    if (error instanceof CompressionError || error instanceof MalformedRecords) throw damaged(segment, scanner.position)
    throw error
  }
}

function damaged(segment: Segment, position: number): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', `${segment.log.path} is damaged at byte ${position}.`)
}

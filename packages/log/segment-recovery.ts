import { baseOffset, lastOffset, lastOffsetDelta, maxTimestamp, partitionLeaderEpoch, recordCount } from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { Segment } from './segment.ts'

/** What is known before a segment is looked into. */
export interface SegmentExpectations {
  /** Below it indexes need no look, and batches none but at the last index entry. `Infinity` after a clean stop. */
  readonly recoveryPoint: number
  /** Whether CRCs are computed: after a crash. */
  readonly checksBatches: boolean
  /** Offsets follow each other without a gap, since no cleaner was there. */
  readonly isGapless: boolean
  /** Where the log must go on; undefined when the segment is the first that is looked into. */
  readonly expectedOffset: number | undefined
  /** Gets the epochs of the batches that were looked at. */
  readonly epochs: LeaderEpochs
  /** Told how many bytes were gone through, from time to time. */
  readonly onProgress: (bytes: number) => void
}

/** What was found behind the last good batch. */
export interface BadTail {
  /** Bytes of the segment up to there are good. */
  readonly position: number
  /** The offset that should have come. */
  readonly offset: number
  readonly reason: string
}

export interface SegmentFindings {
  /** Undefined when the segment is good to its last byte. */
  readonly bad: BadTail | undefined
  /** Where the first batch begins that was looked at and ends at or above the recovery point. */
  readonly unsyncedPosition: number
  /** Epoch of the last batch; −1 if none was looked at. */
  readonly lastEpoch: number
}

const progressBytes = 16 * 1024 * 1024
const largestRelativeOffset = 2 ** 31 - 1

/**
 * Goes through the batches of a segment of which is not known where it ends: the active one, and after a crash all that
 * are not known to be on disk. Continues the indexes, and stops at the first batch that cannot be right.
 *
 * The CRC covers a batch from its attributes on. What lies before is checked by its surroundings: the offset must be the
 * next one, the epoch may not fall, the length must lead to the next batch.
 */
export function examineSegment(segment: Segment, fileSize: number, expectations: SegmentExpectations): SegmentFindings {
  const findings = goThrough(segment, fileSize, expectations)
  segment.settle()
  return findings
}

function goThrough(segment: Segment, fileSize: number, expectations: SegmentExpectations): SegmentFindings {
  const { recoveryPoint, checksBatches, epochs, onProgress } = expectations
  const start = segment.resumeIndexes(recoveryPoint)
  const scanner = new BatchScanner(segment.log.use(), start, fileSize, checksBatches ? 1024 * 1024 : undefined)
  let lastEpoch = -1
  let unsyncedPosition = fileSize
  let reported = start
  segment.assume(start, start === 0 ? Math.max(segment.baseOffset, expectations.expectedOffset ?? 0) : -1)
  while (scanner.next()) {
    // An index entry was found to be true of the batch it points at, so that one tells where the segment goes on.
    if (segment.endOffset < 0) segment.assume(start, baseOffset(scanner.buffer, scanner.at))
    // What was noted of these batches before is noted anew.
    if (lastEpoch < 0) epochs.truncateFromEnd(segment.endOffset)
    const reason = problemOf(scanner, segment, lastEpoch, expectations)
    if (reason !== undefined) return { bad: { position: scanner.position, offset: segment.endOffset, reason }, unsyncedPosition, lastEpoch }
    const { buffer, at } = scanner
    const last = lastOffset(buffer, at)
    if (last >= recoveryPoint) unsyncedPosition = Math.min(unsyncedPosition, scanner.position)
    lastEpoch = partitionLeaderEpoch(buffer, at)
    epochs.assign(lastEpoch, baseOffset(buffer, at))
    segment.append(last, scanner.size, maxTimestamp(buffer, at))
    if (scanner.position - reported < progressBytes) continue
    onProgress(scanner.position - reported)
    reported = scanner.position
  }
  onProgress(scanner.position - reported)
  if (scanner.problem === undefined) return { bad: undefined, unsyncedPosition, lastEpoch }
  const reason = `no whole batch begins there (${scanner.problem})`
  return { bad: { position: scanner.position, offset: segment.endOffset, reason }, unsyncedPosition, lastEpoch }
}

/** Why the scanner's batch cannot be the next one of the segment; undefined if it can. */
function problemOf(
  scanner: BatchScanner,
  segment: Segment,
  lastEpoch: number,
  { isGapless, checksBatches }: SegmentExpectations,
): string | undefined {
  const { buffer, at } = scanner
  const first = baseOffset(buffer, at)
  const last = lastOffset(buffer, at)
  if (isGapless ? first !== segment.endOffset : first < segment.endOffset)
    return `offset ${first} comes where ${segment.endOffset} was expected`
  if (last < first || last - segment.baseOffset > largestRelativeOffset) return `a batch that begins at ${first} cannot end at ${last}`
  if (isGapless && recordCount(buffer, at) !== lastOffsetDelta(buffer, at) + 1) return 'the record count does not fit the last offset'
  const epoch = partitionLeaderEpoch(buffer, at)
  if (epoch < lastEpoch) return `leader epoch ${epoch} comes after ${lastEpoch}`
  return checksBatches && !scanner.crcIsValid() ? 'the CRC does not fit the bytes' : undefined
}

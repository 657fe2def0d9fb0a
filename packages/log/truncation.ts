import { lastOffset } from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import type { LogState } from './log-state.ts'
import { newSegment } from './open-log.ts'
import { retireSegments } from './segment-removal.ts'

/**
 * Cuts a log so that nothing at or above `offset` is left; a batch that holds the offset goes as a whole. When this resolves
 * it is on disk that the rest is gone. What is left may still have to be synced: its segments are marked.
 *
 * `writeOut` puts what is still in memory into the file; it is called just before the cut. Rejects with `DiskError`.
 */
export async function truncateLog(state: LogState, offset: number, writeOut: () => void): Promise<void> {
  state.isChanged = true
  if (offset < state.endOffset) {
    // What is on its way to move the recovery point must not come to an end behind the cut.
    state.generation++
    // The checkpoints first: if they said after a crash that more had been on disk, the cut would look like damage.
    await lowerCheckpoints(state, offset)
    writeOut()
  }
  if (offset >= state.endOffset) {
    // A leader may have noted the beginning of its epoch and written nothing in it (KAFKA-10706).
    if (state.epochs.truncateFromEnd(state.endOffset)) state.epochsChanged = true
    return
  }
  state.generation++
  const startOffset = Math.min(state.startOffset, offset)
  if (state.segments.isEmpty || offset < state.segments.first.baseOffset) restartAt(state, offset)
  else cutSegments(state, offset)
  // The batch that held the start is gone as a whole; the start does not fall because of that.
  if (state.endOffset < startOffset) restartAt(state, startOffset)
}

async function lowerCheckpoints(state: LogState, offset: number): Promise<void> {
  const { checkpoints } = state.host
  state.recoveryPoint = Math.min(state.recoveryPoint, offset)
  state.highWatermark = Math.min(state.highWatermark, offset)
  if ((checkpoints.recoveryPoint(state.name) ?? 0) <= offset && (checkpoints.highWatermark(state.name) ?? 0) <= offset) return
  checkpoints.setRecoveryPoint(state.name, state.recoveryPoint)
  checkpoints.setHighWatermark(state.name, state.highWatermark)
  await checkpoints.saveEnds()
}

function cutSegments(state: LogState, offset: number): void {
  const { segments, tail, host } = state
  const index = segments.indexFor(offset)
  const isAtBase = segments.at(index).baseOffset === offset
  // A segment that loses everything goes, unless it is the first: a log has one.
  const later = segments.removeFrom(isAtBase && index > 0 ? index : index + 1)
  if (later.length > 0) retireSegments(state, later)

  const { active } = segments
  const { position, endOffset } = placeOf(state, offset)
  active.truncateTo(position, endOffset, host.clock.now())
  active.log.use().syncSync()
  tail.cutAt(endOffset)
  settle(state, endOffset)
}

/** Where the batch begins that holds `offset`, and the end of the one before it. */
function placeOf({ segments: { active } }: LogState, offset: number): { readonly position: number; readonly endOffset: number } {
  let endOffset = active.baseOffset
  const scanner = new BatchScanner(active.log.use(), active.searchStart(offset - 1), active.writtenSize)
  while (scanner.next()) {
    const last = lastOffset(scanner.buffer, scanner.at)
    if (last >= offset) return { position: scanner.position, endOffset }
    endOffset = last + 1
  }
  return { position: active.writtenSize, endOffset }
}

/**
 * The log begins anew, empty, at `offset`, where none of its segments begins. The new one comes before the old ones go: a crash
 * in between leaves a gap, and recovery cuts there.
 */
function restartAt(state: LogState, offset: number): void {
  const { segments, host } = state
  const old = segments.removeFrom(0)
  const segment = newSegment(state.place, state.context, offset)
  segment.create()
  segments.add(segment)
  host.disk.syncDirectory(state.directory)
  retireSegments(state, old)
  state.tail.clear()
  state.startOffset = offset
  settle(state, offset)
}

function settle(state: LogState, endOffset: number): void {
  const { host } = state
  if (state.epochs.truncateFromEnd(endOffset)) state.epochsChanged = true
  state.endOffset = state.fileEnd = endOffset
  state.writtenOffset = Math.min(state.writtenOffset, endOffset)
  state.durableOffset = Math.min(state.durableOffset, endOffset)
  state.flushedOffset = Math.min(state.flushedOffset, endOffset)
  state.recoveryPoint = Math.min(state.recoveryPoint, endOffset)
  // A flush that began before the cut says nothing any more, not even of what lies below it.
  for (const segment of state.segments) if (segment.endOffset > state.flushedOffset) state.markUnsynced(segment)
  state.startOffset = Math.min(state.startOffset, endOffset)
  // A log cut to its very beginning is as far as its readers may see (KAFKA-9491).
  state.highWatermark = Math.max(state.startOffset, Math.min(state.highWatermark, endOffset))
  state.snapshots.restore(state.producers, state.segments, endOffset, host.clock.now())
}

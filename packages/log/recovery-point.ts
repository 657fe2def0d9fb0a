import type { OpenFile } from '@odradek/common/disk'
import { replaceFileLater } from './atomic-file.ts'
import type { FileSlot } from './open-files.ts'
import { formatLeaderEpochs, leaderEpochsName } from './leader-epochs.ts'
import type { LogState } from './log-state.ts'
import type { Segment } from './segment.ts'

/**
 * Moves the recovery point up to what has been flushed. Below it nothing is looked at after a crash, so everything that is
 * made of those batches has to be on disk as well: indexes, producer snapshots, leader epochs. Rejects with `DiskError`.
 */
export async function advanceRecoveryPoint(state: LogState): Promise<void> {
  if (!needsAdvance(state)) return
  const { generation, flushedOffset } = state
  const closed = [...state.unsealed]
  for (const segment of closed) segment.seal()
  await saveEpochs(state)
  for (const segment of [...closed, state.segments.active]) await syncIndexes(segment)
  await syncSnapshots(state)
  if (generation !== state.generation || state.isClosed) return
  for (const segment of closed) {
    const at = state.unsealed.indexOf(segment)
    // Retention may have taken it meanwhile.
    if (at < 0) continue
    state.unsealed.splice(at, 1)
    segment.unload()
  }
  // A new log begins with what it has: nothing, of which nothing is on disk. Its first flush makes it known.
  if (flushedOffset === state.recoveryPoint) return
  state.recoveryPoint = flushedOffset
  state.host.checkpoints.setRecoveryPoint(state.name, flushedOffset)
}

export function needsAdvance(state: LogState): boolean {
  if (state.isClosed || state.isUnsound || state.segments.isEmpty) return false
  return state.flushedOffset !== state.recoveryPoint || state.epochsChanged || state.unsealed.length > 0
}

export async function saveEpochs(state: LogState): Promise<void> {
  if (!state.epochsChanged) return
  state.epochsChanged = false
  try {
    await replaceFileLater(state.host.disk, `${state.directory}/${leaderEpochsName}`, formatLeaderEpochs(state.epochs))
  } catch (error) {
    state.epochsChanged = true
    throw error
  }
}

/** Writes and syncs what a segment's indexes have, unless the segment is deleted before that is done. */
export async function syncIndexes(segment: Segment): Promise<void> {
  if (!segment.areIndexesOpen || segment.isRetired) return
  const { offsets, times } = segment.indexes
  segment.indexes.flush()
  for (const { file } of [offsets, times]) if (!segment.isRetired) await syncSlot(file.slot)
}

export async function syncSnapshots(state: LogState): Promise<void> {
  for (const offset of state.unsyncedSnapshots.splice(0)) {
    if (!state.snapshots.offsets.includes(offset)) continue
    const file = state.host.disk.open(state.snapshots.pathOf(offset), 'write')
    await syncAndClose(file)
  }
}

async function syncSlot(slot: FileSlot): Promise<void> {
  const file = slot.hold()
  try {
    await file.sync()
  } finally {
    slot.letGo()
  }
}

async function syncAndClose(file: OpenFile): Promise<void> {
  try {
    await file.sync()
  } finally {
    file.close()
  }
}

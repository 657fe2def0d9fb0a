import { offsetFileName, suffix } from './file-names.ts'
import type { LogState } from './log-state.ts'
import type { Segment } from './segment.ts'

/**
 * Takes the files of segments out of use: they get `.deleted` behind their names, are gone for every later start, and are
 * unlinked after `file.delete.delay.ms`, so that who reads them now comes to an end. The renames are durable when this
 * returns. Throws `DiskError`.
 */
export function retireSegments(state: LogState, segments: readonly Segment[]): void {
  const { disk } = state.host
  const delayMs = state.place.settings().fileDeleteDelayMs
  for (const segment of segments) {
    if (state.unsynced.delete(segment)) segment.log.letGo()
    const waiting = state.unsealed.indexOf(segment)
    if (waiting >= 0) state.unsealed.splice(waiting, 1)
    segment.retire(suffix.deleted)
    for (const ending of [suffix.log, suffix.offsetIndex, suffix.timeIndex, suffix.transactionIndex]) {
      const path = `${state.directory}/${offsetFileName(segment.baseOffset, ending)}`
      if (disk.stat(path) === undefined) continue
      disk.rename(path, `${path}${suffix.deleted}`)
      state.host.deleteLater(`${path}${suffix.deleted}`, delayMs)
    }
  }
  disk.syncDirectory(state.directory)
  state.directoryNeedsSync = false
}

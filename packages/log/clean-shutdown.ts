import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { replaceFile } from './atomic-file.ts'

/** Its presence says that every log of the directory was written out and closed. */
export const cleanShutdownName = '.kafka_cleanshutdown'

/**
 * Whether the last run ended cleanly. The mark is taken away, durably, before anything else is written: if it came back
 * after a power cut (KAFKA-10471), the next start would trust logs that were being written.
 */
export function takeCleanShutdownMark(disk: Disk, directory: string): boolean {
  try {
    disk.unlink(`${directory}/${cleanShutdownName}`)
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return false
    throw error
  }
  disk.syncDirectory(directory)
  return true
}

/** `brokerEpoch` is −1 where nobody gives one. */
export function leaveCleanShutdownMark(disk: Disk, directory: string, brokerEpoch: number): void {
  replaceFile(disk, `${directory}/${cleanShutdownName}`, JSON.stringify({ version: 0, brokerEpoch }))
}

import type { Disk } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import { baseOffset, partitionLeaderEpoch } from '@odradek/protocol/records'
import { BatchScanner } from './batch-scanner.ts'
import { MalformedCheckpoint } from './checkpoint-file.ts'
import { LeaderEpochs, readLeaderEpochs } from './leader-epochs.ts'
import type { Segments } from './segments.ts'

/** What the file says; undefined when it is missing, empty or damaged, and the batches have to be asked. */
export function loadLeaderEpochs(disk: Disk, directory: string, logger: Logger): LeaderEpochs | undefined {
  try {
    const epochs = readLeaderEpochs(disk, directory)
    return epochs === undefined || epochs.all.length === 0 ? undefined : epochs
  } catch (error) {
    if (!(error instanceof MalformedCheckpoint)) throw error
    logger.warn('Rebuilding the leader epochs from the batches', { reason: error.message })
    return undefined
  }
}

/** Goes through all headers of a log. */
export function rebuildLeaderEpochs(segments: Segments): LeaderEpochs {
  const epochs = new LeaderEpochs()
  for (const segment of segments) {
    if (segment.writtenSize === 0) continue
    const scanner = new BatchScanner(segment.log.use(), 0, segment.writtenSize)
    while (scanner.next()) epochs.assign(partitionLeaderEpoch(scanner.buffer, scanner.at), baseOffset(scanner.buffer, scanner.at))
  }
  return epochs
}

import type { Disk } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import type { LogCheckpoints } from './log-host.ts'
import { checkpointName, OffsetCheckpoint } from './offset-checkpoint.ts'

/** The checkpoints of a log directory, by the names of the partitions' directories. */
export class Checkpoints implements LogCheckpoints {
  readonly #recoveryPoints: OffsetCheckpoint
  readonly #logStarts: OffsetCheckpoint
  readonly #highWatermarks: OffsetCheckpoint
  readonly #cleaner: OffsetCheckpoint

  /** Reads all files. One that is damaged counts as missing, with a line in the log. */
  constructor(disk: Disk, directory: string, logger: Logger) {
    const read = (name: string, consequence: string): OffsetCheckpoint =>
      OffsetCheckpoint.read(disk, directory, name, ({ message }) =>
        logger.warn(`A checkpoint is not readable, so ${consequence}`, { reason: message }),
      )
    this.#recoveryPoints = read(checkpointName.recoveryPoint, 'after a crash all segments are checked')
    this.#logStarts = read(
      checkpointName.logStart,
      'logs begin with their first segments, and records deleted by DeleteRecords may be seen again',
    )
    this.#highWatermarks = read(checkpointName.replication, 'high watermarks begin at the starts of the logs')
    this.#cleaner = read(checkpointName.cleaner, 'the cleaner begins anew')
  }

  recoveryPoint(partition: string): number | undefined {
    return this.#recoveryPoints.get(partition)
  }

  logStart(partition: string): number | undefined {
    return this.#logStarts.get(partition)
  }

  highWatermark(partition: string): number | undefined {
    return this.#highWatermarks.get(partition)
  }

  wasCleaned(partition: string): boolean {
    return this.#cleaner.get(partition) !== undefined
  }

  setRecoveryPoint(partition: string, offset: number): void {
    this.#recoveryPoints.set(partition, offset)
  }

  setLogStart(partition: string, offset: number | undefined): void {
    if (offset === undefined) this.#logStarts.delete(partition)
    else this.#logStarts.set(partition, offset)
  }

  setHighWatermark(partition: string, offset: number): void {
    this.#highWatermarks.set(partition, offset)
  }

  /** A partition is gone, and what comes under its name is another. Returns whether anything was known of it. */
  forget(partition: string): boolean {
    const all = [this.#recoveryPoints, this.#logStarts, this.#highWatermarks, this.#cleaner]
    const wasKnown = all.some((checkpoint) => checkpoint.get(partition) !== undefined)
    for (const checkpoint of all) checkpoint.delete(partition)
    return wasKnown
  }

  saveLogStarts(): Promise<void> {
    return this.#logStarts.save()
  }

  async saveEnds(): Promise<void> {
    await Promise.all([this.#recoveryPoints.save(), this.#highWatermarks.save()])
  }

  saveHighWatermarks(): Promise<void> {
    return this.#highWatermarks.save()
  }

  async saveAll(): Promise<void> {
    await Promise.all([this.saveEnds(), this.saveLogStarts(), this.#cleaner.save()])
  }
}

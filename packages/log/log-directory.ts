import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import type { Random } from '@odradek/common/random'
import type { Clock, Timer } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { BatchOpener } from './batch-opener.ts'
import { leaveCleanShutdownMark } from './clean-shutdown.ts'
import { DirectoryHost } from './directory-host.ts'
import { DirectoryRoutines } from './directory-routines.ts'
import { enterDirectory } from './enter-directory.ts'
import type { EnteredDirectory } from './enter-directory.ts'
import { parsePartitionDirectoryName, partitionDirectoryName } from './file-names.ts'
import { lookAtPartition, topicIdIn } from './found-partition.ts'
import type { FoundPartition } from './found-partition.ts'
import type { LogMetrics, MeasuredDirectory } from './log-metrics.ts'
import { LogOpener } from './log-opener.ts'
import type { RecoveryProgress } from './log-opener.ts'
import type { LogSettings } from './log-settings.ts'
import type { Log } from './log.ts'
import { systemProcess } from '@odradek/common/process'
import type { ProcessIdentity } from '@odradek/common/process'
import type { SegmentedLog } from './segmented-log.ts'
import type { LogDirectorySettings } from './settings.ts'
import type { StorageCondition } from './storage-state.ts'

export interface LogDirectoryOptions {
  readonly path: string
  readonly disk: Disk
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  /** One for all directories of a broker. */
  readonly metrics: LogMetrics
  readonly config: LogDirectorySettings
  /** One for all directories of a broker; without it the directory has its own. */
  readonly batchOpener?: BatchOpener
  /** Whose directory it must be, or becomes if it is new. */
  readonly expected: { readonly clusterId: string; readonly nodeId: number }
  /** Written into the mark of a clean shutdown; −1 where nobody gives one. */
  readonly brokerEpoch?: number
  /** For simulations, where several brokers live in one process. */
  readonly process?: ProcessIdentity
  /** Told while a log that was not closed properly is gone through. */
  readonly onRecovery?: (progress: RecoveryProgress) => void
  /** The directory is out of use until the next start. */
  readonly onOffline?: (error: Error) => void
  /**
   * Asked to use the log of a partition that nobody has used since the start, so that retention can look at it. Does nothing
   * for a partition that there is no more.
   */
  readonly touch?: (topic: string, partition: number) => void
}

/**
 * A directory with the logs of a broker.
 *
 * At its start only names and checkpoints are read; a log is opened when it is first used. What is appended in one turn of the
 * event loop is written with one call for each log and synced in rounds, see `Flusher`.
 *
 * ```ts
 * const directory = await LogDirectory.open({ path: './data', disk: nodeDisk, … })
 * const log = directory.logFor(topicId, 'orders', 0, () => settings, { create: true })
 * log.append(batch, { leaderEpoch: 0, origin: 'client' })
 * await directory.close()
 * ```
 */
export class LogDirectory implements MeasuredDirectory {
  readonly #options: LogDirectoryOptions
  readonly #entered: EnteredDirectory
  readonly #host: DirectoryHost
  readonly #opener: LogOpener
  readonly #routines: DirectoryRoutines
  readonly #logs = new Map<string, OpenLog>()
  #isClosed = false

  private constructor(options: LogDirectoryOptions, entered: EnteredDirectory) {
    this.#options = options
    this.#entered = entered
    options.metrics.add(this)
    this.#host = new DirectoryHost({
      ...options,
      checkpoints: entered.checkpoints,
      onFlush: (durationMs) => options.metrics.flushed(durationMs),
      onOffline: (error) => this.#wentOffline(error),
    })
    this.#opener = new LogOpener(this.#host, entered.partitions, {
      wasClean: entered.wasClean,
      onRecovery: options.onRecovery ?? (() => {}),
    })
    this.#routines = new DirectoryRoutines({ ...options, host: this.#host, logs: () => this.logs(), untouched: () => this.#untouched() })
  }

  /** Throws `UserError` for a directory that is in use, of somebody else, read-only, or of a newer version; and `DiskError`. */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const made: { directory?: LogDirectory } = {}
    const entered = await enterDirectory({
      ...options,
      process: options.process ?? systemProcess(),
      onLockLost: () => made.directory?.storageFailed(new DiskError('EBUSY', options.path, { doing: 'keep the lock of' })),
    })
    made.directory = new LogDirectory(options, entered)
    made.directory.#begin()
    return made.directory
  }

  /** Of this directory, for as long as it exists (KIP-858). */
  get id(): string {
    return this.#entered.directoryId
  }

  /** Whether the last process closed it properly. */
  get wasClean(): boolean {
    return this.#entered.wasClean
  }

  get condition(): StorageCondition {
    return this.#host.storage.condition
  }

  /** Bytes that may still be written, and bytes in all, of the volume. */
  space(): { readonly freeBytes: number; readonly totalBytes: number } {
    return this.#options.disk.space(this.#options.path)
  }

  /**
   * The log of a partition, opened if nobody has used it before. That takes a moment, and longer if it was not closed
   * properly: everything above its recovery point is then read. With `create` a missing log is made, on disk with its
   * first batch. `settings` is asked at each use and must be cheap.
   *
   * Throws UNKNOWN_TOPIC_OR_PARTITION without a log, and KAFKA_STORAGE_ERROR when it cannot be opened.
   */
  logFor(topicId: string, topic: string, partition: number, settings: () => LogSettings, options: { readonly create: boolean }): Log {
    const name = partitionDirectoryName(topic, partition)
    const known = this.#logs.get(name)
    if (known?.topicId === topicId) return known.log
    if (this.#isClosed) throw new KafkaError('KAFKA_STORAGE_ERROR', 'The data directory is closed.')
    if (known !== undefined) this.remove(topic, partition)
    const log = this.#opener.open({ topicId, topic, partition, settings }, options.create)
    this.#logs.set(name, { topicId, log, settings })
    return log
  }

  /** Whether there is something on disk for the partition. */
  has(topic: string, partition: number): boolean {
    return this.#entered.partitions.has(partitionDirectoryName(topic, partition))
  }

  /**
   * Takes a partition out of use. Its directory gets another name at once and is deleted after `file.delete.delay.ms`, so
   * that who is reading comes to an end. Nothing happens if there is none.
   */
  remove(topic: string, partition: number): void {
    const name = partitionDirectoryName(topic, partition)
    const known = this.#logs.get(name)
    this.#logs.delete(name)
    known?.log.abandon()
    if (this.condition === 'offline') return
    try {
      if (this.#options.disk.stat(`${this.#options.path}/${name}`) !== undefined)
        this.#host.deleteLater(this.#opener.setAside(topic, partition, 'deleted'), known?.settings().fileDeleteDelayMs ?? 0)
      else this.#forget(name)
      this.#inBackground(this.#host.checkpoints.saveAll())
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#host.storageFailed(error, 'delete a partition')
    }
  }

  /** Puts aside the directories of partitions that the cluster does not know; returns their names. To be called once the metadata is known. */
  setStraysAside(isKnown: (topic: string, partition: number) => boolean): readonly string[] {
    const strays: string[] = []
    for (const name of Array.from(this.#entered.partitions)) {
      const parsed = parsePartitionDirectoryName(name)
      if (parsed === undefined || isKnown(parsed.topic, parsed.partition)) continue
      this.#logs.get(name)?.log.abandon()
      this.#logs.delete(name)
      strays.push(this.#opener.setAside(parsed.topic, parsed.partition, 'stray'))
    }
    if (strays.length > 0)
      this.#options.logger.warn('Put partitions aside that the cluster does not know. Delete them when nobody misses them', {
        count: strays.length,
        paths: strays.slice(0, 10),
      })
    return strays
  }

  /** Partitions that the cluster does not know, as they look; nothing is changed. */
  unknownTo(isKnown: (topic: string, partition: number) => boolean): readonly FoundPartition[] {
    const { disk, path } = this.#options
    return [...this.#entered.partitions].flatMap((name) => {
      const parsed = parsePartitionDirectoryName(name)
      if (parsed === undefined || isKnown(parsed.topic, parsed.partition)) return []
      return [lookAtPartition(disk, `${path}/${name}`, parsed.topic, parsed.partition)]
    })
  }

  /**
   * Takes back what an earlier start has put aside and the cluster knows again, since its metadata was put back. What has taken
   * the name meanwhile, for another topic, is put aside instead. To be called before logs are used. Returns the names.
   */
  takeBackStrays(topicIdOf: (topic: string, partition: number) => string | undefined): readonly string[] {
    const { disk, path, logger } = this.#options
    const taken: string[] = []
    for (const retired of this.#entered.strays) {
      const parsed = parsePartitionDirectoryName(retired)
      const topicId = parsed === undefined ? undefined : topicIdOf(parsed.topic, parsed.partition)
      if (parsed === undefined || topicId === undefined || topicIdIn(disk, `${path}/${retired}`) !== topicId) continue
      const name = partitionDirectoryName(parsed.topic, parsed.partition)
      if (this.#entered.partitions.has(name)) {
        // Of the same topic: then this one was put aside because it could not be used.
        if (topicIdIn(disk, `${path}/${name}`) === topicId) continue
        this.#opener.setAside(parsed.topic, parsed.partition, 'stray')
      }
      this.#opener.takeBack(retired, parsed.topic, parsed.partition)
      taken.push(name)
    }
    if (taken.length > 0)
      logger.warn('Took partitions back that were put aside, since the cluster knows them again', {
        count: taken.length,
        partitions: taken.slice(0, 10),
      })
    return taken
  }

  /** The logs that are in use. */
  *logs(): Iterable<SegmentedLog> {
    for (const { log } of this.#logs.values()) yield log
  }

  /** What the routines do now and then, at once: for tests and for tools. */
  get routines(): Pick<DirectoryRoutines, 'advanceRecoveryPoints' | 'applyRetention' | 'saveHighWatermarks'> {
    return this.#routines
  }

  /** Writes what was appended so far, without waiting for the end of the turn; resolves when it has been synced, or has failed. */
  async flushed(): Promise<void> {
    this.#host.writeNow()
    await this.#host.flusher.settled()
  }

  get isOffline(): boolean {
    return this.condition === 'offline'
  }

  get isFull(): boolean {
    return this.condition === 'full'
  }

  get tailBytes(): number {
    return this.#host.tails.usedBytes
  }

  get pinnedBytes(): number {
    return this.#host.tails.pinnedBytes
  }

  get openFiles(): number {
    return this.#host.files.count
  }

  /** The disk has failed, as somebody else noticed. */
  storageFailed(error: Error): void {
    this.#host.storageFailed(error, 'use the data directory')
  }

  /**
   * Writes and closes everything and leaves the mark of a clean shutdown, if nothing failed and no log is left that a crash
   * before this run may have torn. Never rejects: what could not be saved is found at the next start.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#routines.stop()
    try {
      if (this.isOffline) return
      await this.flushed()
      const isClean = await this.#closeLogs()
      await this.#routines.saveHighWatermarks()
      await this.#host.checkpoints.saveAll()
      if (isClean) leaveCleanShutdownMark(this.#options.disk, this.#options.path, this.#options.brokerEpoch ?? -1)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#host.storageFailed(error, 'close the data directory')
    } finally {
      this.abandon()
      this.#releaseLock()
    }
  }

  /** Ends as a killed process would: nothing is written any more. The lock stays. */
  abandon(): void {
    this.#isClosed = true
    this.#inBackground(this.#routines.stop())
    this.#host.stop()
    this.#entered.lock.abandon()
    for (const log of this.logs()) log.abandon()
  }

  #begin(): void {
    for (const name of this.#entered.deleted) this.#host.deleteLater(`${this.#options.path}/${name}`, 0)
    this.#host.storage.checkSpace()
    this.#routines.start()
  }

  /** Closes the logs, a few at a time. Returns whether the next start may trust all of them. */
  async #closeLogs(): Promise<boolean> {
    let isClean = !this.isOffline
    const waiting = this.logs()[Symbol.iterator]()
    const work = async (): Promise<void> => {
      for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
        await next.value.close()
        if (next.value.isDamaged) isClean = false
      }
    }
    await Promise.all(Array.from({ length: 4 }, work))
    return isClean && [...this.#entered.partitions].every((name) => this.#logs.has(name) || this.#opener.wasClosed(name))
  }

  /** Ways to open the logs that are there and not in use. */
  *#untouched(): Iterable<() => void> {
    const { touch, logger } = this.#options
    if (touch === undefined) return
    for (const name of Array.from(this.#entered.partitions)) {
      const parsed = parsePartitionDirectoryName(name)
      if (parsed === undefined || this.#logs.has(name)) continue
      yield () => {
        try {
          touch(parsed.topic, parsed.partition)
        } catch (error) {
          if (!(error instanceof KafkaError)) throw error
          logger.limited(name).warn('Retention cannot look at a log', { log: name, error })
        }
      }
    }
  }

  #forget(name: string): void {
    this.#entered.partitions.delete(name)
    this.#host.checkpoints.forget(name)
  }

  #wentOffline(error: Error): void {
    for (const log of this.logs()) log.storageFailed(error)
    this.#options.onOffline?.(error)
  }

  #releaseLock(): void {
    try {
      this.#entered.lock.release()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#options.logger.warn('Cannot release the lock of the data directory; the next start will find that nobody holds it', { error })
    }
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.#host.storageFailed(error instanceof Error ? error : new Error(String(error)), 'save checkpoints'))
  }
}

interface OpenLog {
  readonly topicId: string
  readonly log: SegmentedLog
  readonly settings: () => LogSettings
}

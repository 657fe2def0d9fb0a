import { DiskError } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import { writeFully } from './atomic-file.ts'
import { Buffer } from 'node:buffer'
import type { DirectoryHost } from './directory-host.ts'
import { partitionDirectoryName, retiredDirectoryName } from './file-names.ts'
import { damageMessage } from './log-damage.ts'
import type { LogSettings } from './log-settings.ts'
import { LogState } from './log-state.ts'
import { LogEndsBeforeItsStart, newLog, openLog } from './open-log.ts'
import type { LogPlace, OpenedLog } from './open-log.ts'
import { formatPartitionMetadata, MalformedPartitionMetadata, partitionMetadataName, readPartitionMetadata } from './partition-metadata.ts'
import { SegmentedLog } from './segmented-log.ts'

/** A log that was not closed properly is being gone through. */
export interface RecoveryProgress {
  readonly topic: string
  readonly partition: number
  /** Bytes up to now. */
  readonly bytes: number
  readonly isDone: boolean
}

export interface WantedLog {
  readonly topicId: string
  readonly topic: string
  readonly partition: number
  readonly settings: () => LogSettings
}

/** Opens logs, each when it is first used. Deciding what the directory of that name is comes before. */
export class LogOpener {
  readonly #host: DirectoryHost
  /** Names of the directories that are there. */
  readonly #names: Set<string>
  readonly #wasClean: boolean
  /** Names of directories of which nobody knows how they were closed. */
  readonly #unsure = new Set<string>()
  readonly #onRecovery: (progress: RecoveryProgress) => void

  constructor(
    host: DirectoryHost,
    names: Set<string>,
    options: { readonly wasClean: boolean; readonly onRecovery: (progress: RecoveryProgress) => void },
  ) {
    this.#host = host
    this.#names = names
    this.#wasClean = options.wasClean
    this.#onRecovery = options.onRecovery
  }

  /** Throws `KafkaError`: KAFKA_STORAGE_ERROR when the disk or its contents stand against it. */
  open(wanted: WantedLog, canCreate: boolean): SegmentedLog {
    this.#host.requireReadable()
    const name = partitionDirectoryName(wanted.topic, wanted.partition)
    try {
      const place = this.#place(wanted, name)
      if (this.#names.has(name) && this.#belongsTo(place, wanted.topicId)) return this.#openExisting(place, wanted)
      if (!canCreate) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
      return this.#openNew(place, wanted.topicId, 0)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#host.logger.error('Cannot open a log', { log: name, error })
      this.#host.storageFailed(error, 'open a log')
      throw new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
    }
  }

  /** Puts a directory aside, under a name that is never used as a log. */
  setAside(topic: string, partition: number, kind: 'deleted' | 'stray'): string {
    const { disk, path, random, checkpoints } = this.#host
    const name = partitionDirectoryName(topic, partition)
    const retired = `${path}/${retiredDirectoryName(topic, partition, kind, random)}`
    disk.rename(`${path}/${name}`, retired)
    this.#names.delete(name)
    checkpoints.forget(name)
    this.#host.nameAdded()
    return retired
  }

  /** The opposite: a directory that was put aside is in use again. What is in it is looked at as after a crash. */
  takeBack(retired: string, topic: string, partition: number): void {
    const { disk, path, checkpoints } = this.#host
    const name = partitionDirectoryName(topic, partition)
    disk.rename(`${path}/${retired}`, `${path}/${name}`)
    this.#names.add(name)
    this.#unsure.add(name)
    checkpoints.forget(name)
    this.#host.nameAdded()
  }

  /** Whether the log may be trusted to have been closed properly by the last process. */
  wasClosed(name: string): boolean {
    return this.#wasClean && !this.#unsure.has(name)
  }

  #place({ topic, partition, settings }: WantedLog, name: string): LogPlace {
    return { host: this.#host, topic, partition, name, directory: `${this.#host.path}/${name}`, settings }
  }

  /** Whether the directory is of this topic, and not of an earlier one of the same name. */
  #belongsTo(place: LogPlace, topicId: string): boolean {
    const { logger, checkpoints, disk } = this.#host
    let found: string | undefined
    try {
      found = readPartitionMetadata(disk, place.directory)
    } catch (error) {
      if (!(error instanceof MalformedPartitionMetadata)) throw error
      if ((checkpoints.recoveryPoint(place.name) ?? 0) > 0) {
        logger.error(
          'Cannot tell to which topic a partition belongs. Put the file back from a copy, or delete the partition directory to give up its records',
          { reason: error.message },
        )
        throw new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
      }
      // A crash came while the partition was made; nothing in it can have been acknowledged.
    }
    if (found === topicId) return true
    if (found === undefined) {
      this.#writeMetadata(place, topicId)
      return true
    }
    const path = this.setAside(place.topic, place.partition, 'stray')
    logger.warn('Put a partition of an earlier topic of the same name aside. Delete it when nobody misses it', {
      log: place.name,
      topicId: found,
      path,
    })
    return false
  }

  #writeMetadata(place: LogPlace, topicId: string): void {
    const file = this.#host.disk.open(`${place.directory}/${partitionMetadataName}`, 'create')
    try {
      file.truncate(0)
      writeFully(file, Buffer.from(formatPartitionMetadata(topicId)))
      file.syncSync()
    } finally {
      file.close()
    }
    this.#host.disk.syncDirectory(place.directory)
  }

  #openExisting(place: LogPlace, wanted: WantedLog): SegmentedLog {
    const { topic, partition, name } = place
    const { clock, logger } = this.#host
    const startMs = clock.monotonic()
    const wasClean = this.wasClosed(name)
    let bytes = 0
    const onProgress = (more: number): void => {
      bytes += more
      if (!wasClean && bytes > 0) this.#onRecovery({ topic, partition, bytes, isDone: false })
    }
    let opened: OpenedLog
    try {
      opened = openLog(place, { wasClean, onProgress })
    } catch (error) {
      if (!(error instanceof LogEndsBeforeItsStart)) throw error
      const path = this.setAside(topic, partition, 'stray')
      logger.error(
        'A log ends before its start: segments are missing, or the checkpoint of log starts is false. What was found is put aside, and the log goes on, empty, at its start',
        { reason: error.message, path },
      )
      return this.#openNew(place, wanted.topicId, error.startOffset)
    }
    if (!wasClean && bytes > 0) {
      this.#onRecovery({ topic, partition, bytes, isDone: true })
      logger.info('Recovered a log', { log: name, bytes, endOffset: opened.endOffset, durationMs: Math.round(clock.monotonic() - startMs) })
    }
    if (opened.damage !== undefined) logger.error(damageMessage(place.directory, opened.damage))
    return new SegmentedLog(new LogState(place, opened), wanted.topicId)
  }

  #openNew(place: LogPlace, topicId: string, startOffset: number): SegmentedLog {
    const { checkpoints, logger } = this.#host
    if ((checkpoints.recoveryPoint(place.name) ?? 0) > 0)
      logger.error(
        'The directory of a partition is missing; it begins again, empty. If the disk was to be replaced that is right, else put the directory back',
        { path: place.directory },
      )
    this.#names.add(place.name)
    // Offsets of whatever had the name before would look like records that are lost.
    const wasKnown = checkpoints.forget(place.name)
    const log = new SegmentedLog(new LogState(place, newLog(place, startOffset)), topicId)
    if (wasKnown) log.blockOn(checkpoints.saveAll())
    if (startOffset > 0) log.writer.createDirectory()
    return log
  }
}

import type { Disk, OpenFile } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import type { Random } from '@odradek/common/random'
import type { Clock } from '@odradek/common/time'
import type { BatchOpener } from './batch-opener.ts'
import type { OpenFiles } from './open-files.ts'
import type { ProducerStateLimits } from './producer-state.ts'
import type { ReadBuffers } from './read-buffers.ts'
import type { TailCache } from './tail-cache.ts'

/** When a record counts as durable: after fdatasync, or as soon as the page cache has it, as in Apache Kafka. */
export type Durability = 'fsync' | 'page-cache'

/** What a log gets from the directory in which it lies. All logs of a directory share it. */
export interface LogHost {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly files: OpenFiles
  readonly tails: TailCache
  readonly readBuffers: ReadBuffers
  readonly durability: Durability
  readonly producerLimits: ProducerStateLimits
  /** Opens compressed batches; one for the whole broker. */
  readonly batchOpener: BatchOpener
  /** Keeps what recovery cuts off beside the log. */
  readonly keepsCorrupt: boolean

  /** Throws KAFKA_STORAGE_ERROR when nothing may be appended: the disk is full or gone. */
  requireWritable(topic: string): void
  /** Throws KAFKA_STORAGE_ERROR when nothing can be read either. */
  requireReadable(): void
  /** Has `log.writeOut` called at the end of this turn. Ask once. */
  writeAtEndOfTurn(log: TurnWriter): void
  /** Has `log.beginFlush` called with the next flush round. */
  flushSoon(log: FlushTarget): void
  /** A write failed. Full disks recover, others are out of use from now on. */
  storageFailed(error: Error, doing: string): void
  /** A name was made or changed in the directory itself; it has to be synced before something counts as durable. */
  nameAdded(): void
  syncNames(): void
  /** Remembers the offsets of a log for the checkpoints, under the name of its directory. */
  readonly checkpoints: LogCheckpoints
  /** Unlinks a file, or removes a directory, after a while. */
  deleteLater(path: string, delayMs: number): void
}

/** The offsets that outlive a process, each in its checkpoint. */
export interface LogCheckpoints {
  recoveryPoint(partition: string): number | undefined
  logStart(partition: string): number | undefined
  highWatermark(partition: string): number | undefined
  /** Whether the cleaner has been at the log: then there may be gaps between its offsets. */
  wasCleaned(partition: string): boolean
  setRecoveryPoint(partition: string, offset: number): void
  /** Undefined: the log begins with its first segment, which needs no entry. */
  setLogStart(partition: string, offset: number | undefined): void
  setHighWatermark(partition: string, offset: number): void
  /** Resolve when what was set is on disk. */
  saveLogStarts(): Promise<void>
  /** Recovery points and high watermarks. */
  saveEnds(): Promise<void>
}

/** A log with appends that are not in its file yet. */
export interface TurnWriter {
  /** Writes them; failures are told to those who wait, not thrown. */
  writeOut(): void
  /** Tells the observer. Called when all logs of the turn have been written. */
  tellWritten(): void
}

/** A log with bytes in the page cache that have to get to the disk. */
export interface FlushTarget {
  /** Undefined when there is nothing to sync any more. */
  beginFlush(): FlushJob | undefined
}

/** What has to be synced for a log's durable end to move. */
export interface FlushJob {
  readonly files: readonly OpenFile[]
  /** Something else that has to be on disk first. */
  readonly blockedOn: Promise<void> | undefined
  /** All files are synced. */
  done(): void
  /** One of them could not be. It must not be tried again: the system has dropped the bytes and forgotten about it. */
  failed(error: Error): void
}

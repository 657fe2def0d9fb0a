import { DiskError } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import type { Logger } from '@odradek/common/logging'
import type { Random } from '@odradek/common/random'
import type { Cancellable, Clock, Timer } from '@odradek/common/time'
import { BatchOpener } from './batch-opener.ts'
import type { Checkpoints } from './checkpoints.ts'
import { Flusher } from './flusher.ts'
import type { Durability, FlushTarget, LogHost, TurnWriter } from './log-host.ts'
import { OpenFiles } from './open-files.ts'
import type { ProducerStateLimits } from './producer-state.ts'
import { ReadBuffers } from './read-buffers.ts'
import type { LogDirectorySettings } from './settings.ts'
import { StorageState } from './storage-state.ts'
import { TailCache } from './tail-cache.ts'

const spareReadBytes = 8 * 1024 * 1024
const slowRoundMs = 1000

export interface HostOptions {
  readonly path: string
  readonly disk: Disk
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  readonly config: LogDirectorySettings
  readonly checkpoints: Checkpoints
  readonly batchOpener?: BatchOpener
  readonly onOffline: (error: Error) => void
  readonly onFlush: (durationMs: number) => void
}

/** What the logs of one directory share: its disk and the condition of that, memory, open files, and the order of writing. */
export class DirectoryHost implements LogHost {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly files: OpenFiles
  readonly tails: TailCache
  readonly readBuffers = new ReadBuffers({ maxFreeBytes: spareReadBytes })
  readonly batchOpener: BatchOpener
  readonly checkpoints: Checkpoints
  readonly storage: StorageState
  readonly flusher: Flusher
  readonly path: string
  readonly #timer: Timer
  readonly #config: LogDirectorySettings
  #toWrite: TurnWriter[] = []
  #isTurnAsked = false
  #namesChanged = false
  #isStopped = false
  readonly #deletions = new Set<Cancellable>()

  constructor(options: HostOptions) {
    this.path = options.path
    this.disk = options.disk
    this.clock = options.clock
    this.random = options.random
    this.logger = options.logger
    this.checkpoints = options.checkpoints
    this.#timer = options.timer
    this.#config = options.config
    this.batchOpener = options.batchOpener ?? new BatchOpener(options.config)
    this.files = new OpenFiles(options.disk, options.config.maxOpenFiles)
    this.tails = new TailCache({ budgetBytes: options.config.tailCacheBytes })
    this.flusher = new Flusher({
      clock: options.clock,
      onRound: (durationMs, files) => {
        options.onFlush(durationMs)
        if (durationMs > slowRoundMs)
          options.logger.limited('slow flush').warn('Syncing took long; acks=all waits for it', { durationMs, files })
      },
    })
    this.storage = new StorageState({
      disk: options.disk,
      path: options.path,
      minFreeBytes: () => options.config.minFreeBytes,
      logger: options.logger,
      onOffline: (error) => {
        this.flusher.stop()
        options.onOffline(error)
      },
    })
  }

  get durability(): Durability {
    return this.#config.durability
  }

  get producerLimits(): ProducerStateLimits {
    return { maxProducers: this.#config.maxProducersPerPartition, expirationMs: this.#config.producerExpirationMs }
  }

  get keepsCorrupt(): boolean {
    return this.#config.keepsCorrupt
  }

  requireWritable(topic: string): void {
    this.storage.requireWritable(topic)
  }

  requireReadable(): void {
    this.storage.requireReadable()
  }

  storageFailed(error: Error, doing: string): void {
    this.storage.failed(error, doing)
  }

  writeAtEndOfTurn(log: TurnWriter): void {
    this.#toWrite.push(log)
    this.#askForTurn()
  }

  flushSoon(log: FlushTarget): void {
    this.flusher.add(log)
    this.#askForTurn()
  }

  nameAdded(): void {
    this.#namesChanged = true
  }

  syncNames(): void {
    if (!this.#namesChanged) return
    this.#namesChanged = false
    try {
      this.disk.syncDirectory(this.path)
    } catch (error) {
      this.#namesChanged = true
      throw error
    }
  }

  deleteLater(path: string, delayMs: number): void {
    if (this.#isStopped) return
    // Whoever deletes on a full disk needs the room now; those who read are few, and are told.
    if (this.storage.condition === 'full') return this.#delete(path)
    const deletion = this.#timer.after(delayMs, () => {
      this.#deletions.delete(deletion)
      this.#delete(path)
    })
    this.#deletions.add(deletion)
  }

  /** Nothing is written or synced any more; what was to be deleted later is left to the next start. */
  stop(): void {
    this.#isStopped = true
    this.flusher.stop()
    for (const deletion of this.#deletions) deletion.cancel()
    this.#deletions.clear()
  }

  /** Writes all logs that were appended to, tells it, and begins a flush round: what happens at the end of a turn. */
  writeNow(): void {
    const logs = this.#toWrite
    this.#toWrite = []
    if (this.#isStopped || this.storage.condition === 'offline') return
    for (const log of logs) log.writeOut()
    for (const log of logs) log.tellWritten()
    this.flusher.start()
  }

  #delete(path: string): void {
    try {
      this.disk.removeTree(path)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      // It has its suffix, so the next start tries again.
      this.logger.warn('Cannot delete what was to be deleted', { path, error })
    }
  }

  #askForTurn(): void {
    if (this.#isTurnAsked) return
    this.#isTurnAsked = true
    this.#timer.endOfTurn(() => {
      this.#isTurnAsked = false
      this.writeNow()
    })
  }
}

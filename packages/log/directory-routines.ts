import { DiskError } from '@odradek/common/disk'
import type { Cancellable, Timer } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { DirectoryHost } from './directory-host.ts'
import { partitionDirectoryName } from './file-names.ts'
import type { SegmentedLog } from './segmented-log.ts'
import type { LogDirectorySettings } from './settings.ts'
import { SteadyClock } from './steady-clock.ts'

const spaceCheckMs = 1000
const presenceCheckMs = 5000
const clockCheckMs = 60_000
const idleCheckMs = 30_000
/** Logs that nobody has used are opened for retention a few at a time, so that nobody waits for that. */
const touchedAtOnce = 20
const touchPauseMs = 100

/** What a log directory does by itself, now and then. */
export class DirectoryRoutines {
  readonly #host: DirectoryHost
  readonly #timer: Timer
  readonly #config: LogDirectorySettings
  readonly #logs: () => Iterable<SegmentedLog>
  readonly #untouched: () => Iterable<() => void>
  readonly #clock: SteadyClock
  readonly #waiting = new Set<Cancellable>()
  /** Ends the pause of a routine early, when all are stopped. */
  #wake: (() => void) | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: {
    readonly host: DirectoryHost
    readonly timer: Timer
    readonly config: LogDirectorySettings
    readonly logs: () => Iterable<SegmentedLog>
    /** Ways to have logs opened that nobody has used. */
    readonly untouched: () => Iterable<() => void>
  }) {
    this.#host = options.host
    this.#timer = options.timer
    this.#config = options.config
    this.#logs = options.logs
    this.#untouched = options.untouched
    this.#clock = new SteadyClock(options.host.clock)
  }

  start(): void {
    const config = this.#config
    const { host } = this
    this.#every(spaceCheckMs, () => host.storage.checkSpace())
    this.#every(presenceCheckMs, () => this.#lookAfterLogs())
    this.#every(config.recoveryPointCheckpointIntervalMs, () => this.advanceRecoveryPoints())
    this.#every(config.logStartCheckpointIntervalMs, () => host.checkpoints.saveLogStarts())
    this.#every(config.highWatermarkCheckpointIntervalMs, () => this.saveHighWatermarks())
    this.#every(config.retentionCheckIntervalMs, () => this.applyRetention(), config.initialTaskDelayMs)
    this.#every(config.producerExpirationCheckIntervalMs, () => this.#expireProducers())
    this.#every(config.flushCheckIntervalMs, () => this.#flushDue(), config.initialTaskDelayMs)
    this.#every(clockCheckMs, () => this.#lookAtClock())
    this.#every(idleCheckMs, () => this.#releaseIdle())
  }

  /** No routine begins any more; resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const one of this.#waiting) one.cancel()
    this.#waiting.clear()
    this.#wake?.()
    await this.#running
  }

  get host(): DirectoryHost {
    return this.#host
  }

  /** Everything flushed becomes safe without a look after a crash. */
  async advanceRecoveryPoints(): Promise<void> {
    for (const log of this.#logs()) if (log.needsCheckpoint) await log.advanceRecoveryPoint()
    this.#noteHighWatermarks()
    await this.#host.checkpoints.saveEnds()
  }

  async saveHighWatermarks(): Promise<void> {
    this.#noteHighWatermarks()
    await this.#host.checkpoints.saveHighWatermarks()
  }

  /** Deletes what the settings of the topics no longer want; returns how many segments. */
  async applyRetention(): Promise<number> {
    await this.#touchUntouched()
    let deleted = 0
    for (const log of this.#logs()) deleted += this.#applyRetentionTo(log)
    return deleted
  }

  #applyRetentionTo(log: SegmentedLog): number {
    try {
      return log.deleteOldSegments(this.#clock.isSteady)
    } catch (error) {
      // The other logs have nothing to do with it; this one is tried again with the next round.
      if (error instanceof DiskError) this.#host.storageFailed(error, 'delete old segments')
      else if (!(error instanceof KafkaError)) throw error
      return 0
    }
  }

  #noteHighWatermarks(): void {
    for (const log of this.#logs())
      if (!log.isDamaged && log.segmentCount() > 0)
        this.#host.checkpoints.setHighWatermark(partitionDirectoryName(log.topic, log.partition), log.highWatermark)
  }

  async #touchUntouched(): Promise<void> {
    let count = 0
    for (const touch of this.#untouched()) {
      if (this.#isStopped) return
      touch()
      if (++count % touchedAtOnce === 0) await this.#pause(touchPauseMs)
    }
  }

  /** Files may be deleted under a broker, and writing to them goes on as if nothing had happened. */
  #lookAfterLogs(): void {
    for (const log of this.#logs()) if (log.hasWritten()) log.lookAfter()
  }

  #flushDue(): void {
    const nowMs = this.#host.clock.monotonic()
    for (const log of this.#logs()) if (log.isFlushDue(nowMs)) this.#host.flushSoon(log.writer)
  }

  #expireProducers(): void {
    const nowMs = this.#host.clock.now()
    for (const log of this.#logs()) log.expireProducers(nowMs)
  }

  #lookAtClock(): void {
    if (this.#clock.look())
      this.#host.logger.warn(
        'The clock of the machine has jumped by more than an hour; retention by time waits until it has held for ten minutes',
      )
  }

  #releaseIdle(): void {
    this.#host.tails.releaseIdle()
    this.#host.readBuffers.releaseIdle()
  }

  #every(intervalMs: number, action: () => unknown, firstMs = intervalMs): void {
    if (intervalMs === Number.POSITIVE_INFINITY) return
    const again = (delayMs: number): void => {
      if (this.#isStopped) return
      const waiting = this.#timer.after(Math.max(1, delayMs), () => {
        this.#waiting.delete(waiting)
        // One after the other: they use the same files.
        this.#running = this.#running.then(() => this.#run(action)).then(() => again(intervalMs))
      })
      this.#waiting.add(waiting)
    }
    again(firstMs)
  }

  async #run(action: () => unknown): Promise<void> {
    if (this.#isStopped || this.#host.storage.condition === 'offline') return
    try {
      await action()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#host.storageFailed(error, 'keep the data directory in order')
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#timer.after(ms, resolve)
      this.#wake = () => {
        waiting.cancel()
        resolve()
      }
    })
  }
}

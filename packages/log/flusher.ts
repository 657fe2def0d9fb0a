import { DiskError } from '@odradek/common/disk'
import type { OpenFile } from '@odradek/common/disk'
import type { Clock } from '@odradek/common/time'
import type { FlushJob, FlushTarget } from './log-host.ts'

/** More at a time make the disk hardly faster and other reads much slower. */
const parallelSyncs = 4
/** As long as a sync takes less, waiting for it on this thread is cheaper than handing it to another. */
const quickMs = 1

export interface FlusherOptions {
  readonly clock: Clock
  /** Told of each round: how long it took, and how many files it had. */
  readonly onRound: (durationMs: number, files: number) => void
}

/**
 * Group commit. A round syncs every log that was written to since the last one; what is written meanwhile rides the next.
 *
 * One round is under way at a time. Each log moves on as soon as its own files are done, to the end it had when that began.
 * A single dirty file is synced on this thread while that is quick, since the hop to another costs as much as the sync.
 */
export class Flusher {
  readonly #options: FlusherOptions
  #dirty = new Set<FlushTarget>()
  #round: Promise<void> | undefined
  #recentMs = 0
  #isStopped = false

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  /** Has the log synced with the next round, which begins with `start`. */
  add(target: FlushTarget): void {
    this.#dirty.add(target)
  }

  /** Begins a round unless one is under way; when that ends the next begins by itself. */
  start(): void {
    if (this.#round !== undefined || this.#isStopped || this.#dirty.size === 0) return
    const targets = [...this.#dirty]
    this.#dirty = new Set()
    const [only] = targets
    const job = targets.length === 1 ? only?.beginFlush() : undefined
    if (targets.length === 1 && job === undefined) return
    const [file, ...others] = job?.files ?? []
    if (job !== undefined && file !== undefined && others.length === 0 && job.blockedOn === undefined && this.#recentMs < quickMs) {
      this.#syncHere(job, file)
      return
    }
    this.#round = this.#run(targets, job)
  }

  /** Nothing is synced any more: after a failure nobody knows what a sync would mean. */
  stop(): void {
    this.#isStopped = true
    this.#dirty.clear()
  }

  /** Resolves when no round is under way and none is due. */
  async settled(): Promise<void> {
    for (this.start(); this.#round !== undefined; this.start()) await this.#round
  }

  #syncHere(job: FlushJob, file: OpenFile): void {
    const startMs = this.#options.clock.monotonic()
    try {
      file.syncSync()
    } catch (error) {
      job.failed(asError(error))
      return
    }
    this.#measure(startMs, 1)
    job.done()
  }

  async #run(targets: readonly FlushTarget[], first: FlushJob | undefined): Promise<void> {
    const startMs = this.#options.clock.monotonic()
    let files = 0
    const waiting = targets.values()
    const work = async (): Promise<void> => {
      for (const target of waiting) {
        // Asked as late as possible: whatever is written until then is covered.
        const job = first ?? target.beginFlush()
        first = undefined
        if (job === undefined) continue
        files += job.files.length
        await finish(job)
      }
    }
    await Promise.all(Array.from({ length: parallelSyncs }, work))
    this.#measure(startMs, files)
    this.#round = undefined
    this.start()
  }

  #measure(startMs: number, files: number): void {
    const durationMs = this.#options.clock.monotonic() - startMs
    // Of rounds with several files only the pool can tell; they say nothing about a single sync.
    if (files === 1) this.#recentMs += (durationMs - this.#recentMs) / 4
    this.#options.onRound(durationMs, files)
  }
}

async function finish(job: FlushJob): Promise<void> {
  try {
    if (job.blockedOn !== undefined) await job.blockedOn
    for (const file of job.files) await file.sync()
  } catch (error) {
    job.failed(asError(error))
    return
  }
  job.done()
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new DiskError('EIO', '', { cause: error })
}

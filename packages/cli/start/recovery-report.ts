import type { Logger } from '@odradek/common/logging'
import type { Clock } from '@odradek/common/time'
import type { RecoveryProgress } from '@odradek/log'

/** Between two lines about the same long recovery. */
const intervalMs = 2_000

/** Says how far a recovery has come, when it takes longer than a moment. */
export class RecoveryReport {
  readonly #logger: Logger
  readonly #clock: Clock
  #lastLineMs: number

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
    this.#lastLineMs = clock.monotonic()
  }

  tell({ topic, partition, bytes, isDone }: RecoveryProgress): void {
    const now = this.#clock.monotonic()
    if (isDone || now - this.#lastLineMs < intervalMs) return
    this.#lastLineMs = now
    this.#logger.warn('Recovering a log that was not closed properly', {
      partition: `${topic}-${partition}`,
      megabytes: Math.round(bytes / 1e6),
    })
  }
}

import type { Broker } from '@odradek/broker'
import type { Logger } from '@odradek/common/logging'

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Ctrl-C reaches a whole process group, and npm or a supervisor passes on what it got: two signals so close are one wish. */
const oneAndTheSameMs = 500

/**
 * Hears SIGTERM, SIGINT and SIGHUP from the first moment on, so that a signal that comes while the broker starts is not lost: it
 * stops as soon as it has started. A second signal ends at once with 130: that is a crash, which costs the next start a recovery
 * and nobody a record. A bug ends the process without the mark of a clean shutdown.
 */
export class StopSignals {
  readonly #logger: Logger
  readonly #asked: Promise<void>

  constructor(logger: Logger) {
    this.#logger = logger
    this.#asked = new Promise((stop) => {
      let askedMs: number | undefined
      for (const signal of signals) {
        process.on(signal, () => {
          if (askedMs !== undefined && performance.now() - askedMs < oneAndTheSameMs) return
          if (askedMs !== undefined) process.exit(130)
          askedMs = performance.now()
          logger.info('Asked to stop; once more to stop at once', { signal })
          stop()
        })
      }
    })
    process.on('uncaughtException', (error) => this.#endForBug(error))
    process.on('unhandledRejection', (error) => this.#endForBug(error))
  }

  /** As a signal does: the first time asks to stop, the second ends at once. */
  ask(): void {
    process.emit('SIGINT', 'SIGINT')
  }

  /** Waits until somebody asks for it, and stops the broker in order. */
  async thenStop(broker: Broker): Promise<void> {
    await this.#asked
    await broker.stop()
  }

  #endForBug(error: unknown): never {
    this.#logger.error('This is a bug in Odradek; the broker ends, and the next start recovers', { error })
    process.exit(1)
  }
}

import type { Broker } from '@odradek/broker'
import type { Logger } from '@odradek/common/logging'

/**
 * Waits for SIGTERM, SIGINT or SIGHUP and stops the broker; answers the exit code. A second signal ends at once with 130: that is
 * a crash, which costs the next start a recovery and nobody a record. A bug ends the process without the mark of a clean shutdown.
 */
export async function untilStopped(broker: Broker, logger: Logger): Promise<number> {
  const bug = (error: unknown): void => {
    logger.error('This is a bug in Odradek; the broker ends, and the next start recovers', { error })
    process.exit(1)
  }
  process.on('uncaughtException', bug)
  process.on('unhandledRejection', bug)
  // Without a reference of its own a broker that only listens would still run: sockets hold it.
  await new Promise<void>((stop) => {
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
    let asked = false
    for (const signal of signals) {
      process.on(signal, () => {
        if (asked) process.exit(130)
        asked = true
        logger.info('Asked to stop; once more to stop at once', { signal })
        stop()
      })
    }
  })
  await broker.stop()
  return 0
}

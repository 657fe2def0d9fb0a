import type { Disk } from '@odradek/common/disk'
import type { Logger, LogLevels } from '@odradek/common/logging'
import type { MetricsRegistry } from '@odradek/common/metrics'
import type { Random } from '@odradek/common/random'
import type { Clock, Timer } from '@odradek/common/time'
import type { ProcessIdentity } from '@odradek/common/process'
import type { RecoveryProgress } from '@odradek/log'
import type { BoundListener, NetworkServer } from '@odradek/network'
import type { FileSettings } from './config/index.ts'
import type { HandlerDecorator } from './handler.ts'
import type { LogDirectories } from './log-directories.ts'
import type { Services } from './services.ts'

/** What a broker is made of and does not make itself, so that a test or a simulator can choose it. */
export interface BrokerParts {
  /** What was given by file, environment and command line. */
  readonly settings: FileSettings
  readonly disk: Disk
  readonly clock: Clock
  readonly timer: Timer
  readonly random: Random
  readonly logger: Logger
  /** The levels that `logger` goes by, so that clients can change them. */
  readonly logLevels?: LogLevels
  readonly metrics: MetricsRegistry
  /** What this process may use. */
  readonly machine: { readonly memoryBytes: number; readonly openFiles: number }
  /** The id of a cluster that is founded by this start; a random one by default. A data directory that has one keeps it. */
  readonly clusterId?: string
  /** What clients meet in the place of each handler. For tests, in which a broker is to fail, to wait, or to look older than it is. */
  readonly decorateHandler?: HandlerDecorator
  /** By which the lock of a data directory knows its holder; the process itself by default. */
  readonly process?: ProcessIdentity
  /** Told while logs are gone through that were not closed properly. */
  readonly onRecovery?: (progress: RecoveryProgress) => void
  /** No data directory is left: the broker can do nothing any more, and should be ended without a clean mark. */
  readonly onFailure?: (error: Error) => void
}

/** How long requests that are in process may take to end when the broker stops. */
const drainMs = 30_000

/** A broker that runs. */
export class Broker implements AsyncDisposable {
  readonly services: Services
  readonly #network: NetworkServer
  readonly #logs: LogDirectories
  #stopping: Promise<void> | undefined

  constructor(running: { readonly services: Services; readonly network: NetworkServer; readonly logs: LogDirectories }) {
    this.services = running.services
    this.#network = running.network
    this.#logs = running.logs
  }

  /** Where it listens, with the real ports. */
  get listeners(): readonly BoundListener[] {
    return this.#network.bound
  }

  get clusterId(): string {
    return this.services.metadata.image.clusterId
  }

  get connections(): number {
    return this.#network.connections
  }

  /** Whether it can serve: not before it has started, nor while it stops. */
  get isServing(): boolean {
    return this.#stopping === undefined
  }

  /** Data directories that are full, or out of use since their disk failed. */
  get troubledDirectories(): LogDirectories['troubled'] {
    return this.#logs.troubled
  }

  /**
   * Stops in order: no new clients, no new work; what waits is answered; what was taken is synced, and the data directories get
   * the mark of a clean shutdown. Cut short it is a crash, which costs the next start a recovery and nobody a record.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Ends as a killed process would: nothing is written any more and nobody is answered. For tests. */
  async kill(): Promise<void> {
    this.#stopping ??= Promise.resolve()
    this.#logs.abandon()
    await this.#network.close()
    this.services.groups.close()
    this.services.replicas.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(): Promise<void> {
    const { logger, clock, timer, groups, replicas, metadata } = this.services
    const startedMs = clock.monotonic()
    logger.info('Stopping', { connections: this.#network.connections })
    this.#network.stopAccepting()
    groups.close()
    replicas.retire()
    const late = timer.after(drainMs, () => {
      logger.warn('Some requests are still not answered; their connections are closed', { afterMs: drainMs })
      replicas.close()
      void this.#network.close()
    })
    await this.#network.finish()
    late.cancel()
    replicas.close()
    await metadata[Symbol.asyncDispose]()
    await this.#logs.close()
    logger.info('Stopped', { tookMs: Math.round(clock.monotonic() - startedMs) })
  }
}

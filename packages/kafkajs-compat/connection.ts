import { ConfigError, Kafka, KafkaError } from '@odradek/client'
import type { ClientOptions, Environment } from '@odradek/client'
import { afterRetries, toKafkaJS } from './error-mapping.ts'
import { KafkaJSConnectionError, KafkaJSNonRetriableError } from './errors.ts'
import { clientLogger } from './logger.ts'
import { retryBudgetMs } from './retry.ts'
import type { RetrySettings } from './retry.ts'
import { securityOf } from './security.ts'
import type { KafkaConfig } from './types/config.ts'
import type { Logger } from './types/logging.ts'

const mostMs = 2_147_483_647

/**
 * The way from one producer, consumer or admin of this package to the cluster: a `Kafka` of the client below, made when it is first needed, since `brokers`
 * may be a function, and gone with `close`.
 */
export class Connection {
  /** Of this connection alone; see `observeRequests`. */
  readonly clock: Environment['clock'] = { now: () => Date.now(), monotonic: () => performance.now() }
  readonly retry: RetrySettings
  readonly #config: KafkaConfig
  readonly #options: Omit<ClientOptions, 'bootstrapServers'>
  readonly #logger: Logger
  #kafka: Promise<Kafka> | undefined

  constructor(config: KafkaConfig, retry: RetrySettings, logger: Logger, more: { readonly metadataMaxAge?: number | undefined } = {}) {
    this.#config = config
    this.retry = retry
    this.#logger = logger
    this.#options = {
      ...connectionOptions(config, retry),
      ...(more.metadataMaxAge === undefined ? {} : { metadataMaxAgeMs: more.metadataMaxAge }),
    }
  }

  /** For calls that are not bounded otherwise: as long as kafkajs would go on trying, and at least one attempt. */
  get timeoutMs(): number {
    return Math.min(mostMs, retryBudgetMs(this.retry) + requestTimeoutMs(this.#config))
  }

  /** One attempt. */
  get requestTimeoutMs(): number {
    return requestTimeoutMs(this.#config)
  }

  kafka(): Promise<Kafka> {
    this.#kafka ??= this.#make().catch((error: unknown) => {
      this.#kafka = undefined
      throw error
    })
    return this.#kafka
  }

  /** Sees that some broker answers. */
  async connect(): Promise<void> {
    const kafka = await this.kafka()
    const admin = kafka.admin()
    const timeoutMs = retryBudgetMs(this.retry) + (this.#config.connectionTimeout ?? 1000)
    try {
      await admin.describeCluster({ timeoutMs })
    } catch (error) {
      throw afterRetries(isSilence(error) ? unreachable(error, timeoutMs) : error, this.retry)
    } finally {
      await admin.close()
    }
  }

  async close(): Promise<void> {
    const kafka = this.#kafka
    this.#kafka = undefined
    try {
      await (await kafka)?.close()
    } catch (error) {
      // What was sent has told whoever sent it.
      this.#logger.debug(`closing: ${String(error)}`)
    }
  }

  async #make(): Promise<Kafka> {
    const bootstrapServers = await this.#brokers()
    try {
      return new Kafka(
        { ...this.#options, bootstrapServers },
        { logger: clientLogger(this.#logger.namespace('Client')), clock: this.clock },
      )
    } catch (error) {
      throw error instanceof ConfigError ? new KafkaJSNonRetriableError(error, { cause: error }) : toKafkaJS(error)
    }
  }

  async #brokers(): Promise<readonly string[]> {
    const { brokers } = this.#config
    let list: unknown = brokers
    if (typeof brokers === 'function') {
      try {
        list = await brokers()
      } catch (error) {
        throw new KafkaJSConnectionError(
          `Failed to connect: "config.brokers" threw: ${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        )
      }
    }
    if (!Array.isArray(list)) throw new KafkaJSNonRetriableError('Failed to connect: brokers should be an array of host:port')
    if (list.length === 0) throw new KafkaJSNonRetriableError('Failed to connect: brokers array is empty')
    list.forEach((broker: unknown, index) => {
      if (typeof broker === 'string' && broker !== '') return
      throw new KafkaJSNonRetriableError(`Failed to connect: broker at index ${index} is invalid "${typeof broker}"`)
    })
    return list
  }
}

/** Not even a failure was heard of. */
function isSilence(error: unknown): boolean {
  return error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT' && error.cause === undefined
}

function unreachable(cause: unknown, timeoutMs: number): KafkaJSConnectionError {
  return new KafkaJSConnectionError(`Connection error: no broker could be reached within ${timeoutMs} ms`, { cause })
}

/** How long one request may take. */
export function requestTimeoutMs({ requestTimeout = 30_000, enforceRequestTimeout = true }: KafkaConfig): number {
  return enforceRequestTimeout ? requestTimeout : mostMs
}

/** What all clients of a `Kafka` share. Throws for what can't be done here. */
export function connectionOptions(config: KafkaConfig, retry: RetrySettings): Omit<ClientOptions, 'bootstrapServers'> {
  if (config.socketFactory !== undefined) {
    throw new KafkaJSNonRetriableError(
      'socketFactory can not be used here: sockets belong to the client below. For a proxy or a tunnel, give addresses that lead through it in brokers; for TLS use ssl.',
    )
  }
  const { connectionTimeout = 1000, authenticationTimeout = 10_000 } = config
  const setupMs = connectionTimeout + authenticationTimeout
  return {
    ...securityOf(config),
    clientId: config.clientId ?? 'kafkajs',
    requestTimeoutMs: requestTimeoutMs(config),
    socketConnectionSetupTimeoutMs: setupMs,
    socketConnectionSetupTimeoutMaxMs: Math.max(setupMs, 30_000),
    retryBackoffMs: Math.min(retry.initialRetryTime, retry.maxRetryTime),
    retryBackoffMaxMs: retry.maxRetryTime,
  }
}

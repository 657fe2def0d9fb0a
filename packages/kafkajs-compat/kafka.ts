import { createAdmin } from './admin/admin.ts'
import { Connection, connectionOptions } from './connection.ts'
import { createConsumer } from './consumer/consumer.ts'
import { createLogger } from './logger.ts'
import { createProducer } from './producer/producer.ts'
import { retrySettings } from './retry.ts'
import { CommittedElsewhere } from './committed-elsewhere.ts'
import type { Admin } from './types/admin.ts'
import type { AdminConfig, ConsumerConfig, KafkaConfig, ProducerConfig } from './types/config.ts'
import type { Consumer } from './types/consumer.ts'
import type { Logger } from './types/logging.ts'
import type { Producer } from './types/producer.ts'

/**
 * The class that programs for kafkajs begin with, over `@odradek/client`.
 *
 * Throws `KafkaJSNonRetriableError` at once for what can't be done here: `socketFactory`, SASL mechanisms of one's own.
 */
export class Kafka {
  readonly #config: KafkaConfig
  readonly #logger: Logger
  readonly #committed = new CommittedElsewhere()

  constructor(config: KafkaConfig) {
    this.#config = config
    this.#logger = createLogger(config.logLevel, config.logCreator)
    connectionOptions(config, retrySettings(config.retry))
  }

  producer(config: ProducerConfig = {}): Producer {
    const endless = config.idempotent === true ? { retries: Number.MAX_SAFE_INTEGER } : undefined
    const retry = retrySettings(endless, this.#config.retry, config.retry)
    const logger = this.#logger.namespace('Producer')
    const connection = new Connection(this.#config, retry, this.#logger, config)
    return createProducer(config, { connection, logger, retry, committed: this.#committed })
  }

  consumer(config: ConsumerConfig): Consumer {
    const retry = retrySettings(this.#config.retry, config?.retry)
    const logger = this.#logger.namespace('Consumer')
    const connection = new Connection(this.#config, retry, this.#logger, config)
    const restartOnFailure = config?.retry?.restartOnFailure ?? this.#config.retry?.restartOnFailure
    return createConsumer(config, { connection, logger, retry, committed: this.#committed, restartOnFailure })
  }

  admin(config: AdminConfig = {}): Admin {
    const retry = retrySettings(this.#config.retry, config.retry)
    return createAdmin({ connection: new Connection(this.#config, retry, this.#logger), logger: this.#logger.namespace('Admin'), retry })
  }

  logger(): Logger {
    return this.#logger
  }
}

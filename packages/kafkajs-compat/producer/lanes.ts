import type { Kafka, Producer, ProducerOptions, TransactionalProducer } from '@odradek/client'
import { CompressionTypes } from '../enums.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import { retryBudgetMs } from '../retry.ts'
import type { RetrySettings } from '../retry.ts'
import type { ProducerConfig } from '../types/config.ts'

const mostMs = 2_147_483_647

/** How messages are to be sent: what kafkajs is told with each send, and the client below once a producer. */
export interface Manner {
  readonly acks: -1 | 0 | 1
  readonly compression: CompressionTypes
}

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** The producers of the client below that stand behind one of kafkajs: one for each pair of acks and compression that was asked for, made when it is. */
export class Lanes {
  readonly #kafka: Kafka
  readonly #options: ProducerOptions
  readonly #lanes = new Map<string, Producer>()

  constructor(kafka: Kafka, options: ProducerOptions) {
    this.#kafka = kafka
    this.#options = options
  }

  lane({ acks, compression }: Manner): Producer {
    const name = `${acks}/${compression}`
    const known = this.#lanes.get(name)
    if (known !== undefined) return known
    const lane = this.#kafka.producer({ ...this.#options, acks, compressionType: codecs[compression] })
    this.#lanes.set(name, lane)
    return lane
  }

  /** One with transactions; a new one of the same id takes over from it. */
  transactional(transactionalId: string, transactionTimeoutMs: number, compression: CompressionTypes): TransactionalProducer {
    const { enableIdempotence: _implied, ...options } = this.#options
    return this.#kafka.producer({ ...options, transactionalId, transactionTimeoutMs, compressionType: codecs[compression] })
  }
}

/** Throws for acks and codecs that there are not. */
export function mannerOf(acks: number = -1, compression: number = CompressionTypes.None): Manner {
  if (acks !== -1 && acks !== 0 && acks !== 1) throw new KafkaJSNonRetriableError(`Invalid acks ${acks}: it must be -1, 0 or 1`)
  const known = Object.values(CompressionTypes).find((type) => type === compression)
  if (known === undefined) throw new KafkaJSNonRetriableError(`Invalid compression ${compression}: use one of CompressionTypes`)
  return { acks, compression: known }
}

/** Options that all lanes share. Sizes are those of a client that sends what it is given in one batch a partition. */
export function laneOptions(config: ProducerConfig, retry: RetrySettings, requestTimeoutMs: number): ProducerOptions {
  const { idempotent = false, maxInFlightRequests } = config
  const inFlight = maxInFlightRequests ?? 5
  return {
    enableIdempotence: idempotent,
    retries: Math.min(retry.retries, mostMs),
    maxInFlightRequestsPerConnection: idempotent ? Math.min(inFlight, 5) : inFlight,
    requestTimeoutMs,
    deliveryTimeoutMs: Math.min(mostMs, Math.max(120_000, retryBudgetMs(retry) + requestTimeoutMs)),
    maxBlockMs: Math.min(mostMs, retryBudgetMs(retry) + requestTimeoutMs),
    batchSize: 262_144,
    bufferMemory: 268_435_456,
    maxRequestSize: 104_857_600,
    lingerMs: 0,
    enableMetricsPush: false,
  }
}

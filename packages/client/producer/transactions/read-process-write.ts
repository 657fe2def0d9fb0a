import { KafkaError } from '@odradek/protocol'
import type { BatchOf, Consumer } from '../../consumer/consumer.ts'
import { ClientError, ConfigError } from '../../errors/index.ts'
import { checkWords } from '../../known-words.ts'
import type { ClientLogger } from '../../logger.ts'
import { nameOf } from '../../partitions.ts'
import type { Offsets, PartitionOffset, TopicPartition } from '../../partitions.ts'
import type { Topic } from '../../topic.ts'
import type { Transaction, TransactionalProducer } from '../producer.ts'

/** How long one poll waits for records: an abort ends it sooner. */
const pollMs = 1_000
/** So often the same records may fail before the cause is thrown. */
const attemptsWithoutProgress = 3
/** So often a commit is asked for its outcome; each time takes `max.block.ms`. */
const commitAttempts = 3

/** What is asked of a batch here. */
interface TouchedBatch extends TopicPartition {
  /** Aborted when the partition has left the consumer. */
  readonly signal: AbortSignal
  readonly firstOffset: number
  readonly nextOffset: number
}

/**
 * Reads batches, lets `body` process them, and commits what it has sent together with the offsets that it has read: exactly once, whatever fails.
 *
 * Where the body throws, or something fails for which a transaction is to be aborted, it aborts, goes back to the committed offsets, and gives the body the
 * records again; the third time that nothing has come of it, it rejects with the cause. Fatal errors (PRODUCER_FENCED above all) reject at once.
 * Resolves when `signal` is aborted and the transaction in hand has ended. The consumer needs a group and `enableAutoCommit: false`, and should read
 * `read_committed`; whoever reads what is written should, too.
 *
 * Offsets are committed with the group's generation (KIP-447), so one producer a process is enough, and a consumer that was expelled in the meantime can't commit.
 */
export async function readProcessWrite<T extends Topic>(
  consumer: Consumer<T>,
  producer: TransactionalProducer,
  body: (batches: readonly BatchOf<T>[], transaction: Transaction) => Promise<void>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  check(consumer)
  checkWords(options, { signal: 1 }, 'readProcessWrite')
  const copy = new Copy(consumer, producer, body)
  while (options.signal?.aborted !== true) {
    const batches = await consumer.poll(pollMs, options).catch((error: unknown) => {
      if (options.signal?.aborted === true && error === options.signal.reason) return []
      throw error
    })
    if (batches.length > 0) await copy.round(batches)
  }
}

class Copy<T extends Topic> {
  readonly #consumer: Consumer<T>
  readonly #producer: TransactionalProducer
  readonly #body: (batches: readonly BatchOf<T>[], transaction: Transaction) => Promise<void>
  #failures = 0

  constructor(
    consumer: Consumer<T>,
    producer: TransactionalProducer,
    body: (batches: readonly BatchOf<T>[], transaction: Transaction) => Promise<void>,
  ) {
    this.#consumer = consumer
    this.#producer = producer
    this.#body = body
  }

  /** One transaction. Resolves when it is committed, or aborted and to be tried again. */
  async round(batches: readonly BatchOf<T>[]): Promise<void> {
    const touched: readonly TouchedBatch[] = batches
    try {
      await this.#producer.transaction(async (transaction) => {
        await this.#body(batches, transaction)
        await this.#producer.flush()
        this.#assertOwned(touched)
        await transaction.sendOffsets(nextOffsets(touched), this.#consumer.groupMetadata())
      })
      this.#failures = 0
    } catch (error) {
      if (isFatal(error)) throw error
      if (isUnknownOutcome(error) && (await this.#isCommitted(error))) {
        this.#failures = 0
        return
      }
      if (++this.#failures < attemptsWithoutProgress) this.#warn(touched, error)
      await this.#goBack(touched)
      if (this.#failures >= attemptsWithoutProgress) throw error
    }
  }

  #warn(touched: readonly TouchedBatch[], error: unknown): void {
    const fields = { partitions: touched.map(nameOf).join(', '), attempt: this.#failures, of: attemptsWithoutProgress, error }
    loggerOf(this.#consumer)?.warn('A transaction was aborted, and its records are processed again', fields)
  }

  /**
   * Partitions that were lost are somebody else's: what was made of them must not be committed. That they are assigned again does not help: in the
   * meantime others may have processed the same records, and here reading begins again at what is committed.
   */
  #assertOwned(touched: readonly TouchedBatch[]): void {
    const lost = touched.filter(({ signal }) => signal.aborted)
    if (lost.length > 0) throw new ClientError('ODRADEK_STATE', `The group has taken ${lost.map(nameOf).join(', ')} away in the meantime`)
  }

  /** A commit whose answer has not come is asked for again: it may have succeeded, and then nothing may be read again. */
  async #isCommitted(unknown: unknown): Promise<boolean> {
    let cause = unknown
    for (let attempt = 1; attempt < commitAttempts; attempt++) {
      try {
        await this.#producer.commitTransaction()
        return true
      } catch (error) {
        // There is nothing to commit: the time-out was another one's, and the transaction is aborted.
        if (error instanceof ClientError && error.code === 'ODRADEK_STATE') return false
        if (isAbortable(error)) {
          await this.#producer.abortTransaction()
          return false
        }
        cause = error
        if (!isUnknownOutcome(error)) break
      }
    }
    throw cause
  }

  /**
   * Back to where these batches began, or to what is committed where that is further on. What is committed is not enough: the end of the transaction before
   * may not have reached the group's coordinator yet, and brokers before 2.5 can't say that an offset is not stable (KIP-447). Partitions that have left
   * in the meantime begin anew at what is committed by themselves.
   */
  async #goBack(touched: readonly TouchedBatch[]): Promise<void> {
    const consumer = this.#consumer
    const partitions = touched.filter(({ signal }) => !signal.aborted)
    if (partitions.length === 0) return
    const committed = await consumer.committed(partitions.map(({ topic, partition }) => ({ topic, partition })))
    for (const [i, { topic, partition, firstOffset, signal }] of partitions.entries()) {
      const found = committed[i]
      const to: PartitionOffset = found !== undefined && found.offset > firstOffset ? found : { topic, partition, offset: firstOffset }
      if (!signal.aborted) consumer.seek(to)
    }
  }
}

function check(consumer: object): void {
  if ('isAutoCommitting' in consumer && consumer.isAutoCommitting === true) {
    throw new ConfigError('readProcessWrite commits offsets within its transactions, and this consumer commits them by itself, too', {
      settings: ['enableAutoCommit'],
      hint: 'Make the consumer with enableAutoCommit: false.',
    })
  }
}

/** A consumer of somebody else's making may have none. */
const loggerOf = (consumer: object): ClientLogger | undefined =>
  'logger' in consumer && isLogger(consumer.logger) ? consumer.logger : undefined

const isLogger = (value: unknown): value is ClientLogger =>
  typeof value === 'object' && value !== null && 'warn' in value && typeof value.warn === 'function'

/** One offset a partition: the last batch of each decides. */
function nextOffsets(touched: readonly TouchedBatch[]): Offsets {
  const offsets = new Map<string, PartitionOffset>()
  for (const { topic, partition, nextOffset } of touched)
    offsets.set(nameOf({ topic, partition }), { topic, partition, offset: nextOffset })
  return [...offsets.values()]
}

const isFatal = (error: unknown): boolean =>
  (error instanceof KafkaError || error instanceof ClientError) &&
  (error.fatal || (error instanceof ClientError && error.code === 'ODRADEK_CLOSED'))

const isAbortable = (error: unknown): boolean => (error instanceof KafkaError || error instanceof ClientError) && error.abortable

const isUnknownOutcome = (error: unknown): boolean => error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT' && !error.abortable

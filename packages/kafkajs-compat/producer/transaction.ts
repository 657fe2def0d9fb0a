import { KafkaError } from '@odradek/client'
import type { TransactionalProducer } from '@odradek/client'
import type { CommittedElsewhere } from '../committed-elsewhere.ts'
import { CompressionTypes } from '../enums.ts'
import { afterRetries } from '../error-mapping.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import type { RetrySettings } from '../retry.ts'
import type { Offsets } from '../types/offsets.ts'
import type { RecordMetadata, TopicMessages, Transaction } from '../types/producer.ts'
import type { Manner } from './lanes.ts'

export interface TransactionsOptions {
  readonly retry: RetrySettings
  readonly committed: CommittedElsewhere
  make(compression: CompressionTypes): TransactionalProducer
  send(producer: TransactionalProducer, topicMessages: readonly TopicMessages[]): Promise<RecordMetadata[]>
}

/** The transactions of one producer, one after the other. */
export class Transactions {
  readonly #options: TransactionsOptions
  #producer: TransactionalProducer | undefined
  #compression: CompressionTypes = CompressionTypes.None
  #isOpen = false
  #hasSent = false
  /** Sends of an open transaction wait for each other only where the producer has to be made anew. */
  #change: Promise<void> = Promise.resolve()

  constructor(options: TransactionsOptions) {
    this.#options = options
  }

  async begin(): Promise<Handle> {
    if (this.#isOpen) {
      throw new KafkaJSNonRetriableError(
        'There is already an ongoing transaction for this producer. Please end the transaction before beginning another.',
      )
    }
    this.#isOpen = true
    try {
      await this.#mapped(async () => (this.#producer ??= await this.#initialized()).beginTransaction())
    } catch (error) {
      this.#isOpen = false
      throw error
    }
    this.#hasSent = false
    return this.#handle()
  }

  #handle(): Handle {
    let isEnded = false
    const guarded = async <R>(action: () => Promise<R>): Promise<R> => {
      if (isEnded) throw new KafkaJSNonRetriableError('Cannot continue to use transaction once ended')
      return action()
    }
    const end = (how: 'commitTransaction' | 'abortTransaction') => async (): Promise<void> => {
      await this.#change
      await this.#mapped(() => this.#current[how]())
      isEnded = true
      this.#isOpen = false
    }
    return {
      isActive: () => !isEnded,
      send: (manner, topicMessages) =>
        guarded(async () => {
          this.#change = this.#change.then(() => this.#prepare(manner))
          await this.#change
          return this.#options.send(this.#current, topicMessages)
        }),
      sendOffsets: (offsets) => guarded(() => this.#sendOffsets(offsets)),
      commit: () => guarded(end('commitTransaction')),
      abort: () => guarded(end('abortTransaction')),
    }
  }

  /**
   * A producer of the client below has one compression. When the first messages of a transaction ask for another one, a new producer takes over;
   * what comes later in the transaction is compressed as its first messages were.
   */
  async #prepare({ compression }: Manner): Promise<void> {
    if (!this.#hasSent && compression !== this.#compression) {
      this.#compression = compression
      const former = this.#producer
      await this.#mapped(async () => {
        await former?.abortTransaction()
        await former?.close()
        this.#producer = await this.#initialized()
        this.#producer.beginTransaction()
      })
    }
    this.#hasSent = true
  }

  async #sendOffsets({ consumerGroupId, topics }: Offsets & { readonly consumerGroupId: string }): Promise<void> {
    if (!consumerGroupId) throw new KafkaJSNonRetriableError('Missing consumerGroupId')
    if (!Array.isArray(topics)) throw new KafkaJSNonRetriableError('Missing offset topics')
    await this.#change
    // Offsets belong to the transaction as messages do: from here on it can't go over to another producer.
    this.#hasSent = true
    const offsets = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    )
    const group = { groupId: consumerGroupId, generationId: -1, memberId: '', groupInstanceId: undefined }
    await this.#mapped(() => this.#current.sendOffsetsToTransaction(offsets, group))
    this.#options.committed.tell(consumerGroupId, topics)
  }

  async #initialized(): Promise<TransactionalProducer> {
    const producer = this.#options.make(this.#compression)
    await producer.initTransactions()
    return producer
  }

  get #current(): TransactionalProducer {
    if (this.#producer !== undefined) return this.#producer
    throw new KafkaJSNonRetriableError('The transaction is lost: its producer was fenced, or has failed for good')
  }

  async #mapped<R>(action: () => Promise<R>): Promise<R> {
    try {
      return await action()
    } catch (error) {
      // A lost producer is not used again; the next transaction begins with a new one.
      if (error instanceof KafkaError && error.fatal) {
        void this.#producer?.close().catch(() => undefined)
        this.#producer = undefined
        this.#isOpen = false
      }
      throw afterRetries(error, this.#options.retry)
    }
  }
}

/** A transaction whose messages are sorted by what they are to be sent with. */
interface Handle extends Omit<Transaction, 'send' | 'sendBatch'> {
  send(manner: Manner, topicMessages: readonly TopicMessages[]): Promise<RecordMetadata[]>
}

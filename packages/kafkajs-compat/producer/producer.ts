import type { Kafka, PartitionInfo, Producer as Lane } from '@odradek/client'
import type { CommittedElsewhere } from '../committed-elsewhere.ts'
import type { Connection } from '../connection.ts'
import { KafkaJSError, KafkaJSNonRetriableError } from '../errors.ts'
import { Instrumentation } from '../instrumentation.ts'
import { NetworkWatch } from '../network-watch.ts'
import { Partitioners } from '../partitioners.ts'
import type { RetrySettings } from '../retry.ts'
import type { ProducerConfig } from '../types/config.ts'
import type { NetworkEventMap, ProducerEvents } from '../types/events.ts'
import type { Logger } from '../types/logging.ts'
import type { Producer, ProducerBatch, ProducerRecord, RecordMetadata } from '../types/producer.ts'
import { laneOptions, Lanes, mannerOf } from './lanes.ts'
import type { Manner } from './lanes.ts'
import { checkMessages } from './messages.ts'
import { sendMessages } from './sending.ts'
import { Transactions } from './transaction.ts'

const events: ProducerEvents = {
  CONNECT: 'producer.connect',
  DISCONNECT: 'producer.disconnect',
  REQUEST: 'producer.network.request',
  REQUEST_TIMEOUT: 'producer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'producer.network.request_queue_size',
}

export interface ProducerParts {
  readonly connection: Connection
  readonly logger: Logger
  readonly retry: RetrySettings
  readonly committed: CommittedElsewhere
}

/** What there is between `connect` and `disconnect`. */
interface Connected {
  readonly lanes: Lanes
  readonly transactions: Transactions | undefined
}

export function createProducer(config: ProducerConfig, { connection, logger, retry, committed }: ProducerParts): Producer {
  const { idempotent = false, transactionalId, transactionTimeout = 60_000, allowAutoTopicCreation = true } = config
  if (idempotent && retry.retries < 1) {
    throw new KafkaJSNonRetriableError('Idempotent producer must allow retries to protect against transient errors')
  }
  if (idempotent && retry.retries < Number.MAX_SAFE_INTEGER) {
    logger.warn('Limiting retries for the idempotent producer may invalidate EoS guarantees')
  }
  const partitioner = (config.createPartitioner ?? Partitioners.DefaultPartitioner)()
  const instrumentation: Instrumentation<NetworkEventMap<'producer'>> = new Instrumentation('producer', events, logger, () =>
    watch.update(),
  )
  const watch = new NetworkWatch('producer', connection.clock, instrumentation)
  const knownTopics = new Set<string>()
  let connected: Connected | undefined
  let isDisconnecting = false

  const check = (): Connected => {
    if (isDisconnecting) {
      throw new KafkaJSNonRetriableError("The producer is disconnecting; therefore, it can't safely accept messages anymore")
    }
    if (connected === undefined) throw new KafkaJSError('The producer is disconnected')
    return connected
  }

  const partitionsOf = async (lane: Lane, topic: string): Promise<readonly PartitionInfo[]> => {
    if (!allowAutoTopicCreation && !knownTopics.has(topic)) {
      await see(await connection.kafka(), topic)
      knownTopics.add(topic)
    }
    return lane.partitionsFor(topic)
  }

  const send = async (lane: Lane, { acks }: Manner, batch: ProducerBatch): Promise<RecordMetadata[]> =>
    sendMessages(batch.topicMessages ?? [], {
      producer: lane,
      partitionsOf: (topic) => partitionsOf(lane, topic),
      partitioner,
      retry,
      acks,
    })

  /** The manner of a batch that may be sent. */
  const checked = (batch: ProducerBatch, wantsAll: boolean): Manner => {
    const { acks, compression, topicMessages = [] } = batch
    const manner = mannerOf(acks, compression)
    if (wantsAll && manner.acks !== -1) {
      throw new KafkaJSNonRetriableError("Not requiring ack for all messages invalidates the idempotent producer's EoS guarantees")
    }
    checkMessages(topicMessages)
    return manner
  }

  const sendBatch = async (batch: ProducerBatch): Promise<RecordMetadata[]> => {
    const manner = checked(batch, idempotent)
    return send(check().lanes.lane(manner), manner, batch)
  }

  const open = (kafka: Kafka): Connected => {
    const lanes = new Lanes(kafka, laneOptions(config, retry, connection.requestTimeoutMs))
    if (transactionalId === undefined) return { lanes, transactions: undefined }
    const transactions = new Transactions({
      retry,
      committed,
      make: (compression) => lanes.transactional(transactionalId, transactionTimeout, compression),
      send: (producer, topicMessages) => send(producer, mannerOf(), { topicMessages: [...topicMessages] }),
    })
    return { lanes, transactions }
  }

  return {
    events,
    on: (name, listener) => instrumentation.on(name, listener),
    logger: () => logger,
    isIdempotent: () => idempotent,

    async connect() {
      await connection.connect()
      connected ??= open(await connection.kafka())
      isDisconnecting = false
      instrumentation.emit(events.CONNECT, null)
    },

    async disconnect() {
      isDisconnecting = true
      await connection.close()
      connected = undefined
      isDisconnecting = false
      instrumentation.emit(events.DISCONNECT, null)
    },

    send: async (record) => sendBatch(asBatch(record)),
    sendBatch,

    async transaction() {
      if (transactionalId === undefined || transactionalId === '') {
        throw new KafkaJSNonRetriableError('Must provide transactional id for transactional producer')
      }
      const transaction = await check().transactions?.begin()
      if (transaction === undefined) throw new KafkaJSError('The producer is disconnected')
      const sendBatch = async (batch: ProducerBatch): Promise<RecordMetadata[]> =>
        transaction.send(checked(batch, true), batch.topicMessages ?? [])
      return { ...transaction, send: async (record) => sendBatch(asBatch(record)), sendBatch }
    },
  }
}

function asBatch({ topic, messages, ...how }: ProducerRecord): ProducerBatch {
  return { ...how, topicMessages: [{ topic, messages }] }
}

/** Rejects when there is no such topic. Metadata of producers makes topics, so an admin is asked. */
async function see(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  try {
    await admin.describeTopics([topic])
  } finally {
    await admin.close()
  }
}

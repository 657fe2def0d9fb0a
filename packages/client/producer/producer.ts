import type { Bytes } from '../bytes.ts'
import type { ConsumerGroupMetadata } from '../consumer/group-metadata.ts'
import type { HeadersInput } from '../headers.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Offsets, PartitionInfo, PartitionOffset } from '../partitions.ts'
import type { Topic } from '../topic.ts'
import type { Waiting } from '../waiting.ts'

/** A record to be sent. `null` is Kafka's null, a tombstone where it is the value; what is left out is not given. */
export type ProducerRecord<K, V> = (null extends K ? { readonly key?: K } : { readonly key: K }) & {
  readonly value: V
  readonly headers?: HeadersInput | undefined
  /** Left out: the partitioner chooses. */
  readonly partition?: number | undefined
  /** Milliseconds since 1970; left out: now. */
  readonly timestamp?: number | undefined
}

/** Many records, however they come. */
export type Records<K, V> = Iterable<ProducerRecord<K, V>> | AsyncIterable<ProducerRecord<K, V>>

/** Keys and values of topics that are given by their name alone. Text is sent as UTF-8. */
export type Raw = Bytes | string | null

/** Where a record has come to. The offset is −1 where nobody knows: with `acks=0`, and when the broker had the record already. */
export interface RecordMetadata extends PartitionOffset {
  /** Milliseconds since 1970: the record's own, or the broker's for topics with log append time. */
  readonly timestamp: number
}

/**
 * The promise of one `send`. It costs nothing until somebody looks at it (`await`, `then`, `catch`, `finally`).
 *
 * Where nobody looks, a failure is logged, counted, and makes the next `flush()` and `close()` reject.
 */
export interface Delivery extends Promise<RecordMetadata> {}

/** Hears of one record: no error and its place, or an error and −1. */
export type Done = (error: Error | undefined, partition: number, offset: number) => void

/**
 * Sends records. All methods may be called at any time and by any number of tasks; records of one partition keep the order of the calls.
 *
 * Nothing is opened before the first call needs it. After `close()` every call fails with ODRADEK_CLOSED.
 */
export interface Producer extends AsyncDisposable {
  /**
   * Sends one record. It is serialized before `send` returns, so what it was made of may change afterwards.
   *
   * The promise resolves when the record is acknowledged (`acks`). It rejects with a `KafkaError` (MESSAGE_TOO_LARGE for a record above
   * `max.request.size`, REQUEST_TIMED_OUT after `delivery.timeout.ms`, or what the broker says), or a `ClientError`: ODRADEK_SERIALIZATION, ODRADEK_CLOSED,
   * ODRADEK_STATE outside a transaction, ODRADEK_BUFFER_EXHAUSTED after `max.block.ms` without memory.
   */
  // The form with types stands last: TypeScript explains why the last one does not fit.
  send(topic: string, record: ProducerRecord<Raw, Raw>): Delivery
  send<K, V>(topic: Topic<string, K, V>, record: ProducerRecord<NoInfer<K>, NoInfer<V>>): Delivery

  /**
   * Sends all records and resolves when all are acknowledged; takes the next one only when there is room for it. Rejects with the first failure,
   * reading no further. Records sent before a failure or an abort stay sent.
   */
  sendAll(topic: string, records: Records<Raw, Raw>, options?: Waiting): Promise<{ readonly records: number }>
  sendAll<K, V>(
    topic: Topic<string, K, V>,
    records: Records<NoInfer<K>, NoInfer<V>>,
    options?: Waiting,
  ): Promise<{ readonly records: number }>

  /**
   * Sends one record without a promise. False: memory is full; the record was taken all the same, await `ready()` before the next one.
   *
   * Throws what is known at once: ODRADEK_SERIALIZATION, ODRADEK_CLOSED, MESSAGE_TOO_LARGE, and ODRADEK_BUFFER_EXHAUSTED for whoever goes on after false for
   * another `buffer.memory`. Everything later goes to `done`; without it, as with a `Delivery` nobody looked at.
   */
  enqueue(topic: string, record: ProducerRecord<Raw, Raw>, done?: Done): boolean
  enqueue<K, V>(topic: Topic<string, K, V>, record: ProducerRecord<NoInfer<K>, NoInfer<V>>, done?: Done): boolean

  /** Resolves when there is memory for the next record. Rejects with ODRADEK_BUFFER_EXHAUSTED after `max.block.ms`. */
  ready(options?: Waiting): Promise<void>

  /** Sends everything at once and waits until all that was sent before is acknowledged or has failed. Rejects with a failure that nobody looked at. */
  flush(options?: Waiting): Promise<void>

  /** The partitions of a topic, from fresh enough metadata. Rejects with UNKNOWN_TOPIC_OR_PARTITION after `max.block.ms`. */
  partitionsFor(topic: string, options?: Waiting): Promise<readonly PartitionInfo[]>

  /** Kafka's `producer-metrics`, `producer-topic-metrics` and so on, as they are now. */
  metrics(): Metrics

  /**
   * Sends what is left, aborts an open transaction, closes all connections. After `timeoutMs` (unlimited by default) it fails what is left
   * with ODRADEK_CLOSED. Rejects with a failure that nobody looked at; the second call waits for the first.
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>
}

/** What a transaction may do. */
export interface Transaction {
  readonly send: Producer['send']
  readonly enqueue: Producer['enqueue']
  /** Commits the offsets of a consumer with the transaction. They are of the next record to be read. */
  sendOffsets(offsets: Offsets, group: ConsumerGroupMetadata): Promise<void>
}

/**
 * A producer whose records appear all at once, or never.
 *
 * An error that is `abortable` ends the transaction: abort it, and the next one may succeed. One that is `fatal` ends the producer:
 * PRODUCER_FENCED above all, when another producer has taken the same `transactional.id`.
 */
export interface TransactionalProducer extends Producer {
  /** Takes over the `transactional.id`: ends what a predecessor left open, fences it. Once, before everything else. */
  initTransactions(options?: Waiting): Promise<void>
  /** Throws ODRADEK_STATE when a transaction is open, or before `initTransactions`. */
  beginTransaction(): void
  /** Waits for all records and commits. After REQUEST_TIMED_OUT the outcome is unknown: call it again, and nothing else. */
  commitTransaction(options?: Waiting): Promise<void>
  /** Drops what was not sent yet and aborts. The only way out after an abortable error. */
  abortTransaction(options?: Waiting): Promise<void>
  /** Commits the offsets of a consumer with the transaction. They are of the next record to be read. */
  sendOffsetsToTransaction(offsets: Offsets, group: ConsumerGroupMetadata, options?: Waiting): Promise<void>
  /** Begins, runs the body, commits, and gives the body's result; aborts when the body throws. Calls `initTransactions` the first time. */
  transaction<R>(body: (transaction: Transaction) => Promise<R>): Promise<R>
}

import type { Buffer } from 'node:buffer'

/**
 * The partitions of an internal topic, as a coordinator sees them: what it writes, and reads back when it is elected.
 *
 * The broker puts the replicas of `__consumer_offsets` behind this door; a test puts an array.
 */
export interface CoordinatorLog {
  /** Partitions of the topic, or how many it will have once it is made. */
  partitionCount(): number
  /** Bytes of keys and values that surely fit into one batch of the partition. */
  maxAppendBytes(partition: number): number
  /**
   * Appends the records as one batch. Resolves when all of it lies below the high watermark.
   *
   * Rejects with a `KafkaError` only when nothing of it is in the log, nor ever will be, or when this broker leads the
   * partition no more. How long it takes is not its business: the runtime has its own time-out.
   * Appends to one partition are in the order of the calls.
   */
  append(partition: number, records: readonly CoordinatorEntry[]): Promise<void>
  /**
   * Everything in the partition's log, in order, in pieces as they are read.
   * The buffers are valid until the next piece is asked for: copy what is kept.
   */
  load(partition: number): AsyncIterable<readonly LoadedEntry[]>
}

/** A record of the internal topic. A null value is a tombstone. */
export interface CoordinatorEntry {
  readonly key: Buffer
  readonly value: Buffer | null
}

/** What stands in the log: a record, or the marker that ends a transaction. */
export type LoadedEntry = LoadedRecord | LoadedMarker

export interface LoadedRecord extends CoordinatorEntry {
  readonly kind: 'record'
  readonly offset: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** Set when the record is part of a transaction: it counts after the commit marker. */
  readonly producerId?: number
}

export interface LoadedMarker {
  readonly kind: 'marker'
  readonly offset: number
  readonly producerId: number
  readonly committed: boolean
}

import type { Bytes } from './bytes.ts'

/** Chooses the partition of a record that names none. */
export interface Partitioner {
  /**
   * A number from 0 to `count` − 1; anything else fails the record. Called once a record, with the bytes that are sent.
   * `available` are the partitions that have a leader at the moment, in ascending order.
   */
  partition(topic: string, key: Bytes | null, value: Bytes | null, partitions: PartitionsToChoose): number
}

export interface PartitionsToChoose {
  readonly count: number
  readonly available: readonly number[]
}

/** The partitioners that have a name: Kafka's own (murmur2 of the key, else sticky), and one after the other. */
export type PartitionerName = 'built-in' | 'round-robin'

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A place in a partition. As a committed offset: of the next record to be read. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number
  /** Of the record before the offset; lets a consumer notice truncation (KIP-320). */
  readonly leaderEpoch?: number | undefined
  /** The user's own text beside a committed offset. */
  readonly metadata?: string | undefined
}

/** Who has a partition. */
export interface PartitionInfo extends TopicPartition {
  /** Broker id; undefined while there is no leader. */
  readonly leader?: number | undefined
  readonly leaderEpoch?: number | undefined
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
  readonly offlineReplicas: readonly number[]
}

export type Partitions = readonly TopicPartition[]
export type Offsets = readonly PartitionOffset[]

/** `orders-3`, as Kafka writes it. For messages and keys of maps off the hot path. */
export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

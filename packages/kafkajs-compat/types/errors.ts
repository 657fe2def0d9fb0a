import type { PartitionMetadata } from './cluster.ts'

/** An error of this package, as far as types of other errors need to know it. */
interface AnyKafkaJSError extends Error {
  readonly retriable: boolean
}

export interface KafkaJSErrorMetadata {
  readonly retriable?: boolean
  readonly topic?: string
  readonly partitionId?: number
  readonly metadata?: PartitionMetadata
}

export interface KafkaJSOffsetOutOfRangeMetadata {
  readonly topic: string
  readonly partition: number
}

export interface KafkaJSNumberOfRetriesExceededMetadata {
  readonly retryCount: number
  readonly retryTime: number
}

export interface KafkaJSConnectionErrorMetadata {
  readonly broker?: string
  readonly code?: string
}

export interface KafkaJSRequestTimeoutErrorMetadata {
  readonly broker: string
  readonly clientId: string
  readonly correlationId: number
  readonly createdAt: number
  readonly sentAt: number
  readonly pendingDuration: number
}

export interface KafkaJSTopicMetadataNotLoadedMetadata {
  readonly topic: string
}

export interface KafkaJSStaleTopicMetadataAssignmentMetadata {
  readonly topic: string
  readonly unknownPartitions: PartitionMetadata[]
}

export interface KafkaJSServerDoesNotSupportApiKeyMetadata {
  readonly apiKey: number
  readonly apiName: string
}

/** A group that was not deleted, and why. */
export interface DeleteGroupsErrorEntry {
  readonly groupId: string
  readonly errorCode?: number
  readonly error?: AnyKafkaJSError
}

export interface KafkaJSDeleteGroupsErrorGroups {
  readonly groupId: string
  readonly errorCode: number
  readonly error: AnyKafkaJSError
}

export interface KafkaJSDeleteTopicRecordsErrorTopic {
  readonly topic: string
  readonly partitions: KafkaJSDeleteTopicRecordsErrorPartition[]
}

export interface KafkaJSDeleteTopicRecordsErrorPartition {
  readonly partition: number
  readonly offset: string
  readonly error: AnyKafkaJSError
}

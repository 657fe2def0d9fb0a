import type { ConsumerOptions } from '@odradek/client'
import { assignorOf } from '../assigners.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import { PartitionAssigners } from '../assigners.ts'
import type { ConsumerConfig } from '../types/config.ts'
import type { GroupPlace } from './group-place.ts'

const mostInt = 2_147_483_647

export const consumerDefaults = { sessionTimeout: 30_000, rebalanceTimeout: 60_000, heartbeatInterval: 3_000, maxWaitTimeInMs: 5_000 }

/** Throws for what can't be done here, and what kafkajs itself refuses. */
export function checkConsumerConfig(config: ConsumerConfig): void {
  if (!config?.groupId) throw new KafkaJSNonRetriableError('Consumer groupId must be a non-empty string.')
  const { heartbeatInterval = consumerDefaults.heartbeatInterval, sessionTimeout = consumerDefaults.sessionTimeout } = config
  if (heartbeatInterval >= sessionTimeout) {
    throw new KafkaJSNonRetriableError(
      `Consumer heartbeatInterval (${heartbeatInterval}) must be lower than sessionTimeout (${sessionTimeout}). It is recommended to set heartbeatInterval to approximately a third of the sessionTimeout.`,
    )
  }
  for (const assigner of config.partitionAssigners ?? []) assignorOf(assigner)
}

/** Settings of the consumer below, with the defaults of kafkajs. */
export function consumerOptions(config: ConsumerConfig, place: GroupPlace, requestTimeoutMs: number): ConsumerOptions {
  const { sessionTimeout, rebalanceTimeout, heartbeatInterval, maxWaitTimeInMs } = { ...consumerDefaults, ...defined(config) }
  const fetchMaxWaitMs = Math.max(0, maxWaitTimeInMs)
  return {
    groupId: config.groupId,
    groupProtocol: 'classic',
    assignors: (config.partitionAssigners ?? [PartitionAssigners.roundRobin]).map((assigner) => place.watched(assignorOf(assigner))),
    sessionTimeoutMs: sessionTimeout,
    heartbeatIntervalMs: heartbeatInterval,
    maxPollIntervalMs: rebalanceTimeout,
    // A batch is what one answer has of a partition.
    maxPollRecords: mostInt,
    enableAutoCommit: false,
    isolationLevel: config.readUncommitted === true ? 'read_uncommitted' : 'read_committed',
    maxPartitionFetchBytes: config.maxBytesPerPartition ?? 1_048_576,
    fetchMinBytes: config.minBytes ?? 1,
    fetchMaxBytes: config.maxBytes ?? 10_485_760,
    fetchMaxWaitMs,
    requestTimeoutMs: Math.min(mostInt, Math.max(requestTimeoutMs, fetchMaxWaitMs + 5_000)),
    allowAutoCreateTopics: config.allowAutoTopicCreation ?? true,
    clientRack: config.rackId ?? '',
    enableMetricsPush: false,
  }
}

function defined(config: ConsumerConfig): Partial<typeof consumerDefaults> {
  return Object.fromEntries(Object.entries(config).filter(([name, value]) => name in consumerDefaults && value !== undefined))
}

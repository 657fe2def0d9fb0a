import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'

/**
 * What a client of the coordinator is told when an append failed.
 *
 * The codes of produce would mislead it: it would ask for the metadata of a topic that it never heard of. So a
 * coordinator that can't write at the moment is not available, and one that leads no more is not the coordinator.
 */
export function coordinatorError(error: unknown): Error {
  if (!(error instanceof KafkaError)) return error instanceof Error ? error : new Error('append failed', { cause: error })
  const code = codes[error.code]
  return code === undefined ? error : new KafkaError(code, undefined, { cause: error })
}

const codes: Partial<Record<ErrorName, ErrorName>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'COORDINATOR_NOT_AVAILABLE',
  NOT_ENOUGH_REPLICAS: 'COORDINATOR_NOT_AVAILABLE',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'COORDINATOR_NOT_AVAILABLE',
  REQUEST_TIMED_OUT: 'COORDINATOR_NOT_AVAILABLE',
  NOT_LEADER_OR_FOLLOWER: 'NOT_COORDINATOR',
  FENCED_LEADER_EPOCH: 'NOT_COORDINATOR',
  KAFKA_STORAGE_ERROR: 'NOT_COORDINATOR',
  MESSAGE_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
  RECORD_LIST_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
  INVALID_FETCH_SIZE: 'UNKNOWN_SERVER_ERROR',
  NETWORK_EXCEPTION: 'COORDINATOR_LOAD_IN_PROGRESS',
}

import { errorMessage, errorName, errorNames, errorCode, KafkaError } from '@odradek/protocol'
import type { ErrorName, KafkaErrorOptions } from '@odradek/protocol'

const names: ReadonlySet<number> = new Set(errorNames.map(errorCode))

/**
 * The error behind a code of an answer. `said` is the broker's own sentence, or what the caller knows beyond the code; it follows our sentence for the code.
 *
 * A code of a newer broker has no name here: it shows as `UNKNOWN(n)`, keeps its number in `wireCode`, and is not retriable.
 */
export function errorOf(code: number, said?: string | null, options: KafkaErrorOptions = {}): KafkaError {
  const name = errorName(code)
  if (!names.has(code)) {
    return new KafkaError(name, `${nameOfCode(code)}: ${said || 'the broker answered with an error code that this client does not know'}`, {
      ...options,
      wireCode: code,
    })
  }
  return new KafkaError(name, said ? `${name}: ${said}` : `${name}: ${errorMessage(name)}`, options)
}

/** The name of a code, for messages; `UNKNOWN(134)` when it has none. */
export function nameOfCode(code: number): string {
  return names.has(code) ? errorName(code) : `UNKNOWN(${code})`
}

/** Whether whoever got this error should look at the metadata again before the next attempt: they are out of date. */
export function meansStaleMetadata(error: unknown): boolean {
  return error instanceof KafkaError && staleMetadata.has(error.code)
}

/** Whether the coordinator has to be looked up again before the next attempt. */
export function meansStaleCoordinator(error: unknown): boolean {
  return error instanceof KafkaError && staleCoordinator.has(error.code)
}

/** The same of a name. */
export const isMetadataError = (name: ErrorName): boolean => staleMetadata.has(name)
export const isCoordinatorError = (name: ErrorName): boolean => staleCoordinator.has(name)

const staleMetadata: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'KAFKA_STORAGE_ERROR',
  'LISTENER_NOT_FOUND',
  'FENCED_LEADER_EPOCH',
  'PREFERRED_LEADER_NOT_AVAILABLE',
  'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  'ELECTION_NOT_NEEDED',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
])

const staleCoordinator: ReadonlySet<ErrorName> = new Set<ErrorName>(['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'])

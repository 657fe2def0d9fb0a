import { ClientError, KafkaError } from '@odradek/client'
import {
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
  KafkaJSSASLAuthenticationError,
  KafkaJSServerDoesNotSupportApiKey,
} from './errors.ts'
import { retryBudgetMs } from './retry.ts'
import type { RetrySettings } from './retry.ts'

/** The codes that kafkajs knows by an older name of Kafka's. */
const olderNames: Readonly<Record<string, string>> = {
  UNKNOWN_SERVER_ERROR: 'UNKNOWN',
  NOT_LEADER_OR_FOLLOWER: 'NOT_LEADER_FOR_PARTITION',
  COORDINATOR_LOAD_IN_PROGRESS: 'GROUP_LOAD_IN_PROGRESS',
  COORDINATOR_NOT_AVAILABLE: 'GROUP_COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR: 'NOT_COORDINATOR_FOR_GROUP',
}

/** An error of the client below as kafkajs would say it; the original is its `cause`. Errors of anybody else stay as they are. */
export function toKafkaJS(error: unknown): Error {
  if (error instanceof KafkaError) return ofKafka(error)
  if (error instanceof ClientError) return new KafkaJSNonRetriableError(error, { cause: error })
  return error instanceof Error ? error : new KafkaJSNonRetriableError(String(error))
}

/** The same for what was tried again until the time was over: kafkajs counts attempts, and says that they are used up. */
export function afterRetries(error: unknown, retry: RetrySettings): Error {
  const mapped = toKafkaJS(lastAttempt(error))
  if (!(mapped instanceof KafkaJSError) || !mapped.retriable) return mapped
  const retryTime = Math.min(retry.maxRetryTime, retryBudgetMs(retry))
  return new KafkaJSNumberOfRetriesExceeded(mapped, { retryCount: retry.retries, retryTime })
}

/** Whether the group is being shared out anew: no failure, the consumer goes on by itself. */
export function isRebalancing(error: unknown): boolean {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined
  return (
    type === 'REBALANCE_IN_PROGRESS' ||
    type === 'NOT_COORDINATOR_FOR_GROUP' ||
    type === 'ILLEGAL_GENERATION' ||
    type === 'UNKNOWN_MEMBER_ID'
  )
}

/** What kafkajs tries again: everything that does not say otherwise, unless it looks like a mistake in the program. */
export function isWorthRetrying(error: Error): boolean {
  const unrecoverable = ['RangeError', 'ReferenceError', 'SyntaxError', 'TypeError']
  return !('retriable' in error && error.retriable === false) && !unrecoverable.includes(error.name)
}

/** "Not in time" says less than what the last attempt failed with. */
function lastAttempt(error: unknown): unknown {
  return error instanceof KafkaError && error.code === 'REQUEST_TIMED_OUT' && error.cause instanceof KafkaError
    ? lastAttempt(error.cause)
    : error
}

function ofKafka(error: KafkaError): KafkaJSError {
  switch (error.code) {
    case 'NETWORK_EXCEPTION':
      return new KafkaJSConnectionError(error, { ...systemCode(error), cause: error })
    case 'REQUEST_TIMED_OUT':
      return new KafkaJSRequestTimeoutError(error, { cause: error })
    case 'SASL_AUTHENTICATION_FAILED':
    case 'UNSUPPORTED_SASL_MECHANISM':
    case 'ILLEGAL_SASL_STATE':
      return new KafkaJSSASLAuthenticationError(error, { cause: error })
    case 'UNSUPPORTED_VERSION':
      return new KafkaJSServerDoesNotSupportApiKey(error)
    default:
      return protocolError(error)
  }
}

export function protocolError(error: KafkaError): KafkaJSProtocolError {
  const { message, code, wireCode, retriable } = error
  return new KafkaJSProtocolError({ message, type: olderNames[code] ?? code, code: wireCode, retriable }, { cause: error })
}

/** ECONNREFUSED and the like, from wherever in the chain of causes it stands. */
function systemCode(error: unknown): { readonly code?: string } {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof KafkaError) && 'code' in cause && typeof cause.code === 'string') return { code: cause.code }
  }
  return {}
}

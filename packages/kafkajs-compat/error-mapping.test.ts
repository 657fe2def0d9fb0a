import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientError, ConfigError, KafkaError } from '@odradek/client'
import { afterRetries, isRebalancing, isWorthRetrying, toKafkaJS } from './error-mapping.ts'
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
import { retrySettings } from './retry.ts'

test('what a broker answers is a protocol error under the name, and with the number, that kafkajs has for it', () => {
  const cases = [
    ['NOT_LEADER_OR_FOLLOWER', 'NOT_LEADER_FOR_PARTITION', 6, true],
    ['COORDINATOR_LOAD_IN_PROGRESS', 'GROUP_LOAD_IN_PROGRESS', 14, true],
    ['COORDINATOR_NOT_AVAILABLE', 'GROUP_COORDINATOR_NOT_AVAILABLE', 15, true],
    ['NOT_COORDINATOR', 'NOT_COORDINATOR_FOR_GROUP', 16, true],
    ['UNKNOWN_SERVER_ERROR', 'UNKNOWN', -1, false],
    ['TOPIC_ALREADY_EXISTS', 'TOPIC_ALREADY_EXISTS', 36, false],
    ['PRODUCER_FENCED', 'PRODUCER_FENCED', 90, false],
  ] as const
  for (const [ours, type, code, retriable] of cases) {
    const original = new KafkaError(ours)
    const error = toKafkaJS(original)
    assert(error instanceof KafkaJSProtocolError)
    assert.deepEqual([error.name, error.type, error.code, error.retriable], ['KafkaJSProtocolError', type, code, retriable])
    assert.equal(error.cause, original)
  }
})

test('connections, time-outs, authentication and old brokers have classes of their own', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const connection = toKafkaJS(new KafkaError('NETWORK_EXCEPTION', 'gone', { cause: refused }))
  assert(connection instanceof KafkaJSConnectionError)
  assert.deepEqual([connection.code, connection.retriable], ['ECONNREFUSED', true])
  assert(toKafkaJS(new KafkaError('REQUEST_TIMED_OUT')) instanceof KafkaJSRequestTimeoutError)
  assert(toKafkaJS(new KafkaError('SASL_AUTHENTICATION_FAILED')) instanceof KafkaJSSASLAuthenticationError)
  assert(toKafkaJS(new KafkaError('UNSUPPORTED_VERSION')) instanceof KafkaJSServerDoesNotSupportApiKey)
})

test('mistakes of the program are not retriable, and errors that are none of ours stay what they are', () => {
  for (const error of [new ClientError('ODRADEK_CLOSED', 'closed'), new ConfigError('wrong')]) {
    const mapped = toKafkaJS(error)
    assert(mapped instanceof KafkaJSNonRetriableError)
    assert.equal(mapped.retriable, false)
  }
  const own = new RangeError('mine')
  assert.equal(toKafkaJS(own), own)
  assert.equal(toKafkaJS('text').message, 'text')
})

test('what was tried again in vain says so, with what the last attempt failed with', () => {
  const last = new KafkaError('NOT_LEADER_OR_FOLLOWER')
  const error = afterRetries(new KafkaError('REQUEST_TIMED_OUT', 'not in time', { cause: last }), retrySettings({ retries: 3 }))
  assert(error instanceof KafkaJSNumberOfRetriesExceeded)
  assert.equal(error.retryCount, 3)
  assert.equal(error.retriable, false)
  assert(error.cause instanceof KafkaJSProtocolError)
  assert.equal(error.cause.type, 'NOT_LEADER_FOR_PARTITION')
  assert(afterRetries(new KafkaError('MESSAGE_TOO_LARGE'), retrySettings()) instanceof KafkaJSProtocolError)
})

test('a rebalance is none of the failures that a consumer tries again, nor is a mistake in the program', () => {
  assert(isRebalancing(toKafkaJS(new KafkaError('REBALANCE_IN_PROGRESS'))))
  assert(isRebalancing(toKafkaJS(new KafkaError('ILLEGAL_GENERATION'))))
  assert(!isRebalancing(new Error('x')))
  assert(isWorthRetrying(new Error('x')))
  assert(!isWorthRetrying(new TypeError('x')))
  assert(!isWorthRetrying(new KafkaJSError('x', { retriable: false })))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorNames, KafkaError } from '@odradek/protocol'
import { DeserializationError } from '../consumer/records/deserialization-error.ts'
import {
  ClientError,
  ConfigError,
  errorOf,
  isCoordinatorError,
  isMetadataError,
  meansStaleCoordinator,
  meansStaleMetadata,
} from './index.ts'

test('an error of the client says what to do at the end of its message', () => {
  const error = new ClientError('ODRADEK_CLOSED', 'This producer is closed', { hint: 'Make a new one.' })
  assert.equal(error.message, 'This producer is closed. Make a new one.')
  assert.equal(error.hint, 'Make a new one.')
  assert.equal(error.docsUrl, 'docs/reference/errors.md#odradek_closed')
  assert.deepEqual([error.retriable, error.abortable, error.fatal], [false, false, false])
})

test('a cause is kept, and there is none unless given', () => {
  const cause = new Error('inner')
  assert.equal(new ClientError('ODRADEK_STATE', 'x', { cause }).cause, cause)
  assert.equal('cause' in new ClientError('ODRADEK_STATE', 'x'), false)
})

test('an error of settings names them and is a client error too', () => {
  const error = new ConfigError('acks=0 does not go with enableIdempotence', { settings: ['acks', 'enableIdempotence'] })
  assert(error instanceof ClientError)
  assert.deepEqual([error.name, error.code, error.settings], ['ConfigError', 'ODRADEK_CONFIG', ['acks', 'enableIdempotence']])
})

test('a code of an answer becomes an error with its name, and the words of the broker', () => {
  assert.equal(errorOf(44, 'at most 10 partitions').message, 'POLICY_VIOLATION: at most 10 partitions')
  assert.equal(errorOf(3).message, 'UNKNOWN_TOPIC_OR_PARTITION: This broker knows no such topic or partition.')
  assert.equal(errorOf(3, null).retriable, true)
  assert.equal(errorOf(90, null, { fatal: true, hint: 'Close it.' }).hint, 'Close it.')
})

test('an unknown code shows its number and is not retriable', () => {
  const error = errorOf(999, 'new thing')
  assert(error instanceof KafkaError)
  assert.equal(error.message, 'UNKNOWN(999): new thing')
  assert.deepEqual([error.code, error.wireCode, error.retriable], ['UNKNOWN_SERVER_ERROR', 999, false])
})

test('what refreshes metadata and what looks up the coordinator is as in the Java client', () => {
  assert.deepEqual(errorNames.filter(isMetadataError).length, 13)
  assert.deepEqual(errorNames.filter(isCoordinatorError), ['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'])
  assert(meansStaleMetadata(errorOf(6)) && !meansStaleMetadata(errorOf(14)) && !meansStaleMetadata(new Error('6')))
  assert(meansStaleCoordinator(errorOf(16)) && !meansStaleCoordinator(errorOf(27)))
})

// Bundlers rename classes, and logs showed `g [KafkaError]`.
test('errors keep the names of their classes, whatever a bundler calls those', () => {
  for (const Class of [KafkaError, ClientError, ConfigError, DeserializationError]) {
    assert.equal(Object.getOwnPropertyDescriptor(Class, 'name')?.enumerable, true, 'a field of its own, not the name of the class')
    assert.match(Class.name, /^\w+Error$/)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCode, errorCodeOf, errorMessage, errorName, errorNames, isRetriable, KafkaError } from './errors.ts'

test('the codes run from -1 to 133 without a gap, and name and code lead to each other', () => {
  assert.deepEqual(
    errorNames.map((name) => errorCode(name)),
    Array.from({ length: 135 }, (_, index) => index - 1),
  )
  for (const name of errorNames) assert.equal(errorName(errorCode(name)), name)
})

test('the codes that clients know best have their numbers', () => {
  assert.equal(errorCode('UNKNOWN_TOPIC_OR_PARTITION'), 3)
  assert.equal(errorCode('NOT_LEADER_OR_FOLLOWER'), 6)
  assert.equal(errorCode('UNSUPPORTED_VERSION'), 35)
  assert.equal(errorCode('INVALID_REQUEST'), 42)
  assert.equal(errorCode('FENCED_INSTANCE_ID'), 82)
  assert.equal(errorCode('UNKNOWN_TOPIC_ID'), 100)
  assert.equal(errorCode('SHARE_SESSION_LIMIT_REACHED'), 133)
})

test('a code of a newer broker reads as UNKNOWN_SERVER_ERROR', () => {
  assert.equal(errorName(134), 'UNKNOWN_SERVER_ERROR')
  assert.equal(errorName(-2), 'UNKNOWN_SERVER_ERROR')
})

test('a KafkaError says its code, its sentence and its cause', () => {
  const cause = new Error('disk')
  const plain = new KafkaError('KAFKA_STORAGE_ERROR', undefined, { cause })
  assert.equal(plain.message, errorMessage('KAFKA_STORAGE_ERROR'))
  assert.equal(plain.cause, cause)
  assert.equal(plain.wireCode, 56)
  assert.equal(plain.retriable, true)
  const special = new KafkaError('INVALID_RECORD', 'no key', { recordErrors: [{ batchIndex: 2, message: 'no key' }] })
  assert.equal(special.message, 'no key')
  assert.equal(special.retriable, isRetriable('INVALID_RECORD'))
  assert.equal(special.recordErrors[0]?.batchIndex, 2)
  assert.equal('cause' in plain && !('cause' in special), true)
})

test('whatever is not a KafkaError is answered as UNKNOWN_SERVER_ERROR', () => {
  assert.equal(errorCodeOf(new KafkaError('NOT_COORDINATOR')), 16)
  assert.equal(errorCodeOf(new TypeError('our bug')), -1)
  assert.equal(errorCodeOf('thrown string'), -1)
})

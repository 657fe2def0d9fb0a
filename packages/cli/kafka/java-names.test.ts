import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, KafkaError } from '@odradek/client'
import { errorNames } from '@odradek/protocol'
import { illegalArgument, JavaError } from './java-error.ts'
import { javaClass, javaMessage, javaText } from './java-names.ts'

const nameOf = (code: (typeof errorNames)[number]): string => javaClass(new KafkaError(code)).replace('org.apache.kafka.common.errors.', '')

test('every error has the class that it has in Java', () => {
  assert.deepEqual(
    (['OFFSET_OUT_OF_RANGE', 'TOPIC_ALREADY_EXISTS', 'INVALID_TOPIC_EXCEPTION', 'NETWORK_EXCEPTION', 'UNKNOWN_SERVER_ERROR'] as const).map(
      nameOf,
    ),
    ['OffsetOutOfRangeException', 'TopicExistsException', 'InvalidTopicException', 'NetworkException', 'UnknownServerException'],
  )
  assert.equal(javaClass(new KafkaError('INVALID_RECORD')), 'org.apache.kafka.common.InvalidRecordException')
  for (const code of errorNames) assert.match(nameOf(code), /^(?:[A-Z][A-Za-z]+|org\.apache\.kafka\.common\.InvalidRecordException)$/)
})

test("the broker's own words come first, then what Java would say", () => {
  const brokerMessage = "Topic 't' already exists."
  const error = new KafkaError('TOPIC_ALREADY_EXISTS', `createTopics t: TOPIC_ALREADY_EXISTS: ${brokerMessage}`, { brokerMessage })
  assert.equal(javaText(error), "org.apache.kafka.common.errors.TopicExistsException: Topic 't' already exists.")
  assert.equal(javaMessage(new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')), 'This server does not host this topic-partition.')
})

test('a cluster that can not be reached', () => {
  const error = new KafkaError('REQUEST_TIMED_OUT', 'listTopics: no answer within 60000 ms.', {
    cause: new KafkaError('NETWORK_EXCEPTION'),
  })
  assert.equal(javaMessage(error), 'Timed out waiting for a node assignment. Call: listTopics')
})

test('a broker that was asked and is silent', () => {
  const cause = new KafkaError('REQUEST_TIMED_OUT', 'Broker 1 has not answered Metadata within its time.')
  const error = new KafkaError('REQUEST_TIMED_OUT', 'listTopics: no answer within 60000 ms.', { cause })
  assert.match(
    javaMessage(error),
    /^Call\(callName=listTopics\) timed out\. The last attempt ended with org\.apache\.kafka\.common\.errors\.TimeoutException: Broker 1 /,
  )
})

test('a broker that has not heard of an API', () => {
  const error = new KafkaError(
    'UNSUPPORTED_VERSION',
    'describeClientQuotas: Broker 1 (127.0.0.1:9092) has no DescribeClientQuotas requests.',
  )
  assert.equal(javaMessage(error), 'The node does not support DESCRIBE_CLIENT_QUOTAS')
  assert.equal(javaMessage(new KafkaError('UNSUPPORTED_VERSION')), 'The version of API is not supported.')
})

test('errors of ours', () => {
  assert.equal(javaText(new ConfigError('No such setting.')), 'org.apache.kafka.common.config.ConfigException: No such setting.')
  const wrong = 'Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1'
  assert.equal(javaMessage(new ConfigError(`${wrong}.`)), wrong)
  assert.equal(javaText(illegalArgument('no')), 'java.lang.IllegalArgumentException: no')
  assert.equal(javaText(new JavaError('java.nio.file.NoSuchFileException', 'f')), 'java.nio.file.NoSuchFileException: f')
})

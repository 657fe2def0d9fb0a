import { ClientError, ConfigError, KafkaError } from '@odradek/client'
import { errorMessage } from '@odradek/protocol'
import type { ClientErrorCode, ErrorName } from '@odradek/client'
import { JavaError } from './java-error.ts'

/** The class that an error of ours has in Java: `org.apache.kafka.common.errors.TopicExistsException`. */
export function javaClass(error: unknown): string {
  if (error instanceof JavaError) return error.javaClass
  if (error instanceof KafkaError) return classOf(error.code)
  if (error instanceof ConfigError) return 'org.apache.kafka.common.config.ConfigException'
  if (error instanceof ClientError) return `org.apache.kafka.${clientErrors[error.code]}`
  return error instanceof RangeError || error instanceof TypeError ? 'java.lang.IllegalArgumentException' : 'java.lang.RuntimeException'
}

/** What Kafka's tools would say of it: the broker's own words where it gave any, and Java's where it gave none. */
export function javaMessage(error: unknown): string {
  if (error instanceof KafkaError) {
    if (error.brokerMessage !== undefined) return error.brokerMessage
    if (error.code === 'REQUEST_TIMED_OUT') return timedOut(error)
    return notSupported(error) ?? messages[error.code] ?? withoutCode(error)
  }
  // Java's sentences about wrong values have no full stop.
  if (error instanceof ConfigError) return error.message.replace(/^(Invalid value .* for configuration .*)\.$/s, '$1')
  return error instanceof Error ? error.message : String(error)
}

/** As `Throwable.toString()` gives it, which begins each stack trace: class, colon, message. */
export function javaText(error: unknown): string {
  const message = javaMessage(error)
  return message === '' ? javaClass(error) : `${javaClass(error)}: ${message}`
}

/** An operation of an admin begins the message of its errors. Java's admin tells whether it found anybody to ask. */
function timedOut(error: KafkaError): string {
  const operation = /^([a-z]\w+)(?: [^:]*)?:/.exec(error.message)?.[1]
  if (operation === undefined) return error.message
  const answer = lastAnswer(error)
  return answer === undefined
    ? `Timed out waiting for a node assignment. Call: ${operation}`
    : `Call(callName=${operation}) timed out. The last attempt ended with ${javaText(answer)}`
}

/** What a broker said, or did not say in time, the last time that one was asked. */
function lastAnswer({ cause }: KafkaError): KafkaError | undefined {
  if (!(cause instanceof KafkaError)) return undefined
  if (cause.code !== 'NETWORK_EXCEPTION' && cause.code !== 'REQUEST_TIMED_OUT') return cause
  return / has not answered /.test(cause.message) ? cause : lastAnswer(cause)
}

/** A broker that does not know an API at all. */
function notSupported({ code, message }: KafkaError): string | undefined {
  const api = code === 'UNSUPPORTED_VERSION' ? / has no (\w+) requests\./.exec(message)?.[1] : undefined
  return api === undefined ? undefined : `The node does not support ${api.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}`
}

function withoutCode({ code, message }: KafkaError): string {
  if (message === errorMessage(code)) return message
  const at = message.indexOf(`${code}: `)
  return at === -1 ? message : message.slice(at + code.length + 2)
}

function classOf(code: ErrorName): string {
  if (code === 'INVALID_RECORD') return 'org.apache.kafka.common.InvalidRecordException'
  const name = irregular[code] ?? `${camelCase(code.replace(/_EXCEPTION$/, ''))}Exception`
  return `org.apache.kafka.common.errors.${name}`
}

function camelCase(code: string): string {
  return code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** The classes that are not called as their codes are. */
const irregular: Partial<Record<ErrorName, string>> = {
  UNKNOWN_SERVER_ERROR: 'UnknownServerException',
  CORRUPT_MESSAGE: 'CorruptRecordException',
  REQUEST_TIMED_OUT: 'TimeoutException',
  MESSAGE_TOO_LARGE: 'RecordTooLargeException',
  STALE_CONTROLLER_EPOCH: 'ControllerMovedException',
  OFFSET_METADATA_TOO_LARGE: 'OffsetMetadataTooLarge',
  RECORD_LIST_TOO_LARGE: 'RecordBatchTooLargeException',
  TOPIC_AUTHORIZATION_FAILED: 'TopicAuthorizationException',
  GROUP_AUTHORIZATION_FAILED: 'GroupAuthorizationException',
  CLUSTER_AUTHORIZATION_FAILED: 'ClusterAuthorizationException',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'TransactionalIdAuthorizationException',
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: 'DelegationTokenAuthorizationException',
  SASL_AUTHENTICATION_FAILED: 'SaslAuthenticationException',
  TOPIC_ALREADY_EXISTS: 'TopicExistsException',
  INVALID_CONFIG: 'InvalidConfigurationException',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'OutOfOrderSequenceException',
  DUPLICATE_SEQUENCE_NUMBER: 'DuplicateSequenceException',
  INVALID_PRODUCER_ID_MAPPING: 'InvalidPidMappingException',
  INVALID_TRANSACTION_TIMEOUT: 'InvalidTxnTimeoutException',
  KAFKA_STORAGE_ERROR: 'KafkaStorageException',
  DELEGATION_TOKEN_AUTH_DISABLED: 'DelegationTokenDisabledException',
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: 'UnsupportedByAuthenticationException',
  NON_EMPTY_GROUP: 'GroupNotEmptyException',
  FEATURE_UPDATE_FAILED: 'FeatureUpdateFailedException',
  PRINCIPAL_DESERIALIZATION_FAILURE: 'PrincipalDeserializationException',
  FETCH_SESSION_TOPIC_ID_ERROR: 'FetchSessionTopicIdException',
  INVALID_REGULAR_EXPRESSION: 'InvalidRegularExpression',
}

const clientErrors: Readonly<Record<ClientErrorCode, string>> = {
  ODRADEK_BUFFER_EXHAUSTED: 'clients.producer.BufferExhaustedException',
  ODRADEK_SERIALIZATION: 'common.errors.SerializationException',
  ODRADEK_DESERIALIZATION: 'common.errors.RecordDeserializationException',
  ODRADEK_NO_OFFSET: 'clients.consumer.NoOffsetForPartitionException',
  ODRADEK_LOG_TRUNCATION: 'clients.consumer.LogTruncationException',
  ODRADEK_CLOSED: 'common.KafkaException',
  ODRADEK_STATE: 'common.KafkaException',
  ODRADEK_CONFIG: 'common.config.ConfigException',
}

/** What a Java client says of a code without a sentence of the broker's, where people and programs look for it in the output of a tool. */
const messages: Partial<Record<ErrorName, string>> = {
  UNKNOWN_SERVER_ERROR: 'The server experienced an unexpected error when processing the request.',
  OFFSET_OUT_OF_RANGE: 'The requested offset is not within the range of offsets maintained by the server.',
  UNKNOWN_TOPIC_OR_PARTITION: 'This server does not host this topic-partition.',
  LEADER_NOT_AVAILABLE: 'There is no leader for this topic-partition as we are in the middle of a leadership election.',
  BROKER_NOT_AVAILABLE: 'The broker is not available.',
  NETWORK_EXCEPTION: 'The server disconnected before a response was received.',
  COORDINATOR_LOAD_IN_PROGRESS: "The coordinator is loading and hence can't process requests.",
  COORDINATOR_NOT_AVAILABLE: 'The coordinator is not available.',
  NOT_COORDINATOR: 'This is not the correct coordinator.',
  INVALID_TOPIC_EXCEPTION: 'The request attempted to perform an operation on an invalid topic.',
  NOT_ENOUGH_REPLICAS: 'Messages are rejected since there are fewer in-sync replicas than required.',
  INVALID_GROUP_ID: 'The group id is invalid.',
  UNKNOWN_MEMBER_ID: 'The coordinator is not aware of this member.',
  TOPIC_AUTHORIZATION_FAILED: 'Topic authorization failed.',
  GROUP_AUTHORIZATION_FAILED: 'Group authorization failed.',
  CLUSTER_AUTHORIZATION_FAILED: 'Cluster authorization failed.',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'Transactional Id authorization failed.',
  UNSUPPORTED_VERSION: 'The version of API is not supported.',
  TOPIC_ALREADY_EXISTS: 'Topic with this name already exists.',
  INVALID_PARTITIONS: 'Number of partitions is below 1.',
  INVALID_REPLICATION_FACTOR: 'Replication factor is below 1 or larger than the number of available brokers.',
  INVALID_REPLICA_ASSIGNMENT: 'Replica assignment is invalid.',
  INVALID_CONFIG: 'Configuration is invalid.',
  NOT_CONTROLLER: 'This is not the correct controller for this cluster.',
  POLICY_VIOLATION: 'Request parameters do not satisfy the configured policy.',
  SECURITY_DISABLED: 'Security features are disabled.',
  LOG_DIR_NOT_FOUND: 'The user-specified log directory is not found in the broker config.',
  SASL_AUTHENTICATION_FAILED: 'SASL Authentication failed.',
  NON_EMPTY_GROUP: 'The group is not empty.',
  GROUP_ID_NOT_FOUND: 'The group id does not exist.',
  TOPIC_DELETION_DISABLED: 'Topic deletion is disabled.',
  PREFERRED_LEADER_NOT_AVAILABLE: 'The preferred leader was not available.',
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 'Eligible topic partition leaders are not available.',
  ELECTION_NOT_NEEDED: 'Leader election not needed for topic partition.',
  NO_REASSIGNMENT_IN_PROGRESS: 'No partition reassignment is in progress.',
  REASSIGNMENT_IN_PROGRESS: 'A partition reassignment is in progress.',
  GROUP_SUBSCRIBED_TO_TOPIC: 'Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.',
  UNKNOWN_TOPIC_ID: 'This server does not host this topic ID.',
  BROKER_ID_NOT_REGISTERED: 'The given broker ID was not registered.',
  FEATURE_UPDATE_FAILED: 'Unable to update finalized features due to an unexpected server error.',
  THROTTLING_QUOTA_EXCEEDED: 'The throttling quota has been exceeded.',
}

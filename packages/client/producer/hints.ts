import type { ErrorName } from '@odradek/protocol'

/** What to do about an answer to Produce. */
export const hintFor = (name: ErrorName): string => hints[name] ?? ''

const hints: Partial<Record<ErrorName, string>> = {
  NOT_ENOUGH_REPLICAS: 'Start another replica, or lower min.insync.replicas.',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'Start another replica, or lower min.insync.replicas.',
  MESSAGE_TOO_LARGE: 'Send less in one record, or raise max.message.bytes of the topic (and replica.fetch.max.bytes of the brokers).',
  TOPIC_AUTHORIZATION_FAILED: 'Grant Write on the topic to the principal of this producer.',
  CLUSTER_AUTHORIZATION_FAILED: 'Grant IdempotentWrite on the cluster (brokers before 2.8), or set enableIdempotence: false.',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    'Grant Write and Describe on the transactional id; an Odradek broker answers so as well: it has no transactions yet.',
  PRODUCER_FENCED: 'Another producer has taken over this transactional.id; close this one.',
  INVALID_PRODUCER_EPOCH: 'Another producer has taken over this transactional.id, or the transaction timed out.',
  UNSUPPORTED_COMPRESSION_TYPE: 'Choose another compression.type, or use brokers from 2.1 on for zstd.',
  INVALID_RECORD: 'The topic may be compacted, and then every record needs a key.',
  INVALID_TIMESTAMP: 'See message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic.',
  INVALID_TOPIC_EXCEPTION: 'Check the name of the topic; internal topics can not be written to.',
}

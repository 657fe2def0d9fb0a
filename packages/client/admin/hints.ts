import type { ErrorName } from '@odradek/protocol'

/** What to do about an error of an operation, where every operation would say the same. */
export const generalHints: Partial<Record<ErrorName, string>> = {
  CLUSTER_AUTHORIZATION_FAILED: 'Give this principal the operation on the cluster with an ACL (kafka-acls --cluster).',
  TOPIC_AUTHORIZATION_FAILED: 'Give this principal the operation on the topic with an ACL (kafka-acls --topic).',
  GROUP_AUTHORIZATION_FAILED: 'Give this principal the operation on the group with an ACL (kafka-acls --group).',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    'Give this principal the operation on the transactional id with an ACL (kafka-acls --transactional-id).',
  DELEGATION_TOKEN_AUTH_DISABLED: 'Set delegation.token.secret.key on the brokers.',
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED:
    'Connect with SASL or with TLS client authentication: a token says who somebody is, so they have to have said so.',
  INVALID_REPLICATION_FACTOR: 'Lower the replication factor, or start more brokers.',
  MISMATCHED_ENDPOINT_TYPE: 'bootstrap.controllers takes listeners of controllers, bootstrap.servers those of brokers.',
  NON_EMPTY_GROUP: 'Stop the members of the group first.',
  GROUP_SUBSCRIBED_TO_TOPIC: 'Stop the members that read the topic first.',
  NETWORK_EXCEPTION: 'See whether the broker runs and can be reached from here under its advertised address.',
  SECURITY_DISABLED: 'Set authorizer.class.name on the brokers.',
  THROTTLING_QUOTA_EXCEEDED: 'Spread such changes over more time, or raise controller_mutation_rate.',
  TOPIC_DELETION_DISABLED: 'Set delete.topic.enable=true on the brokers.',
  UNSUPPORTED_VERSION: 'The broker is too old for this, or has it switched off.',
  UNSUPPORTED_ENDPOINT_TYPE: 'Use bootstrap.servers instead of bootstrap.controllers.',
}

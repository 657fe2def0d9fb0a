import type { ConfigDefs, ConfigOf } from '@odradek/common/config'
import { httpConfig } from '../http/http-settings.ts'
import { clientMetricsConfig } from './settings/client-metrics.ts'
import { controllerConfig } from './settings/controller.ts'
import { groupConfig } from './settings/group.ts'
import { classicGroupConfig, consumerGroupConfig, offsetsConfig, streamsGroupConfig } from './settings/groups.ts'
import { identityConfig } from './settings/identity.ts'
import { listenerConfig, requestConfig, socketConfig } from './settings/listeners.ts'
import { cleanerConfig, logConfig } from './settings/log.ts'
import { metricsConfig } from './settings/metrics.ts'
import { quotaConfig } from './settings/quotas.ts'
import { remoteStorageConfig } from './settings/remote-storage.ts'
import { replicationConfig } from './settings/replication.ts'
import { oauthConfig, saslConfig } from './settings/sasl.ts'
import { authorizationConfig, sslConfig } from './settings/security.ts'
import { shareGroupConfig } from './settings/share-groups.ts'
import { topicConfig } from './settings/topic.ts'
import { topicCreationConfig } from './settings/topics.ts'
import { transactionConfig } from './settings/transactions.ts'

/** Settings of the broker by theme, in the order of the reference page. */
export const brokerConfigThemes = {
  'The broker and its cluster': identityConfig,
  Listeners: listenerConfig,
  Connections: socketConfig,
  Requests: requestConfig,
  Topics: topicCreationConfig,
  Logs: logConfig,
  Compaction: cleanerConfig,
  Replication: replicationConfig,
  'Committed offsets': offsetsConfig,
  Groups: classicGroupConfig,
  'Consumer groups (KIP-848)': consumerGroupConfig,
  'Share groups': shareGroupConfig,
  'Streams groups': streamsGroupConfig,
  'Producers and transactions': transactionConfig,
  Controller: controllerConfig,
  Quotas: quotaConfig,
  Authorization: authorizationConfig,
  TLS: sslConfig,
  SASL: saslConfig,
  'SASL/OAUTHBEARER': oauthConfig,
  'Tiered storage': remoteStorageConfig,
  Metrics: metricsConfig,
  'Health and metrics over HTTP': httpConfig,
} as const satisfies Readonly<Record<string, ConfigDefs>>

/** All settings of the broker. */
export const brokerConfig = {
  ...identityConfig,
  ...listenerConfig,
  ...socketConfig,
  ...requestConfig,
  ...topicCreationConfig,
  ...logConfig,
  ...cleanerConfig,
  ...replicationConfig,
  ...offsetsConfig,
  ...classicGroupConfig,
  ...consumerGroupConfig,
  ...shareGroupConfig,
  ...streamsGroupConfig,
  ...transactionConfig,
  ...controllerConfig,
  ...quotaConfig,
  ...authorizationConfig,
  ...sslConfig,
  ...saslConfig,
  ...oauthConfig,
  ...remoteStorageConfig,
  ...metricsConfig,
  ...httpConfig,
}

/** Values of all settings of a broker. */
export type BrokerConfig = ConfigOf<typeof brokerConfig>
/** Values of all settings of a topic. */
export type TopicConfig = ConfigOf<typeof topicConfig>
/** Values of all settings of a group. */
export type GroupConfig = ConfigOf<typeof groupConfig>

export { clientMetricsConfig, groupConfig, topicConfig }

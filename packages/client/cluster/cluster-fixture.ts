import type { ClusterSettings } from './cluster-settings.ts'

/** Kafka's defaults, for tests. */
export const clusterDefaults: ClusterSettings = {
  bootstrapServers: [],
  clientDnsLookup: 'use_all_dns_ips',
  requestTimeoutMs: 30_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  reconnectBackoffMs: 50,
  reconnectBackoffMaxMs: 1_000,
  socketConnectionSetupTimeoutMs: 10_000,
  socketConnectionSetupTimeoutMaxMs: 30_000,
  connectionsMaxIdleMs: 540_000,
  metadataMaxAgeMs: 300_000,
  metadataRecoveryStrategy: 'rebootstrap',
  metadataRecoveryRebootstrapTriggerMs: 300_000,
  receiveMessageMaxBytes: 104_857_600,
}

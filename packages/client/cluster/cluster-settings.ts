import type { DialTarget, Endpoint } from '@odradek/network/dial'

/** The settings that a cluster reads; `CommonSettings` has them all. */
export interface ClusterSettings {
  readonly bootstrapServers: readonly Endpoint[]
  readonly clientDnsLookup: 'use_all_dns_ips' | 'resolve_canonical_bootstrap_servers_only'
  readonly requestTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly reconnectBackoffMs: number
  readonly reconnectBackoffMaxMs: number
  readonly socketConnectionSetupTimeoutMs: number
  readonly socketConnectionSetupTimeoutMaxMs: number
  /** Negative: connections are never too idle. */
  readonly connectionsMaxIdleMs: number
  readonly metadataMaxAgeMs: number
  readonly metadataRecoveryStrategy: 'rebootstrap' | 'none'
  readonly metadataRecoveryRebootstrapTriggerMs: number
  readonly receiveMessageMaxBytes: number
  readonly securityProtocol?: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  readonly tls?: DialTarget['tls']
}

import type { Uuid } from '@odradek/common/bytes'
import type { ErrorName } from '@odradek/protocol'

/** A broker as metadata names it. Bootstrap addresses have negative ids until metadata has come. */
export interface BrokerNode {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly rack: string | undefined
}

/** What is known of one partition. */
export interface PartitionMetadata {
  /** −1 while there is none. */
  readonly leader: number
  /** −1 when the broker is too old to say. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
  readonly offlineReplicas: readonly number[]
}

export interface TopicMetadata {
  readonly name: string
  /** `ZERO_UUID` when the broker is too old to say. */
  readonly topicId: Uuid
  readonly isInternal: boolean
  /** By partition number, without holes. */
  readonly partitions: readonly PartitionMetadata[]
}

/** A cluster as it was at some moment. Never changes; an update makes a new one. */
export interface ClusterMetadata {
  /** Grows with each update. 0: only the bootstrap addresses are known. */
  readonly revision: number
  readonly clusterId: string | undefined
  /** −1 when unknown. */
  readonly controllerId: number
  readonly brokers: ReadonlyMap<number, BrokerNode>
  readonly topics: ReadonlyMap<string, TopicMetadata>
  readonly topicNames: ReadonlyMap<Uuid, string>
  /** Topics that were asked for and can't be had at the moment, with the reason. */
  readonly errors: ReadonlyMap<string, ErrorName>
}

/** `2 (kafka.example:9092)`; a bootstrap address has no id yet. */
export function nodeName({ id, host, port }: Pick<BrokerNode, 'id' | 'host' | 'port'>): string {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return id < 0 ? address : `${id} (${address})`
}

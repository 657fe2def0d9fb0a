import type { ErrorName } from '@odradek/protocol'
import { brokerPort } from '../model-broker.ts'
import type { BrokerIdentity } from '../broker-identity.ts'
import type { ModelCluster } from '../model-cluster.ts'
import type { ModelPartition } from '../model-partition.ts'

/** What keeps a broker from answering for a partition; undefined when it leads it in the epoch that the client knows. */
export function leadershipError(
  cluster: ModelCluster,
  broker: BrokerIdentity,
  partition: ModelPartition | undefined,
  currentLeaderEpoch: number,
): ErrorName | undefined {
  if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  if (!cluster.isLeader(broker, partition)) return 'NOT_LEADER_OR_FOLLOWER'
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === partition.leaderEpoch) return undefined
  return currentLeaderEpoch < partition.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
}

/** Where the client should go instead (KIP-951). */
export function hintFor(partition: ModelPartition | undefined, error: ErrorName): { leaderId: number; leaderEpoch: number } {
  const isTold = partition !== undefined && (error === 'NOT_LEADER_OR_FOLLOWER' || error === 'FENCED_LEADER_EPOCH')
  return isTold ? { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch } : { leaderId: -1, leaderEpoch: -1 }
}

export function endpointsOf(cluster: ModelCluster, leaders: Iterable<number>) {
  return [...new Set(leaders)]
    .filter((id) => id >= 0)
    .flatMap((id) => {
      const broker = cluster.broker(id)
      return broker === undefined ? [] : [{ nodeId: id, host: broker.host, port: brokerPort, rack: null }]
    })
}

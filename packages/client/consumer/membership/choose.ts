import { KafkaError } from '@odradek/protocol'
import { ConsumerGroupHeartbeat } from '@odradek/protocol/messages'
import type { Cluster } from '../../cluster/cluster.ts'
import type { Waiting } from '../../waiting.ts'
import type { GroupSettings } from './group-settings.ts'

/** Settings that only the classic protocol has a use for: whoever gives one wants that. */
const classicOnly = ['sessionTimeoutMs', 'heartbeatIntervalMs', 'partitionAssignmentStrategy', 'assignors']

/** The level of `group.version` from which on brokers serve groups of KIP-848. */
const WITH_CONSUMER_GROUPS = 1

/**
 * What `group.protocol=auto` comes to: the consumer protocol where the cluster has finalized it and no setting speaks for the classic one.
 * Rejects as `Cluster.coordinator` does while the coordinator can't be reached.
 */
export async function chooseProtocol(cluster: Cluster, settings: GroupSettings, waiting: Waiting): Promise<'classic' | 'consumer'> {
  if (classicOnly.some((name) => settings.given.has(name))) return 'classic'
  const broker = await cluster.coordinator('group', settings.groupId ?? '', waiting)
  try {
    // Connects, so that the features of this broker are known.
    await cluster.versionFor(broker, ConsumerGroupHeartbeat, { ...waiting, lane: 'coordinator' })
  } catch (error) {
    if (error instanceof KafkaError && error.code === 'UNSUPPORTED_VERSION') return 'classic'
    throw error
  }
  return cluster.finalizedFeature('group.version') >= WITH_CONSUMER_GROUPS ? 'consumer' : 'classic'
}

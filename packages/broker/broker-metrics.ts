import { declareGauge } from '@odradek/common/metrics'
import type { MetricsRegistry } from '@odradek/common/metrics'
import { noLeader } from '@odradek/metadata'
import type { BrokerImage, PartitionState } from '@odradek/metadata'
import type { Partition } from './replication/partition.ts'
import type { Services } from './services.ts'

const gauge = (group: 'kafka.server' | 'kafka.controller', type: string, name: string, help: string) =>
  declareGauge({ name: `${group}_${type}_${name}`.replace('.', '_').toLowerCase(), jmx: `${group}:type=${type},name=${name}`, help })

const partitionCount = gauge('kafka.server', 'ReplicaManager', 'PartitionCount', 'Partitions of which this broker has a replica.')
const leaderCount = gauge('kafka.server', 'ReplicaManager', 'LeaderCount', 'Partitions that this broker leads.')
const underReplicated = gauge(
  'kafka.server',
  'ReplicaManager',
  'UnderReplicatedPartitions',
  'Partitions led here of which not all replicas are in sync.',
)
const underMinIsr = gauge(
  'kafka.server',
  'ReplicaManager',
  'UnderMinIsrPartitionCount',
  'Partitions led here with fewer in-sync replicas than min.insync.replicas.',
)
const atMinIsr = gauge(
  'kafka.server',
  'ReplicaManager',
  'AtMinIsrPartitionCount',
  'Partitions led here with exactly as many in-sync replicas as min.insync.replicas asks for.',
)

const activeControllers = gauge(
  'kafka.controller',
  'KafkaController',
  'ActiveControllerCount',
  '1 on the broker that decides for the cluster.',
)
const offlinePartitions = gauge('kafka.controller', 'KafkaController', 'OfflinePartitionsCount', 'Partitions without a leader.')
const globalTopics = gauge('kafka.controller', 'KafkaController', 'GlobalTopicCount', 'Topics of the cluster.')
const globalPartitions = gauge('kafka.controller', 'KafkaController', 'GlobalPartitionCount', 'Partitions of the cluster.')
const activeBrokers = gauge('kafka.controller', 'KafkaController', 'ActiveBrokerCount', 'Brokers that may lead partitions.')
const fencedBrokers = gauge('kafka.controller', 'KafkaController', 'FencedBrokerCount', 'Brokers that are registered and may not lead.')
const imbalance = gauge(
  'kafka.controller',
  'KafkaController',
  'PreferredReplicaImbalanceCount',
  'Partitions that are led by another replica than their first.',
)

const purgatory = declareGauge({
  name: 'kafka_server_delayedoperationpurgatory_purgatorysize',
  jmx: 'kafka.server:type=DelayedOperationPurgatory,name=PurgatorySize',
  help: 'Requests that wait: for replicas, or for records.',
  labels: ['delayedOperation'],
})
const sessions = declareGauge({
  name: 'kafka_server_fetchsessioncache_numincrementalfetchsessions',
  jmx: 'kafka.server:type=FetchSessionCache,name=NumIncrementalFetchSessions',
  help: 'Fetch sessions that the broker remembers.',
})
const sessionPartitions = declareGauge({
  name: 'kafka_server_fetchsessioncache_numincrementalfetchpartitionscached',
  jmx: 'kafka.server:type=FetchSessionCache,name=NumIncrementalFetchPartitionsCached',
  help: 'Partitions in all fetch sessions.',
})

/** All metrics that this file declares. */
export const brokerMetrics = [
  partitionCount,
  leaderCount,
  underReplicated,
  underMinIsr,
  atMinIsr,
  activeControllers,
  offlinePartitions,
  globalTopics,
  globalPartitions,
  activeBrokers,
  fencedBrokers,
  imbalance,
  purgatory,
  sessions,
  sessionPartitions,
]

/** Registers what there is to see of partitions and of the cluster. It is counted when somebody asks. */
export function observeBroker(
  registry: MetricsRegistry,
  services: Pick<Services, 'replicas' | 'metadata' | 'fetchSessions' | 'brokerId'>,
): void {
  const { replicas, metadata, fetchSessions, brokerId } = services
  const observe = (declaration: typeof partitionCount, count: () => number): void =>
    registry.observe(declaration, (report) => report(count()))
  const here = (counts: (partition: Partition) => boolean): number => countOf(replicas.partitions(), counts)
  const everywhere = (counts: (partition: PartitionState) => boolean): number => {
    let count = 0
    for (const { partitions } of metadata.image.topics.values()) count += countOf(partitions, counts)
    return count
  }
  const brokers = (counts: (broker: BrokerImage) => boolean): number => countOf(metadata.image.brokers.all(), counts)

  observe(partitionCount, () => here(() => true))
  observe(leaderCount, () => here(({ isLeader }) => isLeader))
  observe(underReplicated, () => here(({ isLeader, missingInSync }) => isLeader && missingInSync > 0))
  observe(underMinIsr, () => here(({ isLeader, spareInSync }) => isLeader && spareInSync < 0))
  observe(atMinIsr, () => here(({ isLeader, spareInSync }) => isLeader && spareInSync === 0))
  observe(activeControllers, () => (metadata.image.controller === undefined || metadata.image.controller.brokerId === brokerId ? 1 : 0))
  observe(offlinePartitions, () => everywhere(({ leader }) => leader === noLeader))
  observe(globalTopics, () => metadata.image.topics.size)
  observe(globalPartitions, () => metadata.image.topics.partitionCount)
  observe(activeBrokers, () => metadata.image.brokers.active().length)
  observe(fencedBrokers, () => brokers(({ registered, fenced }) => registered && fenced))
  observe(imbalance, () => everywhere(({ leader, replicas: [preferred] }) => leader !== noLeader && leader !== preferred))
  observe(sessions, () => fetchSessions.size)
  observe(sessionPartitions, () => fetchSessions.partitionCount)
  registry.observe(purgatory, (report) => {
    let produce = 0
    let fetch = 0
    for (const partition of replicas.partitions()) {
      produce += partition.replicatedWaiters.size
      fetch += partition.fetchWaiters.size
    }
    report(produce, 'Produce')
    report(fetch, 'Fetch')
  })
}

function countOf<Item>(items: Iterable<Item>, counts: (item: Item) => boolean): number {
  let count = 0
  for (const item of items) if (counts(item)) count++
  return count
}

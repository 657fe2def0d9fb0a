import type { Handler, HandlerDecorator } from '../handler.ts'
import type { Services } from '../services.ts'
import { alterConfigs } from './alter-configs.ts'
import { apiVersions } from './api-versions.ts'
import { AutoCreation } from './auto-creation.ts'
import { BrokerLoggers } from './broker-loggers.ts'
import { createPartitions } from './create-partitions.ts'
import { createTopics } from './create-topics.ts'
import { deleteGroups } from './delete-groups.ts'
import { deleteRecords } from './delete-records.ts'
import { deleteTopics } from './delete-topics.ts'
import { describeCluster } from './describe-cluster.ts'
import { describeConfigs } from './describe-configs.ts'
import { describeGroups } from './describe-groups.ts'
import { describeLogDirs } from './describe-log-dirs.ts'
import { describeProducers } from './describe-producers.ts'
import { describeTopicPartitions } from './describe-topic-partitions.ts'
import { electLeaders } from './elect-leaders.ts'
import { fetch } from './fetch.ts'
import { findCoordinator } from './find-coordinator.ts'
import { heartbeat } from './heartbeat.ts'
import { incrementalAlterConfigs } from './incremental-alter-configs.ts'
import { initProducerId } from './init-producer-id.ts'
import { joinGroup } from './join-group.ts'
import { leaveGroup } from './leave-group.ts'
import { listConfigResources } from './list-config-resources.ts'
import { listGroups } from './list-groups.ts'
import { listOffsets } from './list-offsets.ts'
import { listPartitionReassignments } from './list-partition-reassignments.ts'
import { metadata as clusterMetadata } from './metadata.ts'
import { offsetCommit } from './offset-commit.ts'
import { offsetDelete } from './offset-delete.ts'
import { offsetFetch } from './offset-fetch.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { produce } from './produce.ts'
import { syncGroup } from './sync-group.ts'
import { updateFeatures } from './update-features.ts'

/** Every API that this broker serves. What is in this list is what ApiVersions announces; there is no second list. */
export function allHandlers(services: Services, decorate: HandlerDecorator = (handler) => handler): readonly Handler[] {
  const { brokerId, replicas, groups, metadata, settings, endpoints } = services
  const loggers = new BrokerLoggers(brokerId, services.logLevels)
  const own: readonly Handler[] = [
    produce(replicas),
    fetch(services),
    listOffsets(replicas),
    clusterMetadata({ ...services, autoCreation: new AutoCreation(services) }),
    offsetCommit(groups, metadata),
    offsetFetch(groups, metadata),
    findCoordinator(services),
    joinGroup(groups),
    heartbeat(groups),
    leaveGroup(groups),
    syncGroup(groups),
    describeGroups(groups),
    listGroups(groups),
    apiVersions(() => handlers, services.features),
    createTopics(metadata, settings),
    deleteTopics(metadata, settings),
    deleteRecords(replicas),
    initProducerId(services),
    offsetForLeaderEpoch(replicas),
    describeConfigs({ brokerId, metadata, settings, loggers }),
    alterConfigs(metadata),
    describeLogDirs(services.logDirs),
    createPartitions(metadata),
    deleteGroups(groups),
    electLeaders(metadata),
    incrementalAlterConfigs(metadata, loggers),
    listPartitionReassignments(metadata),
    offsetDelete(groups, metadata),
    updateFeatures(metadata),
    describeCluster(brokerId, metadata, endpoints),
    describeProducers(replicas),
    listConfigResources(metadata, endpoints),
    describeTopicPartitions(services),
  ]
  const handlers = own.flatMap((handler) => decorate(handler) ?? [])
  return handlers
}

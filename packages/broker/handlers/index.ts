import type { Handler } from '../handler.ts'
import type { Services } from '../services.ts'
import { apiVersions } from './api-versions.ts'
import { deleteGroups } from './delete-groups.ts'
import { deleteRecords } from './delete-records.ts'
import { describeGroups } from './describe-groups.ts'
import { describeProducers } from './describe-producers.ts'
import { fetch } from './fetch.ts'
import { findCoordinator } from './find-coordinator.ts'
import { heartbeat } from './heartbeat.ts'
import { initProducerId } from './init-producer-id.ts'
import { joinGroup } from './join-group.ts'
import { leaveGroup } from './leave-group.ts'
import { listGroups } from './list-groups.ts'
import { listOffsets } from './list-offsets.ts'
import { offsetCommit } from './offset-commit.ts'
import { offsetDelete } from './offset-delete.ts'
import { offsetFetch } from './offset-fetch.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { produce } from './produce.ts'
import { syncGroup } from './sync-group.ts'

/** Every API that this broker serves. What is in this list is what ApiVersions announces; there is no second list. */
export function allHandlers(services: Services): readonly Handler[] {
  const { replicas, groups, metadata } = services
  const handlers: readonly Handler[] = [
    produce(replicas),
    fetch(services),
    listOffsets(replicas),
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
    deleteRecords(replicas),
    initProducerId(services.producerIds),
    offsetForLeaderEpoch(replicas),
    deleteGroups(groups),
    offsetDelete(groups, metadata),
    describeProducers(replicas),
  ]
  return handlers
}

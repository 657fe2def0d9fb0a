import type { Handler } from '../handler.ts'
import type { Services } from '../services.ts'
import { apiVersions } from './api-versions.ts'
import { deleteRecords } from './delete-records.ts'
import { describeProducers } from './describe-producers.ts'
import { fetch } from './fetch.ts'
import { listOffsets } from './list-offsets.ts'
import { offsetForLeaderEpoch } from './offset-for-leader-epoch.ts'
import { produce } from './produce.ts'

/** Every API that this broker serves. What is in this list is what ApiVersions announces; there is no second list. */
export function allHandlers(services: Services): readonly Handler[] {
  const { replicas } = services
  const handlers: readonly Handler[] = [
    produce(replicas),
    fetch(services),
    listOffsets(replicas),
    apiVersions(() => handlers, services.features),
    deleteRecords(replicas),
    offsetForLeaderEpoch(replicas),
    describeProducers(replicas),
  ]
  return handlers
}

import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import type { ClientMetrics } from '../metrics/client-metrics.ts'
import { aclsAdmin } from './acls.ts'
import type { Admin } from './admin.ts'
import { apiVersionsAdmin } from './api-versions.ts'
import { clientInstanceAdmin } from './client-instance.ts'
import { clusterAdmin } from './cluster-admin.ts'
import { configsAdmin } from './configs.ts'
import { consumerGroupsAdmin } from './consumer-groups.ts'
import { delegationTokensAdmin } from './delegation-tokens.ts'
import { describeTopicsAdmin } from './describe-topics.ts'
import { electionsAdmin } from './elections.ts'
import { featuresAdmin } from './features.ts'
import { groupMembersAdmin } from './group-members.ts'
import { groupOffsetsAdmin } from './group-offsets.ts'
import { groupsAdmin } from './groups.ts'
import { refusingUnknownWords } from './known-words.ts'
import { logDirsAdmin } from './log-dirs.ts'
import { partitionsAdmin } from './partitions-admin.ts'
import { quorumAdmin } from './quorum.ts'
import { quotasAdmin } from './quotas.ts'
import { replicaBatchesAdmin } from './replica-batches.ts'
import { reassignmentsAdmin } from './reassignments.ts'
import { Runner } from './runner.ts'
import type { RunnerSettings } from './runner.ts'
import { scramCredentialsAdmin } from './scram-credentials.ts'
import { shareGroupsAdmin } from './share-groups.ts'
import { streamsGroupsAdmin } from './streams-groups.ts'
import { topicsAdmin } from './topics.ts'
import { transactionsAdmin } from './transactions.ts'

/** What an admin reads of `AdminSettings`. */
export interface AdminOwnSettings extends RunnerSettings {
  readonly enableMetricsPush: boolean
}

/** What an admin is made of; `ClientParts<AdminSettings>` has it. */
export interface AdminParts {
  readonly environment: Environment
  readonly settings: AdminOwnSettings
  /** The admin's own, and closed with it. */
  readonly cluster: Cluster
  /** Of this admin; its connections are in it. */
  readonly metrics: ClientMetrics
}

export function createAdmin(parts: AdminParts): Admin {
  const { environment, settings, cluster, metrics } = parts
  const runner = new Runner({ cluster, environment, settings })
  const consumerGroups = consumerGroupsAdmin(runner)
  let closing: Promise<void> | undefined
  const close: Admin['close'] = (options = {}) => (closing ??= closeAll(options))
  const closeAll = async (options: { readonly timeoutMs?: number | undefined }): Promise<void> => {
    await runner.close(options)
    await cluster[Symbol.asyncDispose]()
  }
  return refusingUnknownWords({
    ...topicsAdmin(runner),
    ...apiVersionsAdmin(runner),
    ...describeTopicsAdmin(runner),
    ...partitionsAdmin(runner),
    ...configsAdmin(runner),
    ...clusterAdmin(runner, { usesControllers: settings.bootstrapControllers.length > 0 }),
    ...groupsAdmin(runner),
    ...consumerGroups,
    ...groupOffsetsAdmin(runner),
    ...groupMembersAdmin(runner, consumerGroups),
    ...shareGroupsAdmin(runner),
    ...streamsGroupsAdmin(runner),
    ...aclsAdmin(runner),
    ...quotasAdmin(runner),
    ...scramCredentialsAdmin(runner, environment),
    ...delegationTokensAdmin(runner),
    ...logDirsAdmin(runner),
    ...reassignmentsAdmin(runner),
    ...replicaBatchesAdmin(runner),
    ...electionsAdmin(runner),
    ...transactionsAdmin(runner, settings),
    ...featuresAdmin(runner),
    ...quorumAdmin(runner),
    ...clientInstanceAdmin(runner, settings),
    metrics: () => metrics.view(),
    close,
    [Symbol.asyncDispose]: () => close(),
  })
}

import type { Metrics } from '../metrics/metrics.ts'
import type { AclsAdmin } from './acls.ts'
import type { ApiVersionsAdmin } from './api-versions.ts'
import type { ClientInstanceAdmin } from './client-instance.ts'
import type { ClusterAdmin } from './cluster-admin.ts'
import type { ConfigsAdmin } from './configs.ts'
import type { ConsumerGroupsAdmin } from './consumer-groups.ts'
import type { DelegationTokensAdmin } from './delegation-tokens.ts'
import type { DescribeTopicsAdmin } from './describe-topics.ts'
import type { ElectionsAdmin } from './elections.ts'
import type { FeaturesAdmin } from './features.ts'
import type { GroupMembersAdmin } from './group-members.ts'
import type { GroupOffsetsAdmin } from './group-offsets.ts'
import type { GroupsAdmin } from './groups.ts'
import type { LogDirsAdmin } from './log-dirs.ts'
import type { PartitionsAdmin } from './partitions-admin.ts'
import type { QuorumAdmin } from './quorum.ts'
import type { QuotasAdmin } from './quotas.ts'
import type { ReplicaBatchesAdmin } from './replica-batches.ts'
import type { ReassignmentsAdmin } from './reassignments.ts'
import type { ScramCredentialsAdmin } from './scram-credentials.ts'
import type { ShareGroupsAdmin } from './share-groups.ts'
import type { StreamsGroupsAdmin } from './streams-groups.ts'
import type { TopicsAdmin } from './topics.ts'
import type { TransactionsAdmin } from './transactions.ts'

/**
 * Everything that can be asked of a cluster beside writing and reading records: the operations of Kafka's `Admin`, under its names.
 *
 * - An operation begins when it is called. One on several things gives a `PerItem`: awaited, all results or the first failure; `settled()` tells of each.
 * - Each asks whom it concerns (controller, coordinators, partition leaders, named brokers, or all), one request a broker, and repeats only what failed
 *   in passing, with back-off, until `timeoutMs` or `default.api.timeout.ms` is over: then REQUEST_TIMED_OUT, with the last error as `cause`.
 * - A change is done when its promise is, but brokers hear of it a moment later: what was just made may still be missing from the next description.
 * - A broker that is too old answers UNSUPPORTED_VERSION, where there is no older way to ask.
 *
 * ```ts
 * await using admin = kafka.admin()
 * await admin.createTopics([{ name: 'orders', partitions: 12 }])
 * ```
 */
export interface Admin
  extends
    TopicsAdmin,
    DescribeTopicsAdmin,
    PartitionsAdmin,
    ConfigsAdmin,
    ClusterAdmin,
    GroupsAdmin,
    ConsumerGroupsAdmin,
    GroupOffsetsAdmin,
    GroupMembersAdmin,
    ShareGroupsAdmin,
    StreamsGroupsAdmin,
    AclsAdmin,
    QuotasAdmin,
    ScramCredentialsAdmin,
    DelegationTokensAdmin,
    LogDirsAdmin,
    ReassignmentsAdmin,
    ReplicaBatchesAdmin,
    ElectionsAdmin,
    TransactionsAdmin,
    FeaturesAdmin,
    ApiVersionsAdmin,
    QuorumAdmin,
    ClientInstanceAdmin,
    AsyncDisposable {
  /** The figures of this admin's connections, under Kafka's names. */
  metrics(): Metrics

  /**
   * Takes no more calls, waits for those under way, at most `timeoutMs`, and closes the connections. Those that did not make it reject with ODRADEK_CLOSED.
   * Calling it twice does no harm.
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>
}

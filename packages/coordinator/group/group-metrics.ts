import { declareCounter, declareGauge, declareSummary } from '@odradek/common/metrics'
import type { Counter, Distribution, Gauge, MetricsRegistry } from '@odradek/common/metrics'
import type { HostState, RuntimeObserver } from '../runtime/observer.ts'
import type { ClassicGroupState } from './classic/group.ts'

const jmx = 'kafka.server:type=group-coordinator-metrics'

const offsetCount = declareGauge({
  name: 'kafka_coordinator_group_groupmetadatamanager_numoffsets',
  jmx: 'kafka.coordinator.group:type=GroupMetadataManager,name=NumOffsets',
  help: 'Committed offsets in the partitions of __consumer_offsets that this broker leads.',
})

const groupCount = declareGauge({
  name: 'kafka_coordinator_group_groupmetadatamanager_numgroups',
  jmx: 'kafka.coordinator.group:type=GroupMetadataManager,name=NumGroups',
  help: 'Classic groups that this broker coordinates.',
})

const groupsInState = {
  PreparingRebalance: declareGauge({
    name: 'kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance',
    jmx: 'kafka.coordinator.group:type=GroupMetadataManager,name=NumGroupsPreparingRebalance',
    help: 'Classic groups whose members are joining.',
  }),
  CompletingRebalance: declareGauge({
    name: 'kafka_coordinator_group_groupmetadatamanager_numgroupscompletingrebalance',
    jmx: 'kafka.coordinator.group:type=GroupMetadataManager,name=NumGroupsCompletingRebalance',
    help: 'Classic groups that wait for the assignment of their leader.',
  }),
  Stable: declareGauge({
    name: 'kafka_coordinator_group_groupmetadatamanager_numgroupsstable',
    jmx: 'kafka.coordinator.group:type=GroupMetadataManager,name=NumGroupsStable',
    help: 'Classic groups that have their assignment.',
  }),
  Empty: declareGauge({
    name: 'kafka_coordinator_group_groupmetadatamanager_numgroupsempty',
    jmx: 'kafka.coordinator.group:type=GroupMetadataManager,name=NumGroupsEmpty',
    help: 'Groups without members.',
  }),
} as const satisfies Record<ClassicGroupState, unknown>

const memberMemory = declareGauge({
  name: 'kafka_server_group_coordinator_metrics_member_memory_bytes',
  help: 'What the members of classic groups hold in memory; group.members.max.bytes bounds it.',
})

const groupsByProtocol = declareGauge({
  name: 'kafka_server_group_coordinator_metrics_group_count',
  jmx: `${jmx},protocol=classic`,
  help: 'Groups by their rebalance protocol.',
  labels: ['protocol'],
})

const partitionsInState = declareGauge({
  name: 'kafka_server_group_coordinator_metrics_num_partitions',
  jmx: `${jmx},state=active`,
  help: 'Partitions of __consumer_offsets that this broker leads, by what it does with them: loading, active, failed.',
  labels: ['state'],
})

const rebalances = declareCounter({
  name: 'kafka_server_group_coordinator_metrics_group_completed_rebalance_total',
  jmx,
  help: 'Rebalances of classic groups that ended with an assignment.',
})

const commits = declareCounter({
  name: 'kafka_server_group_coordinator_metrics_offset_commit_total',
  jmx,
  help: 'Offsets that were committed.',
})

const deletions = declareCounter({
  name: 'kafka_server_group_coordinator_metrics_offset_deletion_total',
  jmx,
  help: 'Offsets that were deleted because somebody asked for it.',
})

const expirations = declareCounter({
  name: 'kafka_server_group_coordinator_metrics_offset_expiration_total',
  jmx,
  help: 'Offsets that were forgotten after offsets.retention.minutes.',
})

const loadTime = declareSummary({
  name: 'kafka_server_group_coordinator_metrics_partition_load_time',
  jmx,
  help: 'Milliseconds that reading a partition of __consumer_offsets took after this broker was elected its leader.',
})

const flushTime = declareSummary({
  name: 'kafka_server_group_coordinator_metrics_batch_flush_time_ms',
  jmx,
  help: 'Milliseconds from the append of a batch of group records to its commit.',
})

/** All metrics that this file declares. */
export const groupMetrics = [
  offsetCount,
  groupCount,
  ...Object.values(groupsInState),
  memberMemory,
  groupsByProtocol,
  partitionsInState,
  rebalances,
  commits,
  deletions,
  expirations,
  loadTime,
  flushTime,
]

/** Counts what happens to groups. */
export class GroupMetrics implements RuntimeObserver {
  readonly #registry: MetricsRegistry
  readonly #rebalances: Counter
  readonly #commits: Counter
  readonly #deletions: Counter
  readonly #expirations: Counter
  readonly #loadTime: Distribution
  readonly #flushTime: Distribution
  readonly #partitions: Readonly<Record<Exclude<HostState, 'gone'>, Gauge>>

  constructor(registry: MetricsRegistry) {
    this.#registry = registry
    this.#rebalances = registry.counter(rebalances).of()
    this.#commits = registry.counter(commits).of()
    this.#deletions = registry.counter(deletions).of()
    this.#expirations = registry.counter(expirations).of()
    this.#loadTime = registry.distribution(loadTime).of()
    this.#flushTime = registry.distribution(flushTime).of()
    const partitions = registry.gauge(partitionsInState)
    this.#partitions = { loading: partitions.of('loading'), active: partitions.of('active'), failed: partitions.of('failed') }
  }

  /** What is counted when somebody looks: the groups by state and the offsets, each shard apart. */
  observe(state: {
    readonly groups: () => readonly Readonly<Record<ClassicGroupState, number>>[]
    readonly offsets: () => readonly number[]
    readonly memory: () => number
  }): void {
    const count = (of: ClassicGroupState): number => state.groups().reduce((sum, groups) => sum + groups[of], 0)
    const countAll = (): number =>
      Object.keys(groupsInState)
        .filter(isState)
        .reduce((sum, of) => sum + count(of), 0)
    for (const of of Object.keys(groupsInState).filter(isState)) this.#registry.observe(groupsInState[of], (report) => report(count(of)))
    this.#registry.observe(memberMemory, (report) => report(state.memory()))
    this.#registry.observe(groupCount, (report) => report(countAll()))
    this.#registry.observe(groupsByProtocol, (report) => report(countAll(), 'classic'))
    this.#registry.observe(offsetCount, (report) => report(state.offsets().reduce((sum, offsets) => sum + offsets, 0)))
  }

  rebalanceCompleted(): void {
    this.#rebalances.increment()
  }

  offsetsCommitted(count: number): void {
    this.#commits.add(count)
  }

  offsetsDeleted(count: number): void {
    this.#deletions.add(count)
  }

  offsetsExpired(count: number): void {
    this.#expirations.add(count)
  }

  stateChanged(from: HostState | undefined, to: HostState | undefined): void {
    if (from !== undefined && from !== 'gone') this.#partitions[from].add(-1)
    if (to !== undefined && to !== 'gone') this.#partitions[to].add(1)
  }

  loaded(tookMs: number): void {
    this.#loadTime.observe(tookMs)
  }

  flushed(tookMs: number): void {
    this.#flushTime.observe(tookMs)
  }
}

function isState(name: string): name is ClassicGroupState {
  return Object.hasOwn(groupsInState, name)
}

import { ZERO_UUID } from '@odradek/common/bytes'
import type { ClusterMetadata, PartitionMetadata } from '../../cluster/metadata.ts'
import type { PartitionState } from '../positions/partition-state.ts'
import type { PartitionFetch } from './fetch-session.ts'
import type { PrefetchBudget } from './prefetch-budget.ts'

/** One Fetch that should be sent now. */
export interface FetchPlan {
  readonly broker: number
  readonly entries: readonly PlannedFetch[]
  /** What the answer may bring, as far as the broker can tell. */
  readonly maxBytes: number
  /** Whether every topic has an id, as version 13 and later need. */
  readonly hasTopicIds: boolean
}

export interface PlannedFetch extends PartitionFetch {
  readonly state: PartitionState
  readonly ticket: number
  /** KIP-392. */
  readonly isFromFollower: boolean
}

export interface PlannerLimits {
  readonly fetchMaxBytes: number
  readonly maxPartitionFetchBytes: number
}

export interface Situation {
  readonly states: Iterable<PartitionState>
  readonly metadata: ClusterMetadata
  readonly budget: PrefetchBudget
  /** Whether a Fetch to this broker is under way, or should wait. */
  readonly isBusy: (broker: number) => boolean
  /** Bytes of the broker's last answer. */
  readonly lastAnswerBytes: (broker: number) => number
  readonly nowMs: number
}

/** Plans, and what stands in the way of further ones. */
export interface Planning {
  readonly plans: readonly FetchPlan[]
  /** A leader is not known, or a follower is gone: look at the metadata again. */
  readonly needsMetadata: boolean
  /** A broker was left out because too much is buffered already. */
  readonly lacksBudget: boolean
  /** When a partition that is waited for may be asked again (monotonic); Infinity: none waits. */
  readonly nextRetryMs: number
}

/**
 * Decides which broker is asked for which partitions.
 *
 * One Fetch a broker. The next is planned when the application has taken half of what the last one brought, and asks for all
 * partitions from where their buffers end: so the wire is busy while records are processed, no partition drops out of the session for
 * having data, and no long poll for quiet partitions begins while a busy one is about to run dry. Partitions that nobody takes from now
 * (`isBlocked`) do not hold up the others, and are left out once they have a good deal in store.
 */
export class FetchPlanner {
  readonly #limits: PlannerLimits

  constructor(limits: PlannerLimits) {
    this.#limits = limits
  }

  plan(situation: Situation): Planning {
    const { states, metadata, budget, isBusy, lastAnswerBytes, nowMs } = situation
    const brokers = new Map<number, BrokerLoad>()
    let needsMetadata = false
    let lacksBudget = false
    let nextRetryMs = Infinity
    for (const state of states) {
      if (!state.isFetchable) continue
      if (state.retryAtMs > nowMs) {
        nextRetryMs = Math.min(nextRetryMs, state.retryAtMs)
        continue
      }
      const topic = metadata.topics.get(state.topic)
      const partition = topic?.partitions[state.partition]
      if (topic === undefined || partition === undefined || partition.leader < 0) {
        needsMetadata = true
        continue
      }
      const source = sourceOf(state, partition, metadata, nowMs)
      if (source.isReplicaGone) needsMetadata = true
      let load = brokers.get(source.broker)
      if (load === undefined) brokers.set(source.broker, (load = { entries: [], waitingBytes: 0, hasTopicIds: true }))
      if (!state.isBlocked) load.waitingBytes += state.bufferedBytes
      else if (state.bufferedBytes > this.#limits.maxPartitionFetchBytes / 2) continue
      if (topic.topicId === ZERO_UUID) load.hasTopicIds = false
      load.entries.push(this.#entry(state, topic.topicId, partition, source.broker !== partition.leader))
    }
    const plans: FetchPlan[] = []
    for (const [broker, { entries, waitingBytes, hasTopicIds }] of brokers) {
      if (entries.length === 0 || isBusy(broker) || waitingBytes > lastAnswerBytes(broker) / 2) continue
      const maxBytes = this.#grant(entries.length, brokers.size, budget)
      if (maxBytes === undefined) lacksBudget = true
      else {
        budget.reserve(maxBytes)
        plans.push({ broker, entries, maxBytes, hasTopicIds })
      }
    }
    return { plans, needsMetadata, lacksBudget, nextRetryMs }
  }

  /** Bytes that so many partitions may bring; undefined when there is no room for a sensible answer. */
  #grant(partitions: number, brokers: number, budget: PrefetchBudget): number | undefined {
    const { fetchMaxBytes, maxPartitionFetchBytes } = this.#limits
    // A quiet broker holds what it was granted for as long as its long poll lasts, and is asked again at once. With 60 partitions of 1 MiB that
    // is the whole budget, and no other broker would ever be asked: so each gets its share at most.
    const share = Math.floor(budget.limit / brokers)
    const wanted = Math.max(1, Math.min(fetchMaxBytes, partitions * maxPartitionFetchBytes, share))
    if (budget.available >= wanted) return wanted
    if (budget.isIdle) return Math.min(wanted, budget.limit)
    return budget.available > 0 && budget.available >= Math.min(wanted, maxPartitionFetchBytes) ? budget.available : undefined
  }

  #entry(state: PartitionState, topicId: string, partition: PartitionMetadata, isFromFollower: boolean): PlannedFetch {
    // A position of no known history is as the first leader says that is asked for it.
    if (state.validatedEpoch < 0) state.validatedEpoch = partition.leaderEpoch
    return {
      state,
      ticket: state.ticket,
      isFromFollower,
      topic: state.topic,
      topicId,
      partition: state.partition,
      fetchOffset: state.fetchOffset,
      leaderEpoch: partition.leaderEpoch,
      maxBytes: this.#limits.maxPartitionFetchBytes,
    }
  }
}

interface BrokerLoad {
  readonly entries: PlannedFetch[]
  waitingBytes: number
  hasTopicIds: boolean
}

/** The follower that the leader has named, while that holds and it is there; else the leader. */
function sourceOf(
  state: PartitionState,
  partition: PartitionMetadata,
  metadata: ClusterMetadata,
  nowMs: number,
): { readonly broker: number; readonly isReplicaGone: boolean } {
  const replica = state.preferredReplica
  if (replica < 0) return { broker: partition.leader, isReplicaGone: false }
  const isThere = metadata.brokers.has(replica) && !partition.offlineReplicas.includes(replica)
  if (isThere && nowMs < state.preferredUntilMs) return { broker: replica, isReplicaGone: false }
  state.preferredReplica = -1
  return { broker: partition.leader, isReplicaGone: !isThere }
}

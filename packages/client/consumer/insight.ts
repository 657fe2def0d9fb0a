import type { Environment } from '../environment.ts'
import { ConsumerMetrics, CoordinatorMetrics, FetchMetrics } from '../metrics/index.ts'
import type { ClientMetrics } from '../metrics/index.ts'
import { receiveChannel } from '../tracing/channels.ts'
import type { FetchedAnswer } from './fetch/fetcher.ts'
import type { Handed } from './fetch/reader.ts'
import type { GroupObserver } from './membership/group-observer.ts'
import type { PartitionState } from './positions/partition-state.ts'

export interface InsightOptions {
  readonly environment: Environment
  readonly metrics: ClientMetrics
  readonly clientId: string
  readonly groupId: string | undefined
  readonly assigned: () => number
}

/** What can be seen of a consumer from outside: metrics under Kafka's names, and a channel for tracers. */
export class Insight {
  readonly #options: InsightOptions
  readonly #consumer: ConsumerMetrics
  readonly #fetch: FetchMetrics
  readonly #group: CoordinatorMetrics | undefined
  #lastPollMs = -1
  #lastHeartbeatMs = -1
  #lastRebalanceMs = -1
  #waitingSinceMs = -1

  constructor(options: InsightOptions) {
    const { metrics, groupId, assigned } = options
    this.#options = options
    this.#consumer = new ConsumerMetrics(metrics, () => this.#secondsSince(this.#lastPollMs))
    this.#fetch = new FetchMetrics(metrics)
    if (groupId !== undefined) {
      this.#group = new CoordinatorMetrics(metrics, {
        assignedPartitions: assigned,
        secondsSinceHeartbeat: () => this.#secondsSince(this.#lastHeartbeatMs),
        secondsSinceRebalance: () => this.#secondsSince(this.#lastRebalanceMs),
      })
    }
  }

  /** For the membership and the commits. */
  get observer(): GroupObserver {
    const group = this.#group
    return {
      heartbeat: (latencyMs) => {
        this.#lastHeartbeatMs = this.#nowMs()
        group?.heartbeat.record(latencyMs)
      },
      joined: (latencyMs) => group?.join.record(latencyMs),
      synced: (latencyMs) => group?.sync.record(latencyMs),
      rebalanced: ({ durationMs }) => {
        this.#lastRebalanceMs = this.#nowMs()
        group?.rebalance.record(durationMs)
      },
      rebalanceFailed: () => group?.failedRebalance.record(1),
      committed: (latencyMs) => {
        group?.commit.record(latencyMs)
        this.#consumer.commitTime.record(latencyMs * 1e6)
      },
      coordinatorSilent: (silentMs) => group?.coordinatorSilent.record(silentMs),
    }
  }

  /** A rebalance listener has run. */
  listened(kind: 'assigned' | 'revoked' | 'lost', latencyMs: number): void {
    this.#group?.[kind].record(latencyMs)
  }

  /** The application asks for records. */
  asks(): void {
    const nowMs = this.#nowMs()
    if (this.#lastPollMs >= 0) this.#consumer.timeBetweenPolls.record(nowMs - this.#lastPollMs)
    this.#lastPollMs = nowMs
    this.#waitingSinceMs = nowMs
  }

  /** It gets records, or nothing. */
  gets(handed: Handed | undefined): void {
    const nowMs = this.#nowMs()
    if (this.#waitingSinceMs >= 0 && nowMs > this.#lastPollMs)
      this.#consumer.idleRatio.record((nowMs - this.#waitingSinceMs) / (nowMs - this.#lastPollMs))
    if (handed === undefined) return
    const { state, slice } = handed
    this.#fetch.records.record(slice.count)
    this.#fetch.topic(state.topic).records.record(slice.count)
    this.#fetch.lag.record(Math.max(0, state.readableEnd - slice.nextOffset))
    if (state.logStartOffset >= 0) this.#fetch.lead.record(slice.nextOffset - state.logStartOffset)
    if (!receiveChannel.hasSubscribers) return
    const { clientId, groupId } = this.#options
    const { topic, partition } = state
    const context = { clientId, groupId, topic, partition, firstOffset: slice.firstOffset, records: slice.count }
    receiveChannel.start.publish(context)
    receiveChannel.asyncEnd.publish(context)
  }

  fetched({ bytes, bytesByTopic, latencyMs, throttleMs }: FetchedAnswer): void {
    this.#fetch.latency.record(latencyMs)
    this.#fetch.throttleTime.record(throttleMs)
    this.#fetch.bytes.record(bytes)
    for (const [topic, topicBytes] of bytesByTopic) this.#fetch.topic(topic).bytes.record(topicBytes)
  }

  /** Partitions came and went. */
  changed(added: Iterable<PartitionState>, gone: Iterable<PartitionState>): void {
    for (const { topic, partition } of gone) this.#fetch.forgetPartition(topic, partition)
    for (const state of added) {
      this.#fetch.partition(state.topic, state.partition, {
        lag: () => (state.readableEnd < 0 || state.offset < 0 ? Number.NaN : Math.max(0, state.readableEnd - state.offset)),
        lead: () => (state.logStartOffset < 0 || state.offset < 0 ? Number.NaN : state.offset - state.logStartOffset),
        readReplica: () => state.preferredReplica,
      })
    }
  }

  #nowMs(): number {
    return this.#options.environment.clock.monotonic()
  }

  #secondsSince(ms: number): number {
    return ms < 0 ? -1 : (this.#nowMs() - ms) / 1000
  }
}

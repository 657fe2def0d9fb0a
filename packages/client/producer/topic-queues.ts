import { ZERO_UUID } from '@odradek/common/bytes'
import type { Uuid } from '@odradek/common/bytes'
import { KafkaError } from '@odradek/protocol'
import type { TopicMetadata } from '../cluster/metadata.ts'
import { ClientError } from '../errors/index.ts'
import { PartitionQueue } from './partition-queue.ts'
import type { TopicHome } from './partition-queue.ts'
import { StickyPartition } from './sticky-partition.ts'
import type { StickyRules } from './sticky-partition.ts'
import { WaitingLine } from './waiting-line.ts'
import type { WaitingRecord } from './waiting-record.ts'

/** A topic that is written to: its partitions' queues, and what is common to them. */
export class TopicQueues implements TopicHome {
  readonly name: string
  readonly sticky: StickyPartition
  /** By partition number; empty until metadata have come. */
  readonly queues: PartitionQueue[] = []
  /** Partitions that have a leader, ascending. */
  available: readonly number[] = []
  topicId: Uuid = ZERO_UUID
  isKnown = false
  /** Nothing was written to it for `metadata.max.idle.ms`; whoever still has it asks for a new one. */
  isForgotten = false
  lastUsedMs: number
  /** Records that wait for metadata or for a serializer, in order. */
  readonly waiting = new WaitingLine<WaitingRecord>()
  compressionRatio = 1
  refusesLarge = false
  /** Why metadata have not come yet. */
  lastError: Error | undefined
  isFetching = false
  #usedQueues = 0

  constructor(name: string, rules: StickyRules, nowMs: number) {
    this.name = name
    this.lastUsedMs = nowMs
    this.sticky = new StickyPartition(rules)
  }

  /** Every partition has had a batch, so that the lengths of queues say something. */
  get areAllUsed(): boolean {
    return this.#usedQueues >= this.queues.length
  }

  used(queue: PartitionQueue, nowMs: number): void {
    this.lastUsedMs = nowMs
    if (queue.hasBeenUsed) return
    queue.hasBeenUsed = true
    this.#usedQueues++
  }

  /** For records that have waited in vain for metadata, or for a serializer. */
  timedOut(within: string): Error {
    if (this.isKnown) {
      return new ClientError('ODRADEK_SERIALIZATION', `The serializers of ${this.name} were not ready ${within}`, { retriable: true })
    }
    const cause = this.lastError
    const said = cause === undefined ? '' : ` ${cause.message}`
    const isMissing = cause instanceof KafkaError && cause.code === 'UNKNOWN_TOPIC_OR_PARTITION'
    return new KafkaError(isMissing ? cause.code : 'REQUEST_TIMED_OUT', `No metadata of topic ${this.name} ${within}.${said}`, {
      ...(cause === undefined ? {} : { cause }),
      hint: 'See that the topic exists and that its brokers can be reached.',
    })
  }

  update(metadata: TopicMetadata): void {
    this.topicId = metadata.topicId
    const available: number[] = []
    for (const [partition, { leader, leaderEpoch }] of metadata.partitions.entries()) {
      const queue = (this.queues[partition] ??= new PartitionQueue(this, partition))
      queue.leader = leader
      queue.leaderEpoch = leaderEpoch
      if (leader >= 0) available.push(partition)
    }
    // The topic was made anew with fewer partitions: what waits for the others has no leader and expires.
    for (const queue of this.queues.slice(metadata.partitions.length)) queue.leader = -1
    this.available = available
    this.isKnown = this.queues.length > 0
  }
}

import type { Buffer } from 'node:buffer'
import { Fetch } from '@odradek/protocol/messages'
import { lastOffset, storedCrc, walkBatches } from '@odradek/protocol/records'
import type { TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkPartitions } from './check.ts'
import { fields, perTopic } from './keys.ts'
import { KeyedMap } from './keyed-map.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { namedBroker } from './targets/brokers.ts'

/** A replica of a partition, and from where on its batches are wanted. */
export interface ReplicaPlace extends TopicPartition {
  readonly broker: number
  /** Of the topic; brokers from 3.1 on know it by that. */
  readonly topicId: string
  readonly fetchOffset: number
}

/** What a replica holds, batch by batch. */
export interface ReplicaBatches {
  readonly highWatermark: number
  readonly batches: readonly { readonly lastOffset: number; readonly crc: number }[]
}

export interface ReplicaBatchesOptions extends Waiting {
  /** How long a broker may wait for something to come (0). */
  readonly maxWaitMs?: number | undefined
  /** How much of each partition is read at most (1 MiB); one batch at least. */
  readonly maxPartitionFetchBytes?: number | undefined
}

export interface ReplicaBatchesAdmin {
  /**
   * What batches replicas hold, leaders and followers alike, so that they can be compared. Beyond Kafka's `Admin`: its tool that verifies replicas asks below it.
   *
   * Rejects with OFFSET_OUT_OF_RANGE, UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER where the broker holds no such replica.
   *
   * ```ts
   * const replica = { topic: 'orders', partition: 0, broker: 2, topicId, fetchOffset: 0 }
   * const { highWatermark, batches } = await admin.describeReplicaBatches([replica]).of(replica)
   * ```
   */
  describeReplicaBatches(replicas: readonly ReplicaPlace[], options?: ReplicaBatchesOptions): PerItem<ReplicaPlace, ReplicaBatches>
}

export function replicaBatchesAdmin(runner: Runner): ReplicaBatchesAdmin {
  return {
    describeReplicaBatches(replicas, options = {}) {
      checkPartitions('describeReplicaBatches', replicas)
      for (const { topic, partition, broker, fetchOffset } of replicas) {
        checkInteger('describeReplicaBatches', `broker of ${topic}-${partition}`, broker, 0)
        checkInteger('describeReplicaBatches', `fetchOffset of ${topic}-${partition}`, fetchOffset, 0)
      }
      return runner.items(describeReplicaBatches(options), places, replicas, options)
    },
  }
}

const places = fields<ReplicaPlace>(
  ['topic', 'partition', 'broker'],
  ({ topic, partition, broker }) => `${topic}-${partition} on broker ${broker}`,
)

/** As this replica, a broker takes one for somebody who looks for mistakes, and answers also where it is a follower. */
const debuggingReplica = -2

function describeReplicaBatches(options: ReplicaBatchesOptions): Operation<ReplicaPlace, ReplicaBatches> {
  const { maxWaitMs = 0, maxPartitionFetchBytes = 1 << 20 } = options
  return {
    name: 'describeReplicaBatches',
    target: namedBroker(({ broker }) => broker),
    ask: question({
      api: Fetch,
      request: (keys, { version }) => ({
        ...(version < 15 ? { replicaId: debuggingReplica } : { replicaState: { replicaId: debuggingReplica, replicaEpoch: -1 } }),
        maxWaitMs,
        minBytes: 1,
        isolationLevel: 0,
        topics: perTopic(keys, (topic, ofTopic) => ({
          topic,
          topicId: ofTopic[0]?.topicId ?? '',
          partitions: ofTopic.map(({ partition, fetchOffset }) => ({
            partition,
            fetchOffset,
            lastFetchedEpoch: -1,
            logStartOffset: 0,
            partitionMaxBytes: maxPartitionFetchBytes,
          })),
        })),
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const asked = new KeyedMap<TopicPartition, ReplicaPlace>(({ topic, partition }) => `${topic} ${partition}`)
          for (const key of keys) {
            asked.set({ topic: key.topic, partition: key.partition }, key)
            asked.set({ topic: key.topicId, partition: key.partition }, key)
          }
          return answer.responses.flatMap(({ topic, topicId, partitions }) =>
            partitions.flatMap((found) => {
              const key = asked.get({ topic: topic === '' ? topicId : topic, partition: found.partitionIndex })
              if (key === undefined) return []
              const { highWatermark, records } = found
              return [[key, verdict(found, () => ({ highWatermark, batches: batchesIn(records) }))] as const]
            }),
          )
        }),
    }),
  }
}

function batchesIn(records: Buffer | null): ReplicaBatches['batches'] {
  const batches: { readonly lastOffset: number; readonly crc: number }[] = []
  if (records === null) return batches
  walkBatches(records, 0, records.length, (position) => {
    batches.push({ lastOffset: lastOffset(records, position), crc: storedCrc(records, position) })
  })
  return batches
}

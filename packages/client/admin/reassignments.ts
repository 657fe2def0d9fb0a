import { AlterPartitionReassignments, ListPartitionReassignments } from '@odradek/protocol/messages'
import type { Partitions, TopicPartition } from '../partitions.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkPartitions } from './check.ts'
import { KeyedMap } from './keyed-map.ts'
import { partitionOf, partitions, perTopic } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation, Verdict } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { controller } from './targets/brokers.ts'

/** The brokers that a partition shall be on, the preferred leader first; null calls a move off that is under way. */
export interface NewPartitionReassignment extends TopicPartition {
  readonly replicas: readonly number[] | null
}

/** A move that is under way. */
export interface PartitionReassignment {
  readonly replicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
}

export interface ReassignmentsAdmin {
  /**
   * Begins to move partitions to other brokers, or calls moves off (KIP-455). The moves go on after the answer: see `listPartitionReassignments`.
   *
   * Rejects with NO_REASSIGNMENT_IN_PROGRESS when there is nothing to call off, INVALID_REPLICA_ASSIGNMENT, and, with
   * `allowReplicationFactorChange: false` (KIP-860), INVALID_REPLICATION_FACTOR.
   *
   * ```ts
   * await admin.alterPartitionReassignments([{ topic: 'orders', partition: 0, replicas: [2, 3, 4] }])
   * ```
   */
  alterPartitionReassignments(
    reassignments: readonly NewPartitionReassignment[],
    options?: Waiting & { readonly allowReplicationFactorChange?: boolean | undefined },
  ): PerItem<TopicPartition, void>

  /**
   * The moves under way, of some partitions or of all (KIP-455).
   *
   * ```ts
   * const isDone = (await admin.listPartitionReassignments()).size === 0
   * ```
   */
  listPartitionReassignments(partitions?: Partitions, options?: Waiting): Promise<ReadonlyMap<TopicPartition, PartitionReassignment>>
}

export function reassignmentsAdmin(runner: Runner): ReassignmentsAdmin {
  return {
    alterPartitionReassignments(reassignments, { allowReplicationFactorChange = true, ...waiting } = {}) {
      checkPartitions('alterPartitionReassignments', reassignments)
      for (const { topic, partition, replicas } of reassignments) {
        if (replicas === null) continue
        checkList('alterPartitionReassignments', `replicas of ${topic}-${partition}`, replicas)
        for (const replica of replicas) checkInteger('alterPartitionReassignments', `a replica of ${topic}-${partition}`, replica, 0)
      }
      const targets = new KeyedMap<TopicPartition, readonly number[] | null>(
        partitions.identify,
        reassignments.map((reassignment) => [reassignment, reassignment.replicas]),
      )
      return runner.items(alter(targets, allowReplicationFactorChange), partitions, reassignments.map(partitionOf), waiting)
    },

    async listPartitionReassignments(asked, options) {
      if (asked !== undefined) checkPartitions('listPartitionReassignments', asked)
      return runner.one(list(asked), options)
    },
  }
}

function alter(
  targets: KeyedMap<TopicPartition, readonly number[] | null>,
  allowReplicationFactorChange: boolean,
): Operation<TopicPartition, void> {
  return {
    name: 'alterPartitionReassignments',
    target: controller(),
    byControllers: true,
    ask: question({
      api: AlterPartitionReassignments,
      request: (keys, { timeoutMs }) => ({
        timeoutMs,
        allowReplicationFactorChange,
        topics: perTopic(keys, (name, ofTopic) => ({
          name,
          partitions: ofTopic.map((key) => ({ partitionIndex: key.partition, replicas: targets.get(key) ?? null })),
        })),
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () =>
          answer.responses.flatMap(({ name, partitions }) =>
            partitions.map((partition): readonly [TopicPartition, Verdict<void>] => [
              { topic: name, partition: partition.partitionIndex },
              verdict(partition, () => undefined),
            ]),
          ),
        ),
    }),
  }
}

function list(asked: Partitions | undefined): Operation<undefined, ReadonlyMap<TopicPartition, PartitionReassignment>> {
  const topics = asked && perTopic(asked, (name, of) => ({ name, partitionIndexes: of.map(({ partition }) => partition) }))
  return {
    name: 'listPartitionReassignments',
    target: controller(),
    byControllers: true,
    ask: question({
      api: ListPartitionReassignments,
      request: (_keys, { timeoutMs }) => ({ timeoutMs, topics: topics ?? null }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = new KeyedMap<TopicPartition, PartitionReassignment>(
            partitions.identify,
            answer.topics.flatMap(({ name, partitions }) =>
              partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => [
                { topic: name, partition: partitionIndex },
                { replicas, addingReplicas, removingReplicas },
              ]),
            ),
          )
          return [[undefined, { value }]]
        }),
    }),
  }
}

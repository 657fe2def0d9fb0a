import { protocolError } from '../error-mapping.ts'
import { KafkaJSAggregateError, KafkaJSAlterPartitionReassignmentsError, KafkaJSNonRetriableError } from '../errors.ts'
import type { Admin, OngoingTopicReassignment, PartitionReassignment } from '../types/admin.ts'
import type { TopicPartitions } from '../types/consumer.ts'
import { checkArray, checkTopics, failures } from './call.ts'
import type { AdminCalls } from './call.ts'

export function reassignmentsAdmin(call: AdminCalls): Pick<Admin, 'alterPartitionReassignments' | 'listPartitionReassignments'> {
  return {
    async alterPartitionReassignments({ topics, timeout }) {
      checkReassignments(topics)
      const wanted = topics.flatMap(({ topic, partitionAssignment }) => partitionAssignment.map((one) => ({ topic, ...one })))
      await call(async (admin) => {
        const failed = await failures(admin.alterPartitionReassignments(wanted, within(timeout)))
        if (failed.length === 0) return
        throw new KafkaJSAggregateError(
          'Errors altering partition reassignments',
          failed.map(
            ([{ topic, partition }, error]) => new KafkaJSAlterPartitionReassignmentsError(protocolError(error), topic, partition),
          ),
        )
      })
    },

    async listPartitionReassignments({ topics, timeout } = {}) {
      if (topics !== undefined && topics !== null) checkTopicPartitions(topics)
      const asked = topics?.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
      return call(async (admin) => {
        const moves = await admin.listPartitionReassignments(asked, within(timeout))
        const byTopic = new Map<string, OngoingTopicReassignment & { readonly name: string }>()
        for (const [{ topic, partition }, { replicas, addingReplicas, removingReplicas }] of moves) {
          const entry = byTopic.get(topic) ?? { name: topic, topic, partitions: [] }
          byTopic.set(topic, entry)
          const move = { replicas: [...replicas], addingReplicas: [...addingReplicas], removingReplicas: [...removingReplicas] }
          entry.partitions.push({ partitionIndex: partition, ...move })
        }
        return { topics: [...byTopic.values()] }
      })
    },
  }
}

const within = (timeout: number | undefined): { readonly timeoutMs?: number } =>
  timeout === undefined ? {} : { timeoutMs: Math.max(timeout, 5000) }

function checkReassignments(topics: readonly PartitionReassignment[]): void {
  checkArray('topics array', topics)
  checkTopics(topics, 'topics array')
  for (const { topic, partitionAssignment } of topics) {
    if (!Array.isArray(partitionAssignment))
      throw new KafkaJSNonRetriableError(`Invalid partitions array: ${String(partitionAssignment)} for topic: ${topic}`)
    for (const { partition, replicas } of partitionAssignment) {
      if (!isIndex(partition)) throw new KafkaJSNonRetriableError(`Invalid partitions index: ${partition} for topic: ${topic}`)
      if (!Array.isArray(replicas) || !replicas.every(isIndex)) {
        throw new KafkaJSNonRetriableError(
          `Invalid replica assignment: ${String(replicas)} for topic: ${topic} on partition: ${partition}. Replicas must be a non negative number`,
        )
      }
    }
  }
}

function checkTopicPartitions(topics: readonly TopicPartitions[]): void {
  checkArray('topics array', topics)
  checkTopics(topics, 'topics array')
  for (const { topic, partitions } of topics) {
    if (Array.isArray(partitions) && partitions.every(isIndex)) continue
    throw new KafkaJSNonRetriableError(
      `Invalid partition array: ${String(partitions)} for topic: ${topic}. The partition indices have to be a valid number greater than 0.`,
    )
  }
}

const isIndex = (value: unknown): boolean => typeof value === 'number' && value >= 0

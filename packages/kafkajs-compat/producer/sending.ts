import type { PartitionInfo, Producer, RecordMetadata as Receipt } from '@odradek/client'
import { afterRetries } from '../error-mapping.ts'
import type { RetrySettings } from '../retry.ts'
import type { PartitionMetadata } from '../types/cluster.ts'
import type { ICustomPartitioner } from '../types/config.ts'
import type { RecordMetadata, TopicMessages } from '../types/producer.ts'
import { bytesOf, headerPairs, timestampOf } from './messages.ts'

/** Where messages go, and how the answer is told. */
export interface Sending {
  readonly producer: Producer
  partitionsOf(topic: string): Promise<readonly PartitionInfo[]>
  readonly partitioner: ReturnType<ICustomPartitioner>
  readonly retry: RetrySettings
  readonly acks: number
}

interface Sent {
  readonly timestamp: number
  readonly receipt: Promise<Receipt>
}

/** Sends all messages and gives one entry for each partition that got some, as a broker answers. Rejects with the first failure, when all are decided. */
export async function sendMessages(topicMessages: readonly TopicMessages[], sending: Sending): Promise<RecordMetadata[]> {
  const topics = merged(topicMessages)
  const placed = await Promise.all(
    [...topics].map(async ([topic, messages]) => {
      const partitions = await partitionsOf(topic, sending)
      return {
        topic,
        messages: messages.map((message) => ({
          message,
          partition: sending.partitioner({ topic, partitionMetadata: partitions, message }),
        })),
      }
    }),
  )
  const sent = placed.map(({ topic, messages }) => ({ topic, byPartition: sendAll(topic, messages, sending) }))
  const outcomes = await Promise.allSettled(
    sent.flatMap(({ byPartition }) => [...byPartition.values()].flat().map(({ receipt }) => receipt)),
  )
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw afterRetries(failed.reason, sending.retry)
  if (sending.acks === 0) return []
  return Promise.all(
    sent.flatMap(({ topic, byPartition }) =>
      [...byPartition].toSorted(([a], [b]) => a - b).map(async ([partition, records]) => answerOf(topic, partition, records)),
    ),
  )
}

function merged(topicMessages: readonly TopicMessages[]): Map<string, TopicMessages['messages']> {
  const topics = new Map<string, TopicMessages['messages']>()
  for (const { topic, messages } of topicMessages) topics.set(topic, [...(topics.get(topic) ?? []), ...messages])
  return topics
}

async function partitionsOf(topic: string, sending: Sending): Promise<PartitionMetadata[]> {
  try {
    return (await sending.partitionsOf(topic)).map(partitionMetadata)
  } catch (error) {
    throw afterRetries(error, sending.retry)
  }
}

export function partitionMetadata({ partition, leader, replicas, inSyncReplicas, offlineReplicas }: PartitionInfo): PartitionMetadata {
  return {
    partitionErrorCode: 0,
    partitionId: partition,
    leader: leader ?? -1,
    replicas: [...replicas],
    isr: [...inSyncReplicas],
    offlineReplicas: [...offlineReplicas],
  }
}

function sendAll(
  topic: string,
  messages: readonly { readonly message: TopicMessages['messages'][number]; readonly partition: number }[],
  { producer }: Sending,
): Map<number, Sent[]> {
  const byPartition = new Map<number, Sent[]>()
  for (const { message, partition } of messages) {
    const timestamp = timestampOf(message)
    const headers = headerPairs(message.headers)
    const receipt = producer.send(topic, {
      key: bytesOf(message.key),
      value: bytesOf(message.value),
      headers,
      partition,
      timestamp,
    })
    const sent = byPartition.get(partition)
    if (sent === undefined) byPartition.set(partition, [{ timestamp, receipt }])
    else sent.push({ timestamp, receipt })
  }
  return byPartition
}

async function answerOf(topicName: string, partition: number, records: readonly Sent[]): Promise<RecordMetadata> {
  const receipts = await Promise.all(records.map(({ receipt }) => receipt))
  const [first] = receipts
  const isAppendTime = first !== undefined && first.timestamp !== records[0]?.timestamp
  return {
    topicName,
    partition,
    errorCode: 0,
    baseOffset: String(first?.offset ?? -1),
    logAppendTime: isAppendTime ? String(first.timestamp) : '-1',
    // The client below does not pass it on; −1 is Kafka's word for that.
    logStartOffset: '-1',
  }
}

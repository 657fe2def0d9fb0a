import { KafkaJSNonRetriableError } from '../errors.ts'
import type { ConsumerSubscribeTopic, ConsumerSubscribeTopics, TopicPartitionOffset } from '../types/consumer.ts'

/** The topics and patterns of a subscription. Throws what kafkajs throws. */
export function subscribed(given: ConsumerSubscribeTopics | ConsumerSubscribeTopic): readonly (string | RegExp)[] {
  const { topic, topics }: Partial<ConsumerSubscribeTopic & ConsumerSubscribeTopics> = given ?? {}
  if (!topic && !topics) throw new KafkaJSNonRetriableError('Missing required argument "topics"')
  if (topics !== undefined && !Array.isArray(topics)) throw new KafkaJSNonRetriableError('Argument "topics" must be an array')
  const list: readonly unknown[] = topics ?? [topic]
  return list.map((one) => {
    if (typeof one === 'string' || one instanceof RegExp) return one
    throw new KafkaJSNonRetriableError(`Invalid topic ${String(one)} (${typeof one}), the topic name has to be a String or a RegExp`)
  })
}

export function checkPlace({ topic, partition }: { readonly topic: string; readonly partition: number }): void {
  if (!topic) throw new KafkaJSNonRetriableError(`Invalid topic ${topic}`)
  if (!Number.isSafeInteger(partition)) throw new KafkaJSNonRetriableError(`Invalid partition, expected a number received ${partition}`)
}

/** Offsets are strings of whole numbers. */
export function offsetOf({ offset }: Pick<TopicPartitionOffset, 'offset'>, least: number): number {
  const number = typeof offset === 'string' && offset.trim() === '' ? Number.NaN : Number(offset)
  if (!Number.isSafeInteger(number)) throw new KafkaJSNonRetriableError(`Invalid offset, expected a long received ${offset}`)
  if (number < least) throw new KafkaJSNonRetriableError('Offset must not be a negative number')
  return number
}

export function checkTopicPartitions(
  topics: readonly { readonly topic: string; readonly partitions?: readonly number[] }[],
  what: string,
): void {
  for (const entry of topics) {
    if (!entry?.topic) throw new KafkaJSNonRetriableError(`Invalid topic ${entry?.topic ?? JSON.stringify(entry)}`)
    const { partitions } = entry
    if (partitions !== undefined && (!Array.isArray(partitions) || partitions.some((partition) => !Number.isSafeInteger(partition)))) {
      throw new KafkaJSNonRetriableError(
        `Array of valid partitions required to ${what} specific partitions instead of ${String(partitions)}`,
      )
    }
  }
}

import type { Kafka } from '@odradek/client'

/** Which of the topics that there are have a name that matches. */
export async function matchingTopics(kafka: Kafka, patterns: readonly RegExp[]): Promise<readonly string[]> {
  const admin = kafka.admin()
  try {
    const topics = await admin.listTopics({ listInternal: true })
    return [...topics.keys()].filter((name) =>
      patterns.some((pattern) => new RegExp(pattern, pattern.flags.replace(/[gy]/g, '')).test(name)),
    )
  } finally {
    await admin.close()
  }
}

/**
 * Sees that topics are there before they are read. With `allowAutoTopicCreation` the broker makes those that are not, as it does for kafkajs, whose question for
 * metadata makes them; without, it rejects with UNKNOWN_TOPIC_OR_PARTITION.
 */
export async function makeTopics(
  kafka: Kafka,
  topics: readonly string[],
  options: { readonly allowAutoTopicCreation: boolean; readonly timeoutMs: number },
): Promise<void> {
  if (topics.length === 0) return
  const { allowAutoTopicCreation, timeoutMs } = options
  const admin = kafka.admin()
  const described = await admin.describeTopics(topics, { timeoutMs }).settled()
  await admin.close()
  const missing: string[] = []
  for (const [topic, outcome] of described) {
    if (outcome.ok) continue
    if (!allowAutoTopicCreation || outcome.error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw outcome.error
    missing.push(topic)
  }
  if (missing.length === 0) return
  const producer = kafka.producer()
  try {
    await Promise.all(missing.map((topic) => producer.partitionsFor(topic, { timeoutMs })))
  } finally {
    await producer.close()
  }
}

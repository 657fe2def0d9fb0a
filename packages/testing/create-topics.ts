import type { Broker } from '@odradek/broker'

/** How a topic is to be made. */
export interface TopicOptions {
  /** 1 by default. */
  readonly partitions?: number
  /** Settings of the topic, as `cleanup.policy`. */
  readonly config?: Readonly<Record<string, string>>
}

/** Topics by their names: how many partitions each has, or more than that. */
export type TopicsToCreate = Readonly<Record<string, number | TopicOptions>>

/** Makes topics without asking over the wire. Throws when one of them cannot be made. */
export async function createTopics({ services }: Pick<Broker, 'services'>, topics: TopicsToCreate): Promise<void> {
  const wanted = Object.entries(topics).map(([name, topic]) => {
    const { partitions = 1, config = {} } = typeof topic === 'number' ? { partitions: topic } : topic
    return {
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    }
  })
  if (wanted.length === 0) return
  for (const { name, error, message } of await services.metadata.createTopics({ topics: wanted, validateOnly: false })) {
    if (error !== 'NONE') throw new Error(`Could not create the topic ${name}: ${message ?? error}`)
  }
}

import type { Admin as ClientAdmin, NewTopic } from '@odradek/client'
import { KafkaJSAggregateError, KafkaJSCreateTopicError, KafkaJSNonRetriableError } from '../errors.ts'
import { partitionMetadata } from '../producer/sending.ts'
import type { Admin, ITopicConfig } from '../types/admin.ts'
import { checkArray, checkName, checkTopics, failures, itemError } from './call.ts'
import type { AdminCalls } from './call.ts'

type TopicMethods = 'listTopics' | 'createTopics' | 'deleteTopics' | 'createPartitions' | 'fetchTopicMetadata'

export function topicsAdmin(call: AdminCalls): Pick<Admin, TopicMethods> {
  return {
    listTopics: () => call(async (admin) => [...(await admin.listTopics({ listInternal: true })).keys()]),

    async createTopics({ topics, validateOnly = false, waitForLeaders = true, timeout = 5000 }) {
      checkNewTopics(topics)
      return call(async (admin) => {
        const valid = topics.filter((topic) => wrongNumber(topic) === undefined)
        const made = await failures(admin.createTopics(valid.map(newTopic), { validateOnly, timeoutMs: Math.max(timeout, 5000) }))
        const errors = [
          ...topics.flatMap((topic) => wrongNumber(topic) ?? []),
          ...made.map(([topic, error]) => new KafkaJSCreateTopicError(itemError(error), topic)),
        ].toSorted((one, other) => one.topic.localeCompare(other.topic))
        if (errors.length > 0) {
          if (errors.every(({ type }) => type === 'TOPIC_ALREADY_EXISTS')) return false
          throw new KafkaJSAggregateError('Topic creation errors', errors)
        }
        if (waitForLeaders && !validateOnly)
          await leaders(
            admin,
            topics.map(({ topic }) => topic),
            timeout,
          )
        return true
      })
    },

    async deleteTopics({ topics, timeout }) {
      checkArray('topics array', topics)
      if (topics.some((topic) => typeof topic !== 'string'))
        throw new KafkaJSNonRetriableError('Invalid topics array, the names must be a valid string')
      await call((admin) => admin.deleteTopics(topics, timeout === undefined ? {} : { timeoutMs: Math.max(timeout, 5000) }))
    },

    async createPartitions({ topicPartitions, validateOnly = false, timeout }) {
      checkArray('topic partitions array', topicPartitions)
      if (topicPartitions.length === 0) throw new KafkaJSNonRetriableError('Empty topic partitions array')
      checkTopics(topicPartitions, 'topic partitions array')
      const wanted = topicPartitions.map(({ topic, count, assignments }) => ({ topic, totalCount: count, assignments }))
      await call((admin) =>
        admin.createPartitions(wanted, { validateOnly, ...(timeout === undefined ? {} : { timeoutMs: Math.max(timeout, 5000) }) }),
      )
      return true
    },

    async fetchTopicMetadata({ topics = [] } = { topics: [] }) {
      for (const topic of topics) checkName('topic', topic)
      return call(async (admin) => {
        const names = topics.length > 0 ? topics : [...(await admin.listTopics({ listInternal: true })).keys()]
        const described = names.length === 0 ? new Map<string, never>() : await admin.describeTopics(names)
        return { topics: [...described.values()].map(({ name, partitions }) => ({ name, partitions: partitions.map(partitionMetadata) })) }
      })
    },
  }
}

function newTopic({ topic, numPartitions, replicationFactor, replicaAssignment = [], configEntries = [] }: ITopicConfig): NewTopic {
  const config = Object.fromEntries(configEntries.map(({ name, value }) => [name, value]))
  if (replicaAssignment.length > 0) {
    return { name: topic, assignments: new Map(replicaAssignment.map(({ partition, replicas }) => [partition, replicas])), config }
  }
  return { name: topic, partitions: numPartitions, replicationFactor, config }
}

/** The client below refuses numbers that no broker takes; kafkajs lets the broker say so, for the topic that they are of. */
function wrongNumber({ topic, numPartitions = -1, replicationFactor = -1 }: ITopicConfig): KafkaJSCreateTopicError | undefined {
  const wrong = (type: string, code: number, message: string): KafkaJSCreateTopicError =>
    new KafkaJSCreateTopicError({ type, code, message, retriable: false }, topic)
  if (numPartitions < 1 && numPartitions !== -1) return wrong('INVALID_PARTITIONS', 37, 'Number of partitions is below 1')
  if (replicationFactor < 1 && replicationFactor !== -1) return wrong('INVALID_REPLICATION_FACTOR', 38, 'Replication factor is below 1')
  return undefined
}

function checkNewTopics(topics: readonly ITopicConfig[]): void {
  checkArray('topics array', topics)
  checkTopics(topics, 'topics array')
  for (const { topic, configEntries } of topics) {
    if (configEntries === undefined || configEntries === null) continue
    if (!Array.isArray(configEntries)) throw new KafkaJSNonRetriableError(`Invalid configEntries for topic "${topic}", must be an array`)
    configEntries.forEach((entry: unknown, index) => {
      if (typeof entry !== 'object' || entry === null) {
        throw new KafkaJSNonRetriableError(`Invalid configEntries for topic "${topic}". Entry ${index} must be an object`)
      }
      for (const property of ['name', 'value']) {
        if (typeof Reflect.get(entry, property) === 'string') continue
        throw new KafkaJSNonRetriableError(
          `Invalid configEntries for topic "${topic}". Entry ${index} must have a valid "${property}" property`,
        )
      }
    })
  }
}

/** Brokers hear of new topics a moment later than the controller. */
async function leaders(admin: ClientAdmin, topics: readonly string[], timeoutMs: number): Promise<void> {
  const untilMs = performance.now() + timeoutMs
  for (;;) {
    const described = await admin.describeTopics(topics).settled()
    const isLed = [...described.values()].every(
      (outcome) => outcome.ok && outcome.value.partitions.every(({ leader }) => leader !== undefined),
    )
    if (isLed || performance.now() >= untilMs) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

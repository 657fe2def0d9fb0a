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
        const failed = await failures(admin.createTopics(topics.map(newTopic), { validateOnly, timeoutMs: Math.max(timeout, 5000) }))
        if (failed.length > 0) {
          if (failed.every(([, error]) => error.code === 'TOPIC_ALREADY_EXISTS')) return false
          throw new KafkaJSAggregateError(
            'Topic creation errors',
            failed.map(([topic, error]) => new KafkaJSCreateTopicError(itemError(error), topic)),
          )
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

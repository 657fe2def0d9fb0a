import { KafkaError } from '@odradek/client'
import type { Admin, NewTopic } from '@odradek/client'
import { illegalArgument, JavaError } from '../java-error.ts'
import { javaSplit, parseInt32 } from '../java-numbers.ts'
import { isInternalTopic, topicFilter } from '../topic-filter.ts'
import type { TopicsOptions } from './topics-options.ts'

/** What an action of `kafka-topics` works with. */
export interface TopicsCall {
  readonly options: TopicsOptions
  readonly admin: Admin
  /** Writes a line to stdout. */
  readonly say: (line: string) => void
}

export async function listTopics(call: TopicsCall): Promise<void> {
  call.say((await topicsMeant(call)).join('\n'))
}

export async function createTopic({ options, admin, say }: TopicsCall): Promise<void> {
  const topic = newTopic(options)
  const { name, partitions, replicationFactor } = topic
  if (/[._]/.test(name)) {
    say(
      "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.",
    )
  }
  if (replicationFactor !== undefined && (replicationFactor < 1 || replicationFactor > 32_767))
    throw illegalArgument('The replication factor must be between 1 and 32767 inclusive')
  if (partitions !== undefined && partitions < 1) throw illegalArgument('The partitions must be greater than 0')
  if (name === '')
    throw new JavaError(
      'org.apache.kafka.common.errors.InvalidTopicException',
      `The given topic name '' cannot be represented in a request.`,
    )
  try {
    await admin.createTopics([topic], { retryOnQuotaViolation: false })
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    if (error.code === 'TOPIC_ALREADY_EXISTS' && options.has('if-not-exists')) return
    throw asBeforeAsking(error)
  }
  say(`Created topic ${name}.`)
}

/** Apache's tool finds wrong values itself, and has another class for them than the broker; the words are the same. */
function asBeforeAsking(error: KafkaError): Error {
  const { code, brokerMessage = '' } = error
  return code === 'INVALID_CONFIG' && brokerMessage.startsWith('Invalid value ')
    ? new JavaError('org.apache.kafka.common.config.ConfigException', brokerMessage)
    : error
}

export async function alterTopics(call: TopicsCall): Promise<void> {
  const { options, admin } = call
  const assignments = replicaAssignment(options.value('replica-assignment'))
  configOf(options)
  const totalCount = options.number('partitions') ?? 0
  const topics = await topicsMeant(call)
  checkFound(topics, options)
  if (topics.length === 0) return
  const described = await admin.describeTopics(topics)
  const partitionsOf = (topic: string): number => described.get(topic)?.partitions.length ?? 0
  if (totalCount < 1) {
    const [topic = ''] = topics
    const message = `The topic ${topic} currently has ${partitionsOf(topic)} partition(s); ${totalCount} would not be an increase.`
    throw new JavaError('org.apache.kafka.common.errors.InvalidPartitionsException', message)
  }
  const wishes = topics.map((topic) => ({
    topic,
    totalCount,
    ...(assignments.size === 0 ? {} : { assignments: [...assignments.values()].slice(partitionsOf(topic)) }),
  }))
  await admin.createPartitions(wishes, { retryOnQuotaViolation: false })
}

export async function deleteTopics(call: TopicsCall): Promise<void> {
  const topics = await topicsMeant(call)
  checkFound(topics, call.options)
  await call.admin.deleteTopics(topics, { retryOnQuotaViolation: false })
}

/** The topics that `--topic` means, or all, by name. */
export async function topicsMeant({ options, admin }: Pick<TopicsCall, 'options' | 'admin'>): Promise<readonly string[]> {
  const excludesInternal = options.has('exclude-internal')
  const text = options.value('topic')
  const topics = await admin.listTopics({ listInternal: !excludesInternal })
  const isMeant = text === undefined ? () => true : topicFilter(text)
  return [...topics.keys()].filter((topic) => isMeant(topic) && !(excludesInternal && isInternalTopic(topic))).toSorted()
}

/** That a topic which was named is there, unless `--if-exists` says that it need not be. */
export function checkFound(found: readonly unknown[], options: TopicsOptions): void {
  const text = options.value('topic') ?? ''
  if (found.length > 0 || text === '' || options.has('if-exists')) return
  throw illegalArgument(`Topic '${text}' does not exist as expected`)
}

function newTopic(options: TopicsOptions): NewTopic {
  const name = options.value('topic') ?? ''
  const partitions = options.number('partitions')
  const replicationFactor = options.number('replication-factor')
  const assignments = replicaAssignment(options.value('replica-assignment'))
  const config = configOf(options)
  return assignments.size > 0 ? { name, assignments, config } : { name, partitions, replicationFactor, config }
}

/** `1:2,2:3`: the brokers of partition 0, then those of partition 1. */
function replicaAssignment(text: string | undefined): ReadonlyMap<number, readonly number[]> {
  const assignment = new Map<number, readonly number[]>()
  if (text === undefined || text === '') return assignment
  for (const [partition, list] of javaSplit(text, ',').entries()) {
    const brokers = javaSplit(list, ':').map((broker) => parseInt32(broker.trim()))
    const twice = [...new Set(brokers.filter((broker, index) => brokers.indexOf(broker) !== index))]
    if (twice.length > 0)
      throw new JavaError(
        'org.apache.kafka.tools.AdminCommandFailedException',
        `Partition replica lists may not contain duplicate entries: ${twice.join(',')}`,
      )
    assignment.set(partition, brokers)
    if (brokers.length !== assignment.get(0)?.length)
      throw new JavaError(
        'org.apache.kafka.tools.AdminOperationException',
        `Partition ${partition} has different replication factor: [${brokers.join(', ')}]`,
      )
  }
  return assignment
}

function configOf(options: TopicsOptions): Readonly<Record<string, string>> {
  const pairs = options.values('config').map((text) => javaSplit(text, /\s*=\s*/))
  if (pairs.some((pair) => pair.length !== 2))
    throw illegalArgument('requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".')
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name.trim(), value.trim()]))
}

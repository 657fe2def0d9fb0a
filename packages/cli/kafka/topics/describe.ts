import { KafkaError } from '@odradek/client'
import type { Admin, ConfigEntry, PartitionReassignment, TopicDescription } from '@odradek/client'
import { illegalArgument } from '../java-error.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import { checkUuid } from '../java-uuid.ts'
import { checkFound, topicsMeant } from './actions.ts'
import type { TopicsCall } from './actions.ts'
import type { TopicsOptions } from './topics-options.ts'

type Partition = TopicDescription['partitions'][number]

/** A topic with all that its description shows. */
interface DescribedTopic {
  readonly topic: TopicDescription
  readonly config: ReadonlyMap<string, ConfigEntry>
  readonly reassignmentOf: (partition: number) => PartitionReassignment | undefined
}

export async function describeTopics(call: TopicsCall): Promise<void> {
  const { options, admin, say } = call
  const topics = await descriptions(call)
  if (topics.length === 0) return
  const { brokers } = await admin.describeCluster()
  const isShown = partitionFilter(options, new Set(brokers.map(({ id }) => id)))
  for (const described of await withDetails(admin, topics)) {
    const { topic, config } = described
    const hasOverrides = [...config.values()].some(({ isDefault }) => !isDefault)
    if (isShown === undefined && (hasOverrides || !options.has('topics-with-overrides'))) say(topicLine(described))
    if (options.has('topics-with-overrides')) continue
    for (const partition of topic.partitions) {
      if (isShown === undefined || isShown(partition, described)) say(partitionLine(partition, described))
    }
  }
}

/** By name; Apache's tool gives several in the order of a hash map. */
async function descriptions(call: TopicsCall): Promise<readonly TopicDescription[]> {
  const { options, admin } = call
  const id = options.value('topic-id')
  if (id !== undefined && checkUuid(id) !== zero) {
    const listings = await admin.listTopics({ listInternal: !options.has('exclude-internal') })
    if ([...listings.values()].some(({ topicId }) => topicId === id)) return [...(await admin.describeTopics({ topicIds: [id] })).values()]
    if (!options.has('if-exists')) throw illegalArgument(`TopicId '${id}' does not exist as expected`)
    return []
  }
  const topics = await topicsMeant(call)
  checkFound(topics, options)
  if (topics.length === 0) return []
  const partitionSizeLimitPerResponse = options.number('partition-size-limit-per-response') ?? 2000
  return [...(await admin.describeTopics(topics, { partitionSizeLimitPerResponse })).values()]
}

const zero = 'A'.repeat(22)

async function withDetails(admin: Admin, topics: readonly TopicDescription[]): Promise<readonly DescribedTopic[]> {
  const resources = topics.map(({ name }) => ({ type: 'TOPIC', name }) as const)
  const partitions = topics.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
  const [configs, reassignments] = await Promise.all([admin.describeConfigs(resources), reassignmentsOf(admin, partitions)])
  return topics.map((topic) => ({
    topic,
    config: configs.get({ type: 'TOPIC', name: topic.name }) ?? new Map<string, ConfigEntry>(),
    reassignmentOf: (partition) => reassignments.get({ topic: topic.name, partition }),
  }))
}

type Reassignments = Awaited<ReturnType<Admin['listPartitionReassignments']>>

/** Not every broker says, and not everybody is told. */
async function reassignmentsOf(admin: Admin, partitions: Parameters<Admin['listPartitionReassignments']>[0]): Promise<Reassignments> {
  try {
    return await admin.listPartitionReassignments(partitions)
  } catch (error) {
    if (error instanceof KafkaError && (error.code === 'UNSUPPORTED_VERSION' || error.code === 'CLUSTER_AUTHORIZATION_FAILED'))
      return new Map()
    throw error
  }
}

/** What the reports show; undefined when no report was asked for, but everything. */
function partitionFilter(
  options: TopicsOptions,
  liveBrokers: ReadonlySet<number>,
): ((partition: Partition, of: DescribedTopic) => boolean) | undefined {
  const minIsr = ({ config }: DescribedTopic): number => Number(config.get('min.insync.replicas')?.value)
  const reports: readonly (readonly [boolean, (partition: Partition, of: DescribedTopic) => boolean])[] = [
    [options.has('under-replicated-partitions'), (partition, of) => replicationFactor(partition, of) > partition.inSyncReplicas.length],
    [options.has('unavailable-partitions'), ({ leader }) => leader === undefined || !liveBrokers.has(leader)],
    [
      options.has('under-min-isr-partitions'),
      ({ leader, inSyncReplicas }, of) => leader === undefined || inSyncReplicas.length < minIsr(of),
    ],
    [options.has('at-min-isr-partitions'), ({ inSyncReplicas }, of) => inSyncReplicas.length === minIsr(of)],
  ]
  const wanted = reports.filter(([isWanted]) => isWanted).map(([, shows]) => shows)
  return wanted.length === 0 ? undefined : (partition, of) => wanted.some((shows) => shows(partition, of))
}

/** Replicas that are only just being added do not count, while they are there. */
function replicationFactor({ partition, replicas }: Partition, { reassignmentOf }: DescribedTopic): number {
  const reassignment = reassignmentOf(partition)
  if (reassignment === undefined) return replicas.length
  const { addingReplicas, removingReplicas } = reassignment
  const isUnderWay = replicas.some((replica) => addingReplicas.includes(replica) || removingReplicas.includes(replica))
  return isUnderWay ? reassignment.replicas.length - addingReplicas.length : replicas.length
}

function topicLine(described: DescribedTopic): string {
  const { topic, config } = described
  const [first] = topic.partitions
  const configs = hashMapOrder([...config.keys()], hashOfText).flatMap((name) => {
    const entry = config.get(name)
    return entry === undefined || entry.isDefault ? [] : [`${name}=${entry.value}`]
  })
  return [
    `Topic: ${topic.name}`,
    ...(topic.topicId === zero ? [] : [`TopicId: ${topic.topicId}`]),
    `PartitionCount: ${topic.partitions.length}`,
    `ReplicationFactor: ${first === undefined ? 0 : replicationFactor(first, described)}`,
    `Configs: ${configs.join(',')}`,
  ].join('\t')
}

function partitionLine(info: Partition, { topic, reassignmentOf }: DescribedTopic): string {
  const reassignment = reassignmentOf(info.partition)
  return [
    '',
    `Topic: ${topic.name}`,
    `Partition: ${info.partition}`,
    `Leader: ${info.leader ?? 'none'}`,
    `Replicas: ${info.replicas.join(',')}`,
    `Isr: ${info.inSyncReplicas.join(',')}`,
    ...(reassignment === undefined
      ? []
      : [`Adding Replicas: ${reassignment.addingReplicas.join(',')}`, `Removing Replicas: ${reassignment.removingReplicas.join(',')}`]),
    `Elr: ${info.eligibleLeaderReplicas?.join(',') ?? 'N/A'}`,
    `LastKnownElr: ${info.lastKnownElr?.join(',') ?? 'N/A'}`,
  ].join('\t')
}

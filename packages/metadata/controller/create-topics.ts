import { randomUuid } from '@odradek/common/bytes'
import { encodeConfig } from '../image/configs-image.ts'
import type { ConfigEntries } from '../image/configs-image.ts'
import { keys } from '../image/keys.ts'
import { encodePartition, newPartition } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'
import { encodeTopic } from '../image/topic-image.ts'
import { clusterMetadataTopic, collisionKey, invalidTopicName } from '../image/topic-names.ts'
import type { Change } from '../store.ts'
import { checkValueSizes } from './config-values.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { duplicatesOf } from './duplicates.ts'
import { activeOf, checkAssignment } from './manual-assignment.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { PartitionLimit } from './partition-limit.ts'
import { placeReplicas } from './placement.ts'

/** How many partitions one request may make. */
export const maxPartitionsPerRequest = 10_000

/** A topic as a client wants it. */
export interface NewTopic {
  readonly name: string
  /** −1: `num.partitions` of the broker. */
  readonly numPartitions: number
  /** −1: `default.replication.factor` of the broker. */
  readonly replicationFactor: number
  /** Replicas chosen by hand; then the two numbers are −1. */
  readonly assignments: readonly PartitionAssignment[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface PartitionAssignment {
  readonly partition: number
  readonly brokerIds: readonly number[]
}

export interface CreateTopicsCommand {
  readonly topics: readonly NewTopic[]
  /** Make all checks, and no topic. */
  readonly validateOnly: boolean
}

/** How it went for one name. */
export interface CreatedTopic extends Outcome {
  readonly name: string
  /** Set when there was no error, also when nothing was made because of `validateOnly`. */
  readonly created?: {
    readonly topicId: string
    readonly numPartitions: number
    readonly replicationFactor: number
    readonly configs: ConfigEntries
  }
}

/** A topic that passed all checks. */
interface Draft {
  readonly topicId: string
  readonly partitions: readonly PartitionState[]
  readonly configs: ConfigEntries
}

/** Decides on new topics: each by itself, one answer a name, in the order of the request. */
export function createTopics(context: DecisionContext, command: CreateTopicsCommand): Decision<readonly CreatedTopic[]> {
  const twice = duplicatesOf(command.topics.map(({ name }) => name))
  const topics = Array.from(new Map(command.topics.map((topic) => [topic.name, topic])).values())
  const partitions = topics.filter(({ name }) => !twice.has(name)).map((topic) => partitionCount(context, topic))
  if (partitions.reduce((sum, count) => sum + count, 0) > maxPartitionsPerRequest) {
    const excess = refused('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
    return { changes: [], answer: topics.map(({ name }) => ({ name, ...excess })) }
  }
  const drafting = new Drafting(context)
  const changes: Change[] = []
  const answer = topics.map((topic): CreatedTopic => {
    const { name } = topic
    if (twice.has(name)) return { name, ...refused('INVALID_REQUEST', 'Duplicate topic name.') }
    const draft = drafting.draft(topic)
    if ('error' in draft) return { name, ...draft }
    changes.push(...changesFor(name, draft))
    return { name, ...done, created: summaryOf(draft) }
  })
  return { changes: command.validateOnly ? [] : changes, answer }
}

/** The checks of one request. What earlier topics took, later ones cannot have: room on brokers, and names alike but for dots. */
class Drafting {
  readonly #context: DecisionContext
  readonly #limit: PartitionLimit
  readonly #collisionKeys = new Map<string, string>()

  constructor(context: DecisionContext) {
    this.#context = context
    this.#limit = new PartitionLimit(context)
  }

  draft(topic: NewTopic): Draft | Outcome {
    const { rules, random } = this.#context
    const refusedName = this.#checkName(topic.name)
    if (refusedName !== undefined) return refusedName
    const nulls = topic.configs.filter(({ value }) => value === null).map(({ name }) => name)
    if (nulls.length > 0) return refused('INVALID_CONFIG', `Null value not supported for topic configs: ${nulls.join(',')}`)
    const configs = new Map(topic.configs.map(({ name, value }) => [name, value ?? '']))
    const refusedConfig = checkValueSizes(configs) ?? rules.validate({ type: 'topic', name: topic.name }, configs, new Map())
    if (refusedConfig !== undefined) return refusedConfig
    const partitions = topic.assignments.length > 0 ? assigned(this.#context, topic) : placed(this.#context, topic)
    if ('error' in partitions) return partitions
    const refusedRoom = this.#limit.take(topic.name, partitions)
    if (refusedRoom !== undefined) return refusedRoom
    const key = collisionKey(topic.name)
    if (key !== undefined) this.#collisionKeys.set(key, topic.name)
    return { topicId: randomUuid(random), partitions, configs }
  }

  #checkName(name: string): Outcome | undefined {
    const { topics } = this.#context.image
    if (name === clusterMetadataTopic)
      return refused('INVALID_REQUEST', `Creation of internal topic ${clusterMetadataTopic} is prohibited.`)
    if (topics.byName(name) !== undefined) return refused('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    const invalid = invalidTopicName(name)
    if (invalid !== undefined) return refused('INVALID_TOPIC_EXCEPTION', invalid)
    const colliding = topics.collidingWith(name) ?? this.#collisionKeys.get(collisionKey(name) ?? '')
    if (colliding === undefined) return undefined
    return refused('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${colliding}`)
  }
}

function assigned({ image }: DecisionContext, topic: NewTopic): readonly PartitionState[] | Outcome {
  if (topic.replicationFactor !== -1) {
    return refused('INVALID_REQUEST', 'A manual partition assignment was specified, but replication factor was not set to -1.')
  }
  if (topic.numPartitions !== -1) {
    return refused('INVALID_REQUEST', 'A manual partition assignment was specified, but numPartitions was not set to -1.')
  }
  const partitions = new Map<number, PartitionState>()
  let replicationFactor: number | undefined
  for (const { partition, brokerIds } of topic.assignments) {
    if (partitions.has(partition)) {
      return refused('INVALID_REPLICA_ASSIGNMENT', `Found multiple manual partition assignments for partition ${partition}`)
    }
    const wrong = checkAssignment(image, partition, brokerIds, replicationFactor)
    if (wrong !== undefined) return wrong
    replicationFactor = brokerIds.length
    partitions.set(partition, newPartition(partition, brokerIds, activeOf(image, brokerIds)))
  }
  const sorted = Array.from(partitions.values()).toSorted((a, b) => a.partition - b.partition)
  if (sorted.some(({ partition }, index) => partition !== index)) {
    return refused('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
  }
  return sorted
}

function placed(context: DecisionContext, topic: NewTopic): readonly PartitionState[] | Outcome {
  const { image, settings, random } = context
  if (topic.replicationFactor < -1 || topic.replicationFactor === 0) {
    return refused('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.')
  }
  if (topic.numPartitions < -1 || topic.numPartitions === 0) {
    return refused('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  }
  const replicationFactor = topic.replicationFactor === -1 ? settings.defaultReplicationFactor : topic.replicationFactor
  const placement = placeReplicas(image.brokers.all(), { partitions: partitionCount(context, topic), replicationFactor }, random)
  if (typeof placement === 'string') {
    return refused('INVALID_REPLICATION_FACTOR', `Unable to replicate the partition ${replicationFactor} time(s): ${placement}`)
  }
  return placement.map((replicas, partition) => newPartition(partition, replicas, activeOf(image, replicas)))
}

function partitionCount({ settings }: DecisionContext, topic: NewTopic): number {
  if (topic.assignments.length > 0) return topic.assignments.length
  return topic.numPartitions === -1 ? settings.numPartitions : Math.max(0, topic.numPartitions)
}

/** The topic's own key comes last: where a store takes a large topic in several commits, it is there with that key. */
function changesFor(name: string, { topicId, partitions, configs }: Draft): readonly Change[] {
  return [
    ...partitions.map((state) => ({ key: keys.partition(topicId, state.partition), value: encodePartition(state), expected: 0 })),
    ...(configs.size === 0 ? [] : [{ key: keys.config({ type: 'topic', name }), value: encodeConfig(configs) }]),
    { key: keys.topicName(name), value: topicId, expected: 0 },
    { key: keys.topic(topicId), value: encodeTopic({ name, partitions: partitions.length }), expected: 0 },
  ]
}

function summaryOf({ topicId, partitions, configs }: Draft): NonNullable<CreatedTopic['created']> {
  return { topicId, numPartitions: partitions.length, replicationFactor: partitions[0]?.replicas.length ?? 0, configs }
}

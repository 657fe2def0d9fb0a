import { keys } from '../image/keys.ts'
import { encodePartition, newPartition } from '../image/partition-state.ts'
import type { PartitionState } from '../image/partition-state.ts'
import { encodeTopic } from '../image/topic-image.ts'
import type { TopicImage } from '../image/topic-image.ts'
import type { Change } from '../store.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { duplicatesOf } from './duplicates.ts'
import { activeOf, checkAssignment } from './manual-assignment.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { PartitionLimit } from './partition-limit.ts'
import { placeReplicas } from './placement.ts'

/** A topic that shall grow. */
export interface MorePartitions {
  readonly name: string
  /** How many partitions it shall have in all. */
  readonly count: number
  /** Replicas of the new partitions in order, chosen by hand; null lets the controller choose. */
  readonly assignments: readonly (readonly number[])[] | null
}

export interface CreatePartitionsCommand {
  readonly topics: readonly MorePartitions[]
  readonly validateOnly: boolean
}

/** How it went for one name. */
export interface GrownTopic extends Outcome {
  readonly name: string
}

/** Decides on more partitions: each topic by itself, one answer a name, in the order of the request. */
export function createPartitions(context: DecisionContext, command: CreatePartitionsCommand): Decision<readonly GrownTopic[]> {
  const twice = duplicatesOf(command.topics.map(({ name }) => name))
  const limit = new PartitionLimit(context)
  const changes: Change[] = []
  const topics = Array.from(new Map(command.topics.map((topic) => [topic.name, topic])).values())
  const answer = topics.map((wanted): GrownTopic => {
    const { name } = wanted
    if (twice.has(name)) return { name, ...refused('INVALID_REQUEST', 'Duplicate topic name.') }
    const topic = context.image.topics.byName(name)
    if (topic === undefined) return { name, ...refused('UNKNOWN_TOPIC_OR_PARTITION') }
    const added = newPartitions(context, topic, wanted, limit)
    if ('error' in added) return { name, ...added }
    changes.push(...changesFor(topic, added))
    return { name, ...done }
  })
  return { changes: command.validateOnly ? [] : changes, answer }
}

function newPartitions(
  context: DecisionContext,
  topic: TopicImage,
  wanted: MorePartitions,
  limit: PartitionLimit,
): readonly PartitionState[] | Outcome {
  const current = topic.partitions.length
  if (wanted.count === current) return refused('INVALID_PARTITIONS', `Topic already has ${current} partition(s).`)
  if (wanted.count < current) {
    return refused(
      'INVALID_PARTITIONS',
      `The topic ${topic.name} currently has ${current} partition(s); ${wanted.count} would not be an increase.`,
    )
  }
  const added =
    wanted.assignments === null ? placed(context, topic, wanted.count) : assigned(context, topic, wanted.count, wanted.assignments)
  return 'error' in added ? added : (limit.take(topic.name, added) ?? added)
}

function placed({ image, random }: DecisionContext, topic: TopicImage, count: number): readonly PartitionState[] | Outcome {
  const current = topic.partitions.length
  // Before anything is placed: a request may ask for 2^31 partitions.
  if (count - current > maxAdded) return refused('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1
  const placement = placeReplicas(image.brokers.all(), { partitions: count - current, replicationFactor }, random)
  if (typeof placement === 'string') {
    return refused('INVALID_REPLICATION_FACTOR', `Unable to replicate the partition ${replicationFactor} time(s): ${placement}`)
  }
  return placement.map((replicas, index) => newPartition(current + index, replicas, activeOf(image, replicas)))
}

const maxAdded = 10_000

function assigned(
  { image }: DecisionContext,
  topic: TopicImage,
  count: number,
  assignments: readonly (readonly number[])[],
): readonly PartitionState[] | Outcome {
  const current = topic.partitions.length
  if (assignments.length !== count - current) {
    return refused(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${count - current} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
    )
  }
  const replicationFactor = topic.partitions[0]?.replicas.length
  for (const [index, replicas] of assignments.entries()) {
    const wrong = checkAssignment(image, current + index, replicas, replicationFactor)
    if (wrong !== undefined) return wrong
  }
  return assignments.map((replicas, index) => newPartition(current + index, replicas, activeOf(image, replicas)))
}

/** The topic's own key comes last, as for a new topic. */
function changesFor(topic: TopicImage, added: readonly PartitionState[]): readonly Change[] {
  const partitions = topic.partitions.length + added.length
  return [
    ...added.map((state) => ({ key: keys.partition(topic.id, state.partition), value: encodePartition(state), expected: 0 })),
    { key: keys.topic(topic.id), value: encodeTopic({ name: topic.name, partitions }), expected: topic.revision },
  ]
}

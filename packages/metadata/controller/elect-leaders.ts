import { noLeader } from '../image/partition-state.ts'
import type { Change } from '../store.ts'
import type { Decision, DecisionContext } from './decision.ts'
import { changePartition } from './elections.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { partitionChange, termsOf } from './partition-changes.ts'

export interface ElectLeadersCommand {
  readonly kind: 'preferred' | 'unclean'
  /** Null: every partition there is. */
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[] | null
}

/** How the elections of one topic went. */
export interface ElectedTopic {
  readonly name: string
  readonly partitions: readonly (Outcome & { readonly partition: number })[]
}

/** Decides on elections that somebody asked for. When all were asked for, those that need none are left out of the answer. */
export function electLeaders(context: DecisionContext, { kind, topics }: ElectLeadersCommand): Decision<readonly ElectedTopic[]> {
  const { image } = context
  const changes: Change[] = []
  const asked =
    topics ?? image.topics.all().map(({ name, partitions }) => ({ name, partitions: partitions.map(({ partition }) => partition) }))
  const answer = asked.map(({ name, partitions }) => ({
    name,
    partitions: partitions
      .map((partition) => ({ partition, ...electOne(context, kind, name, partition, changes) }))
      .filter(({ error }) => topics !== null || error !== 'ELECTION_NOT_NEEDED'),
  }))
  return { changes, answer }
}

function electOne(context: DecisionContext, kind: 'preferred' | 'unclean', name: string, partition: number, changes: Change[]): Outcome {
  const topic = context.image.topics.byName(name)
  if (topic === undefined) return refused('UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${name}`)
  const before = topic.partitions[partition]
  if (before === undefined) return refused('UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${name}-${partition}`)
  const isNeeded = kind === 'preferred' ? before.leader !== before.replicas[0] : before.leader === noLeader
  if (!isNeeded) return refused('ELECTION_NOT_NEEDED')
  const after = changePartition(before, { kind, ...termsOf(context, topic) })
  if (after === undefined) return refused(kind === 'preferred' ? 'PREFERRED_LEADER_NOT_AVAILABLE' : 'ELIGIBLE_LEADERS_NOT_AVAILABLE')
  changes.push(partitionChange(topic.id, before, after))
  return done
}

import { KafkaError } from '@odradek/protocol'
import type { JoinGroup } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import type { Assignor, AssignorCluster, MemberAssignment, MemberSubscription } from '../../../assignor.ts'
import type { ClusterMetadata } from '../../../cluster/metadata.ts'
import type { PartitionInfo } from '../../../partitions.ts'
import { nameOf } from '../../../partitions.ts'
import { decodeSubscription } from './consumer-protocol.ts'

/** What the members of a group said when they joined, by member id. Throws when one can't be read. */
export function subscriptionsOf(members: ResponseOf<typeof JoinGroup>['members']): ReadonlyMap<string, MemberSubscription> {
  return new Map(
    members.map(({ memberId, groupInstanceId, metadata }) => {
      try {
        return [memberId, { ...decodeSubscription(metadata), groupInstanceId: groupInstanceId ?? undefined }]
      } catch (cause) {
        const message = `INCONSISTENT_GROUP_PROTOCOL: the subscription of member ${memberId} can't be read.`
        throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL', message, { cause })
      }
    }),
  )
}

/** The topics that any of them wants. */
export function topicsOf(subscriptions: Iterable<MemberSubscription>): ReadonlySet<string> {
  const topics = new Set<string>()
  for (const subscription of subscriptions) for (const topic of subscription.topics) topics.add(topic)
  return topics
}

/** The leader's work. Every member has an entry in what comes back. */
export function assignAll(
  assignor: Assignor,
  metadata: ClusterMetadata,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
  isCooperative: boolean,
): ReadonlyMap<string, MemberAssignment> {
  const assigned = assignor.assign(assignorCluster(metadata), subscriptions)
  // The built-in one looks at generations: what it takes from an owner of an older generation is nobody's.
  if (isCooperative && assignor.name !== 'cooperative-sticky') checkCooperative(assignor, subscriptions, assigned)
  return new Map([...subscriptions.keys()].map((memberId) => [memberId, assigned.get(memberId) ?? { partitions: [] }]))
}

export function assignorCluster({ topics, brokers }: ClusterMetadata): AssignorCluster {
  return {
    partitions: (topic) =>
      (topics.get(topic)?.partitions ?? []).map((partition, number): PartitionInfo => ({
        topic,
        partition: number,
        leader: partition.leader < 0 ? undefined : partition.leader,
        leaderEpoch: partition.leaderEpoch < 0 ? undefined : partition.leaderEpoch,
        replicas: partition.replicas,
        inSyncReplicas: partition.inSyncReplicas,
        offlineReplicas: partition.offlineReplicas,
      })),
    rack: (broker) => brokers.get(broker)?.rack,
  }
}

/** Under the cooperative protocol nobody may get what another still has: it has to give it back first, and a next round hands it on (KIP-429). */
function checkCooperative(
  assignor: Assignor,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
  assigned: ReadonlyMap<string, MemberAssignment>,
): void {
  const taken = new Set<string>()
  const given = new Set<string>()
  for (const [memberId, { ownedPartitions }] of subscriptions) {
    const owned = new Set(ownedPartitions.map(nameOf))
    const now = new Set((assigned.get(memberId)?.partitions ?? []).map(nameOf))
    for (const name of owned) if (!now.has(name)) taken.add(name)
    for (const name of now) if (!owned.has(name)) given.add(name)
  }
  for (const name of given) {
    if (!taken.has(name)) continue
    throw new KafkaError(
      'INCONSISTENT_GROUP_PROTOCOL',
      `INCONSISTENT_GROUP_PROTOCOL: assignor ${assignor.name} calls itself cooperative and gives ${name} to a member while another still owns it. ` +
        'It must leave such a partition out for one round.',
    )
  }
}

/**
 * What the leader assigned by, to notice when it changes: the number of partitions of each topic, and with a rack of one's own, where
 * the replicas are.
 */
export class AssignedTopics {
  readonly topics: ReadonlySet<string>
  readonly #seen: ReadonlyMap<string, string>
  readonly #looksAtRacks: boolean

  constructor(topics: ReadonlySet<string>, metadata: ClusterMetadata, looksAtRacks: boolean) {
    this.topics = topics
    this.#looksAtRacks = looksAtRacks
    this.#seen = new Map([...topics].map((topic) => [topic, this.#looks(topic, metadata)]))
  }

  /** The first topic that looks otherwise now. One that metadata know nothing of at the moment is as it was. */
  changed(metadata: ClusterMetadata): string | undefined {
    for (const topic of this.topics) {
      const isKnown = metadata.topics.has(topic) || metadata.errors.get(topic) === 'UNKNOWN_TOPIC_OR_PARTITION'
      if (isKnown && this.#looks(topic, metadata) !== this.#seen.get(topic)) return topic
    }
    return undefined
  }

  /** Topics that metadata leave out. */
  missing(metadata: ClusterMetadata): readonly string[] {
    return [...this.topics].filter((topic) => !metadata.topics.has(topic))
  }

  #looks(topic: string, { topics, brokers }: ClusterMetadata): string {
    const partitions = topics.get(topic)?.partitions ?? []
    if (!this.#looksAtRacks) return String(partitions.length)
    return partitions.map(({ replicas }) => [...new Set(replicas.map((id) => brokers.get(id)?.rack ?? ''))].toSorted().join(',')).join(';')
  }
}

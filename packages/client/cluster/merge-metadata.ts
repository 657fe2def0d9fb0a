import type { Uuid } from '@odradek/common/bytes'
import { ZERO_UUID } from '@odradek/common/bytes'
import type { ErrorName } from '@odradek/protocol'
import { errorName } from '@odradek/protocol'
import type { Metadata } from '@odradek/protocol/messages'
import type { ResponseOf } from '@odradek/protocol/schema'
import { isMetadataError } from '../errors/index.ts'
import type { BrokerNode, ClusterMetadata, PartitionMetadata, TopicMetadata } from './metadata.ts'

export type MetadataAnswer = ResponseOf<typeof Metadata>

export interface MetadataUpdate {
  readonly answer: MetadataAnswer
  /** Before version 9 leader epochs are not to be relied on: a broker may give an old one after a restart. */
  readonly version: number
  /** Topics that were asked for; undefined: all there are. */
  readonly asked: ReadonlySet<string> | undefined
  /** Topics that are still of interest. Others are forgotten. */
  isTracked(this: void, topic: string): boolean
}

export interface Merged {
  readonly metadata: ClusterMetadata
  /** Something is missing or out of date, so that it should be asked for again soon. */
  readonly isIncomplete: boolean
}

/**
 * What is known after an answer of some broker, which may be behind what we know already.
 *
 * A partition is taken over when its leader epoch is not lower than the known one: from epoch 7, an answer with 6 changes nothing, one with 7 may
 * change the in-sync replicas. A new topic id is a new topic, and begins with any epoch. What such an answer lacks is kept and asked for again: a topic
 * with an error, a partition that was added a moment ago.
 */
export function mergeMetadata(known: ClusterMetadata, update: MetadataUpdate): Merged {
  const { answer, asked, isTracked } = update
  const topics = new Map<string, TopicMetadata>()
  const errors = new Map<string, ErrorName>()
  let isIncomplete = false

  for (const found of answer.topics) {
    const name = found.name ?? ''
    if (name === '' || !isTracked(name)) continue
    const before = known.topics.get(name)
    if (found.errorCode !== 0) {
      const error = errorName(found.errorCode)
      errors.set(name, error)
      if (isMetadataError(error)) isIncomplete = true
      if (before !== undefined) topics.set(name, before)
      continue
    }
    const merged = mergeTopic(before, found, update.version)
    topics.set(name, merged.topic)
    isIncomplete ||= merged.isIncomplete
  }

  for (const [name, topic] of known.topics) {
    // Whoever asks for all topics learns of deleted ones by their absence.
    if (topics.has(name) || errors.has(name) || asked === undefined || !isTracked(name)) continue
    if (asked.has(name)) isIncomplete = true
    topics.set(name, topic)
  }
  for (const [name, error] of known.errors) {
    if (!topics.has(name) && !errors.has(name) && asked?.has(name) === false && isTracked(name)) errors.set(name, error)
  }

  for (const name of asked ?? []) if (!topics.has(name) && !errors.has(name) && isTracked(name)) isIncomplete = true

  const metadata: ClusterMetadata = {
    revision: known.revision + 1,
    clusterId: answer.clusterId ?? known.clusterId,
    controllerId: answer.controllerId,
    brokers: new Map(
      answer.brokers.map(({ nodeId, host, port, rack }): [number, BrokerNode] => [
        nodeId,
        { id: nodeId, host, port, rack: rack ?? undefined },
      ]),
    ),
    topics,
    topicNames: namesOf(topics),
    errors,
  }
  return { metadata, isIncomplete }
}

/** What a cluster is before anything was asked: some addresses. They get the ids −1, −2 and so on. */
export function bootstrapMetadata(servers: readonly { readonly host: string; readonly port: number }[], revision = 0): ClusterMetadata {
  return {
    revision,
    clusterId: undefined,
    controllerId: -1,
    brokers: new Map(
      servers.map(({ host, port }, index): [number, BrokerNode] => [-1 - index, { id: -1 - index, host, port, rack: undefined }]),
    ),
    topics: new Map(),
    topicNames: new Map(),
    errors: new Map(),
  }
}

/** The same with another leader for one partition; undefined when that says nothing new. */
export function withLeader(
  known: ClusterMetadata,
  {
    topic: name,
    partition,
    leader,
    leaderEpoch,
    node,
  }: {
    readonly topic: string
    readonly partition: number
    readonly leader: number
    readonly leaderEpoch: number
    readonly node: BrokerNode | undefined
  },
): ClusterMetadata | undefined {
  const topic = known.topics.get(name)
  const before = topic?.partitions[partition]
  if (topic === undefined || before === undefined || leader < 0 || leaderEpoch <= before.leaderEpoch) return undefined
  if (node === undefined && !known.brokers.has(leader)) return undefined
  const partitions = topic.partitions.with(partition, { ...before, leader, leaderEpoch })
  return {
    ...known,
    revision: known.revision + 1,
    brokers: node === undefined ? known.brokers : new Map(known.brokers).set(leader, node),
    topics: new Map(known.topics).set(name, { ...topic, partitions }),
  }
}

type TopicAnswer = MetadataAnswer['topics'][number]

function mergeTopic(
  known: TopicMetadata | undefined,
  found: TopicAnswer,
  version: number,
): { readonly topic: TopicMetadata; readonly isIncomplete: boolean } {
  const topicId = found.topicId
  const isSame = known !== undefined && (known.topicId === topicId || known.topicId === ZERO_UUID || topicId === ZERO_UUID)
  const before = isSame ? known.partitions : []
  const highest = found.partitions.reduce((most, { partitionIndex }) => Math.max(most, partitionIndex), -1)
  // Without an id nobody can say whether this is the topic that had more partitions.
  const least = topicId === ZERO_UUID ? 0 : before.length
  const count = Math.max(least, Math.min(highest + 1, found.partitions.length + before.length))
  const answers = new Map(found.partitions.map((partition) => [partition.partitionIndex, partition]))
  let isIncomplete = false
  const partitions = Array.from({ length: count }, (_, index) => {
    const merged = mergePartition(before[index], answers.get(index), version)
    if (!merged.isTaken || merged.partition.leader < 0) isIncomplete = true
    return merged.partition
  })
  return { topic: { name: found.name ?? '', topicId, isInternal: found.isInternal, partitions }, isIncomplete }
}

function mergePartition(
  known: PartitionMetadata | undefined,
  found: TopicAnswer['partitions'][number] | undefined,
  version: number,
): { readonly partition: PartitionMetadata; readonly isTaken: boolean } {
  if (found === undefined) return { partition: known ?? nobody, isTaken: false }
  const leaderEpoch = version >= firstReliableEpochs ? found.leaderEpoch : -1
  if (known !== undefined && leaderEpoch >= 0 && leaderEpoch < known.leaderEpoch) return { partition: known, isTaken: false }
  return {
    partition: {
      leader: found.leaderId,
      leaderEpoch,
      replicas: found.replicaNodes,
      inSyncReplicas: found.isrNodes,
      offlineReplicas: found.offlineReplicas,
    },
    isTaken: true,
  }
}

const firstReliableEpochs = 9
const nobody: PartitionMetadata = { leader: -1, leaderEpoch: -1, replicas: [], inSyncReplicas: [], offlineReplicas: [] }

function namesOf(topics: ReadonlyMap<string, TopicMetadata>): ReadonlyMap<Uuid, string> {
  const names = new Map<Uuid, string>()
  for (const { name, topicId } of topics.values()) if (topicId !== ZERO_UUID) names.set(topicId, name)
  return names
}

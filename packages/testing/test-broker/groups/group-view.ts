import { Buffer } from 'node:buffer'
import type { Broker } from '@odradek/broker'
import { ByteReader, MalformedBytes } from '@odradek/common/bytes'

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A member of a group. */
export interface GroupMember {
  readonly memberId: string
  /** `group.instance.id` of a static member; null for others. */
  readonly instanceId: string | null
  readonly clientId: string
  /** What it was given; empty while the group rebalances. */
  readonly partitions: readonly TopicPartition[]
}

/** How far a group has committed a partition that it reads. */
export interface GroupOffset extends TopicPartition {
  /** Undefined while nothing is committed. */
  readonly committed: number | undefined
  /** How many records it has still to commit. */
  readonly lag: number
}

/** A consumer group, as the broker sees it. */
export interface GroupView {
  readonly groupId: string
  /** `Dead` when there is no such group. */
  readonly state: 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Empty' | 'Dead'
  readonly members: readonly GroupMember[]
  /** Of each partition that it has committed, or that a member has. */
  readonly offsets: readonly GroupOffset[]
  /** Of all partitions together. */
  readonly lag: number
}

const asker = { apiVersion: 6, clientId: 'odradek/test', clientHost: '/127.0.0.1' }

/** The group as it is now. */
export async function viewGroup({ groups, replicas }: Broker['services'], groupId: string): Promise<GroupView> {
  const described = await groups.describeGroups({ groups: [groupId], includeAuthorizedOperations: false }, asker)
  const group = described.groups[0]
  const members = (group?.members ?? []).map(({ memberId, groupInstanceId, clientId, memberAssignment }) => {
    return { memberId, instanceId: groupInstanceId ?? null, clientId, partitions: partitionsIn(memberAssignment) }
  })
  const committed = await committedBy(groups, groupId)
  for (const { topic, partition } of members.flatMap(({ partitions }) => partitions)) {
    const key = `${topic}-${partition}`
    if (!committed.has(key)) committed.set(key, { topic, partition, offset: undefined })
  }
  const offsets = [...committed.values()].map(({ topic, partition, offset }) => {
    const log = replicas.partition(topic, partition)?.log
    const lag = log === undefined ? 0 : Math.max(0, log.highWatermark - (offset ?? log.startOffset))
    return { topic, partition, committed: offset, lag }
  })
  return { groupId, state: stateOf(group?.groupState), members, offsets, lag: offsets.reduce((sum, { lag }) => sum + lag, 0) }
}

interface Committed extends TopicPartition {
  readonly offset: number | undefined
}

async function committedBy(groups: Broker['services']['groups'], groupId: string): Promise<Map<string, Committed>> {
  const all = { groupId, memberId: null, memberEpoch: -1, topics: null }
  const answer = await groups.fetchOffsets({ groupId: '', topics: null, groups: [all], requireStable: false }, { ...asker, apiVersion: 9 })
  const found = new Map<string, Committed>()
  for (const { name = '', partitions } of answer.groups?.[0]?.topics ?? [])
    for (const { partitionIndex = -1, committedOffset } of partitions)
      found.set(`${name}-${partitionIndex}`, { topic: name, partition: partitionIndex, offset: Number(committedOffset) })
  return found
}

function stateOf(state: string | undefined): GroupView['state'] {
  return states.find((known) => known === state) ?? 'Dead'
}

const states: readonly GroupView['state'][] = ['PreparingRebalance', 'CompletingRebalance', 'Stable', 'Empty', 'Dead']

/** An assignment as consumers write it: version, topics with their partitions, user data. One of another protocol shows as none. */
function partitionsIn(assignment: Uint8Array): readonly TopicPartition[] {
  if (assignment.byteLength === 0) return []
  const reader = new ByteReader(Buffer.from(assignment))
  try {
    reader.int16()
    const partitions: TopicPartition[] = []
    for (let topics = reader.int32(); topics > 0; topics--) {
      const topic = reader.utf8(reader.int16())
      for (let count = reader.int32(); count > 0; count--) partitions.push({ topic, partition: reader.int32() })
    }
    return partitions
  } catch (error) {
    if (error instanceof MalformedBytes) return []
    throw error
  }
}

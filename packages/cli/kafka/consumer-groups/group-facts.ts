import type { Admin, ConsumerGroupDescription, PartitionOffset, TopicPartition } from '@odradek/client'
import { inFuture, wrapped } from './group-error.ts'

/** How far a group has read a partition, and who reads it. What is not known is undefined. */
export interface PartitionRow {
  readonly topic: string
  readonly partition: number
  readonly offset: number | undefined
  readonly leaderEpoch: number | undefined
  readonly endOffset: number | undefined
  readonly lag: number | undefined
  readonly consumerId: string | undefined
  readonly host: string | undefined
  readonly clientId: string | undefined
}

export async function describedGroups(
  admin: Admin,
  groups: readonly string[],
  timeoutMs: number,
): Promise<readonly (readonly [string, ConsumerGroupDescription])[]> {
  const described = await inFuture(admin.describeConsumerGroups(groups, { timeoutMs }))
  return [...described].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

export type Committed = ReadonlyMap<string, PartitionOffset>
export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

export async function committedOffsets(admin: Admin, group: string, timeoutMs: number): Promise<Committed> {
  const offsets = await wrapped(admin.listConsumerGroupOffsets([group], { timeoutMs }).of(group))
  return new Map(
    [...offsets].flatMap(([place, offset]) => (offset === undefined ? [] : [[keyOf(place), { ...offset, ...place }] as const])),
  )
}

/** Members with most partitions first, then what nobody reads; within each by topic and number. */
export async function partitionRows(
  admin: Admin,
  group: string,
  { members }: ConsumerGroupDescription,
  timeoutMs: number,
): Promise<readonly PartitionRow[]> {
  const committed = await committedOffsets(admin, group, timeoutMs)
  const readers = members.filter(({ assignment }) => assignment.length > 0).toSorted((a, b) => b.assignment.length - a.assignment.length)
  const assigned = new Set(readers.flatMap(({ assignment }) => assignment.map(keyOf)))
  const unread = [...committed.values()].filter((place) => !assigned.has(keyOf(place)))
  const all = [...readers.flatMap(({ assignment }) => assignment), ...unread]
  const ends = await endOffsets(admin, all, timeoutMs)
  const rowsOf = (
    places: readonly TopicPartition[],
    who: Pick<PartitionRow, 'consumerId' | 'host' | 'clientId'>,
  ): readonly PartitionRow[] =>
    places.toSorted(inOrder).map(({ topic, partition }) => {
      const found = committed.get(keyOf({ topic, partition }))
      const endOffset = ends.get(keyOf({ topic, partition }))
      const lag = found === undefined || found.offset === -1 || endOffset === undefined ? undefined : endOffset - found.offset
      return { topic, partition, offset: found?.offset, leaderEpoch: found?.leaderEpoch, endOffset, lag, ...who }
    })
  return [
    ...readers.flatMap(({ assignment, memberId, host, clientId }) => rowsOf(assignment, { consumerId: memberId, host, clientId })),
    ...rowsOf(unread, { consumerId: undefined, host: undefined, clientId: undefined }),
  ]
}

/** Of partitions that have a leader. */
async function endOffsets(admin: Admin, places: readonly TopicPartition[], timeoutMs: number): Promise<ReadonlyMap<string, number>> {
  if (places.length === 0) return new Map()
  const topics = await wrapped(admin.describeTopics([...new Set(places.map(({ topic }) => topic))], { timeoutMs }))
  const led = places.filter(({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader !== undefined)
  const offsets = await wrapped(
    admin.listOffsets(
      led.map(({ topic, partition }) => ({ topic, partition, at: 'latest' as const })),
      { timeoutMs },
    ),
  )
  return new Map([...offsets].map(([place, { offset }]) => [keyOf(place), offset]))
}

const inOrder = (a: TopicPartition, b: TopicPartition): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1

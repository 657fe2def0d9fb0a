import type { Admin, ConsumerGroupDescription } from '@odradek/client'

/** How far a group has read one partition. */
export interface PartitionLag {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Null: nothing is committed. */
  readonly committed: number | null
  /** Null: the partition cannot be asked. */
  readonly end: number | null
  /** End − committed, never below 0; null when one of them is not known. */
  readonly lag: number | null
  /** Who reads it now. */
  readonly member: { readonly id: string; readonly clientId: string; readonly host: string } | null
}

export interface GroupLag {
  readonly group: string
  readonly state: string
  readonly type: string
  readonly assignor: string
  readonly members: number
  /** Of all partitions with a committed offset. */
  readonly lag: number
  readonly partitions: readonly PartitionLag[]
}

/** The groups named, with the partitions that they have committed or are assigned, in order. Rejects when one of them is not there. */
export async function groupLags(admin: Admin, groups: readonly string[]): Promise<readonly GroupLag[]> {
  if (groups.length === 0) return []
  const [described, committed] = await Promise.all([admin.describeConsumerGroups(groups), admin.listConsumerGroupOffsets(groups).settled()])
  const unended = groups.map((group) => {
    const description = described.get(group)
    const offsets = committed.get(group)
    const partitions = partitionsOf(group, description)
    if (offsets?.ok === true)
      for (const [{ topic, partition }, found] of offsets.value) {
        const key = `${topic} ${partition}`
        const before = partitions.get(key) ?? { group, topic, partition, committed: null, member: null }
        partitions.set(key, { ...before, committed: found?.offset ?? null })
      }
    return { group, description, partitions: [...partitions.values()].toSorted(inOrder) }
  })
  const places = new Map(
    unended.flatMap(({ partitions }) => partitions.map(({ topic, partition }) => [`${topic} ${partition}`, { topic, partition }] as const)),
  )
  const ends = await admin.listOffsets([...places.values()].map((place) => ({ ...place, at: 'latest' as const }))).settled()
  return unended.map(({ group, description, partitions }) => {
    const ended = partitions.map((partition): PartitionLag => {
      const found = ends.get({ topic: partition.topic, partition: partition.partition })
      const end = found?.ok === true ? found.value.offset : null
      return { ...partition, end, lag: end === null || partition.committed === null ? null : Math.max(0, end - partition.committed) }
    })
    return {
      group,
      state: description?.state ?? 'Unknown',
      type: description?.type ?? 'classic',
      assignor: description?.partitionAssignor ?? '',
      members: description?.members.length ?? 0,
      lag: ended.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
      partitions: ended,
    }
  })
}

type Unended = Omit<PartitionLag, 'end' | 'lag'>

function partitionsOf(group: string, description: ConsumerGroupDescription | undefined): Map<string, Unended> {
  const partitions = new Map<string, Unended>()
  for (const { memberId, clientId, host, assignment } of description?.members ?? [])
    for (const { topic, partition } of assignment)
      partitions.set(`${topic} ${partition}`, {
        group,
        topic,
        partition,
        committed: null,
        member: { id: memberId, clientId, host: host.replace(/^\//, '') },
      })
  return partitions
}

const inOrder = (a: Unended, b: Unended): number => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1)

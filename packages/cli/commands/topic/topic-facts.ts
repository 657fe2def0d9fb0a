import type { Admin } from '@odradek/client'

/** What a list of topics says of each. */
export interface TopicFacts {
  readonly name: string
  readonly id: string
  readonly internal: boolean
  readonly partitions: number
  readonly replicationFactor: number
  /** Partitions of which a replica is not in sync, or that have no leader. */
  readonly underReplicated: number
  /** Offsets between the beginning and the end of all partitions: with compaction and transactions there are fewer records. */
  readonly records: number
}

/** Of the topics named, in the order of their names. */
export async function topicFacts(admin: Admin, names: readonly string[]): Promise<readonly TopicFacts[]> {
  const described = await admin.describeTopics(names)
  const partitions = [...described.values()].flatMap(({ name, partitions: all }) =>
    all.filter(({ leader }) => leader !== undefined).map(({ partition }) => ({ topic: name, partition })),
  )
  const [begins, ends] = await Promise.all(
    (['earliest', 'latest'] as const).map((at) => admin.listOffsets(partitions.map((partition) => ({ ...partition, at }))).settled()),
  )
  const sums = new Map<string, number>()
  for (const [{ topic }, end] of ends ?? []) sums.set(topic, (sums.get(topic) ?? 0) + (end.ok ? end.value.offset : 0))
  for (const [{ topic }, begin] of begins ?? []) sums.set(topic, (sums.get(topic) ?? 0) - (begin.ok ? begin.value.offset : 0))
  return [...described.values()]
    .map((topic) => ({
      name: topic.name,
      id: topic.topicId,
      internal: topic.internal,
      partitions: topic.partitions.length,
      replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
      underReplicated: topic.partitions.filter(
        ({ leader, replicas, inSyncReplicas }) => leader === undefined || inSyncReplicas.length < replicas.length,
      ).length,
      records: sums.get(topic.name) ?? 0,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

import type { Admin } from '@odradek/client'
import type { CurrentTopic } from './plan.ts'

/** The topics that are there: those named, or with `all` every one that is not Kafka's own. */
export async function currentTopics(admin: Admin, names: readonly string[], all: boolean): Promise<ReadonlyMap<string, CurrentTopic>> {
  const listed = await admin.listTopics()
  const wanted = [...listed.keys()].filter((name) => all || names.includes(name)).toSorted()
  if (wanted.length === 0) return new Map()
  const [topics, configs] = await Promise.all([
    admin.describeTopics(wanted),
    admin.describeConfigs(
      wanted.map((name) => ({ type: 'TOPIC' as const, name })),
      { includeSynonyms: true },
    ),
  ])
  return new Map(
    wanted.map((name) => {
      const entries = [...(configs.get({ type: 'TOPIC', name })?.values() ?? [])]
      const partitions = topics.get(name)?.partitions ?? []
      const own = entries.filter(({ source }) => source === 'DYNAMIC_TOPIC_CONFIG')
      return [
        name,
        {
          partitions: partitions.length,
          replicas: partitions[0]?.replicas.length ?? 0,
          config: Object.fromEntries(own.map((entry) => [entry.name, entry.value ?? ''])),
          defaults: Object.fromEntries(
            entries.map((entry) => [entry.name, (entry.source === 'DYNAMIC_TOPIC_CONFIG' ? entry.synonyms[1]?.value : entry.value) ?? '']),
          ),
        },
      ]
    }),
  )
}

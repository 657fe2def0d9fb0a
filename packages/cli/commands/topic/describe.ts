import type { Admin, TopicDescription } from '@odradek/client'
import { command } from '../command.ts'
import { flag } from '../options.ts'
import { someWords } from '../words.ts'
import { chooseTopics } from './choose-topics.ts'

interface Described {
  readonly name: string
  readonly id: string
  readonly internal: boolean
  readonly config: Readonly<Record<string, string | null>>
  readonly partitions: readonly {
    readonly partition: number
    readonly leader: number | null
    readonly replicas: readonly number[]
    readonly inSyncReplicas: readonly number[]
    readonly begin: number | null
    readonly end: number | null
  }[]
}

export const topicDescribe = command({
  path: 'topic describe',
  summary: 'show partitions, offsets and settings of topics',
  words: 'NAME…',
  options: { regex: flag('the names are regular expressions that match whole names', { short: 'r' }) },
  examples: ['odradek topic describe orders'],
  completes: 'topic',
  async run({ options, words, admin, output }) {
    const client = await admin()
    const names = await chooseTopics(client, someWords(words, 'topics'), { asPattern: options.regex })
    const topics = await describe(client, names)
    if (output.isForPeople) {
      for (const topic of topics) await output.item({ data: topic, text: heading(topic) })
      await output.list({
        columns: [
          { name: 'TOPIC', of: ({ topic }) => topic },
          { name: 'PARTITION', of: ({ partition }) => partition },
          { name: 'LEADER', of: ({ leader }) => leader ?? 'none' },
          { name: 'REPLICAS', of: ({ replicas }) => replicas.join(',') },
          { name: 'IN-SYNC', of: ({ inSyncReplicas }) => inSyncReplicas.join(',') },
          { name: 'BEGIN', of: ({ begin }) => begin ?? undefined },
          { name: 'END', of: ({ end }) => end ?? undefined },
        ],
        rows: topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, ...partition }))),
        data: (row) => row,
        nameOf: ({ topic }) => topic,
      })
      return
    }
    await output.list({
      columns: [
        { name: 'TOPIC', of: ({ name }) => name },
        { name: 'ID', of: ({ id }) => id },
        { name: 'PARTITIONS', of: ({ partitions }) => partitions.length },
      ],
      rows: topics,
      data: (topic) => topic,
      nameOf: ({ name }) => name,
    })
  },
})

async function describe(admin: Admin, names: readonly string[]): Promise<readonly Described[]> {
  if (names.length === 0) return []
  const [topics, configs] = await Promise.all([
    admin.describeTopics(names),
    admin.describeConfigs(names.map((name) => ({ type: 'TOPIC' as const, name }))).settled(),
  ])
  const places = [...topics.values()].flatMap(({ name, partitions }) =>
    partitions.filter(({ leader }) => leader !== undefined).map(({ partition }) => ({ topic: name, partition })),
  )
  const [begins, ends] = await Promise.all([
    admin.listOffsets(places.map((place) => ({ ...place, at: 'earliest' as const }))).settled(),
    admin.listOffsets(places.map((place) => ({ ...place, at: 'latest' as const }))).settled(),
  ])
  const offset = (of: typeof begins, topic: string, partition: number): number | null => {
    const found = of.get({ topic, partition })
    return found?.ok === true ? found.value.offset : null
  }
  const own = new Map([...configs].map(([{ name }, outcome]) => [name, outcome.ok ? outcome.value : []]))
  return [...topics.values()].map((topic: TopicDescription) => ({
    name: topic.name,
    id: topic.topicId,
    internal: topic.internal,
    config: Object.fromEntries(
      [...(own.get(topic.name) ?? new Map()).values()].filter(({ isDefault }) => !isDefault).map(({ name, value }) => [name, value]),
    ),
    partitions: topic.partitions.map(({ partition, leader, replicas, inSyncReplicas }) => ({
      partition,
      leader: leader ?? null,
      replicas,
      inSyncReplicas,
      begin: offset(begins, topic.name, partition),
      end: offset(ends, topic.name, partition),
    })),
  }))
}

function heading({ name, id, config }: Described): string {
  const settings = Object.entries(config).map(([key, value]) => `  ${key} = ${value ?? 'null'}\n`)
  return `${name}  ${id}\n${settings.length === 0 ? '' : settings.join('')}\n`
}

import type { Admin, TopicPartition } from '@odradek/client'
import { UserError } from '@odradek/common/errors'
import { UsageError } from '../../usage-error.ts'
import { command } from '../command.ts'
import { failures } from '../failures.ts'
import { flag, text, texts } from '../options.ts'
import { momentMs } from '../units/moment.ts'
import { oneWord } from '../words.ts'

interface Change {
  readonly topic: string
  readonly partition: number
  readonly before: number | null
  readonly offset: number
}

export const groupReset = command({
  path: 'group reset',
  summary: 'set the offsets of a group without members',
  words: 'NAME',
  options: {
    to: text('WHERE', 'start, end, an offset (42), so many on or back (+10, -10), or a moment (@2h ago, @2026-11-28T10:00:00Z)'),
    topic: texts('TOPIC[:N,N]', 'of these topics or partitions only; without it, of all that the group has committed', { short: 't' }),
    execute: flag('do it; without it, only show what would be'),
  },
  examples: ['odradek group reset billing --to start', 'odradek group reset billing --to @2h -t orders:0,1 --execute'],
  completes: 'group',
  async run({ options, words, admin, output, terminal, now }) {
    const group = oneWord(words, 'a group')
    if (options.to === undefined) throw new UsageError('say where to: --to start, end, 42, +10, -10, @2h')
    const client = await admin()
    const committed = await committedOf(client, group)
    const places = await placesOf(client, options.topic, committed)
    if (places.length === 0) throw new UserError(`the group ${group} has committed nothing; name topics with -t`)
    const changes = await changesOf(client, places, options.to, committed, now())
    await output.list({
      columns: [
        { name: 'TOPIC', of: ({ topic }) => topic },
        { name: 'PARTITION', of: ({ partition }) => partition },
        { name: 'BEFORE', of: ({ before }) => before ?? undefined },
        { name: 'AFTER', of: ({ offset }) => offset },
      ],
      rows: changes,
      data: ({ topic, partition, before, offset }) => ({ group, topic, partition, before, after: offset }),
      nameOf: ({ topic, partition }) => `${topic}-${partition}`,
    })
    if (!options.execute) {
      terminal.err('Nothing was changed; --execute does it\n')
      return 0
    }
    const outcomes = await client
      .alterConsumerGroupOffsets(
        group,
        changes.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
      )
      .settled()
    return failures(outcomes, ({ topic, partition }) => `${topic}-${partition}`, terminal)
  },
})

type Committed = ReadonlyMap<string, TopicPartition & { readonly offset: number }>
const keyOf = ({ topic, partition }: TopicPartition): string => `${topic} ${partition}`

async function committedOf(admin: Admin, group: string): Promise<Committed> {
  const offsets = await admin.listConsumerGroupOffsets([group]).of(group)
  const known = [...offsets].flatMap(([place, found]) =>
    found === undefined ? [] : [[keyOf(place), { ...place, offset: found.offset }] as const],
  )
  return new Map(known)
}

/** `orders`, `orders:0,2`. */
async function placesOf(admin: Admin, given: readonly string[], committed: Committed): Promise<readonly TopicPartition[]> {
  if (given.length === 0) return [...committed.values()].map(({ topic, partition }) => ({ topic, partition }))
  const wanted = given.map((one) => {
    const [, topic = '', numbers] = /^(.+?)(?::(\d+(?:,\d+)*))?$/.exec(one) ?? []
    if (topic === '') throw new UsageError(`-t ${one}: write it as orders or orders:0,2`)
    return { topic, numbers: numbers?.split(',').map(Number) }
  })
  const described = await admin.describeTopics([...new Set(wanted.map(({ topic }) => topic))])
  return wanted.flatMap(({ topic, numbers }) => {
    const there = described.get(topic)?.partitions.map(({ partition }) => partition) ?? []
    const none = numbers?.find((number) => !there.includes(number))
    if (none !== undefined) throw new UserError(`${topic} has no partition ${none}; it has ${there.length}`)
    return (numbers ?? there).map((partition) => ({ topic, partition }))
  })
}

/** Where each partition is to be, never outside of what is there. */
async function changesOf(
  admin: Admin,
  places: readonly TopicPartition[],
  to: string,
  committed: Committed,
  nowMs: number,
): Promise<readonly Change[]> {
  const listed = (at: 'earliest' | 'latest' | { readonly timestamp: number }) =>
    admin.listOffsets(places.map((place) => ({ ...place, at })))
  const [begins, ends] = await Promise.all([listed('earliest'), listed('latest')])
  const moment = to.startsWith('@') ? await listed({ timestamp: momentMs('--to', to.slice(1), nowMs) }) : undefined
  return places.map((place) => {
    const begin = begins.get(place)?.offset ?? 0
    const end = ends.get(place)?.offset ?? 0
    const before = committed.get(keyOf(place))?.offset
    const wanted = ((): number => {
      if (to === 'start') return begin
      if (to === 'end') return end
      if (moment !== undefined) {
        const found = moment.get(place)?.offset ?? -1
        return found < 0 ? end : found
      }
      if (/^\d+$/.test(to)) return Number(to)
      if (!/^[+-]\d+$/.test(to)) throw new UsageError(`--to ${to}: it is start, end, 42, +10, -10 or @2h`)
      if (before === undefined)
        throw new UserError(
          `${place.topic}-${place.partition} has no committed offset to go ${to} from; use start, end, an offset or a moment`,
        )
      return before + Number(to)
    })()
    return { ...place, before: before ?? null, offset: Math.min(Math.max(wanted, begin), end) }
  })
}

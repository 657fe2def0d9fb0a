import { command } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { failures } from '../failures.ts'
import { count, flag, text } from '../options.ts'
import { momentMs } from '../units/moment.ts'
import { oneWord } from '../words.ts'
import { UsageError } from '../../usage-error.ts'
import { chooseTopics } from './choose-topics.ts'

export const topicTrim = command({
  path: 'topic trim',
  summary: 'delete the oldest records of a topic',
  words: 'NAME',
  options: {
    before: text('MOMENT', 'those older than this: 2h (ago), 2026-11-28, 2026-11-28T10:00:00Z, or `now` for all'),
    partition: count('N', 'of this partition only'),
    offset: count('N', 'those before this offset, of one partition'),
    yes: flag('do not ask', { short: 'y' }),
  },
  examples: ['odradek topic trim clicks --before 7d'],
  completes: 'topic',
  async run({ options, words, admin, output, terminal, now }) {
    const client = await admin()
    const [topic = ''] = await chooseTopics(client, [oneWord(words, 'a topic')])
    const partitions = (await client.describeTopics([topic])).get(topic)?.partitions.map(({ partition }) => partition) ?? []
    const wanted = options.partition === undefined ? partitions : [options.partition]
    if ((options.before === undefined) === (options.offset === undefined))
      throw new UsageError('give one of --before MOMENT and --offset N')
    if (options.offset !== undefined && options.partition === undefined)
      throw new UsageError('--offset is of one partition: add --partition N')
    const before = await offsetsBefore()
    if (
      !options.yes &&
      !(await confirmed(
        terminal,
        `Delete records of ${before.map(({ partition, beforeOffset }) => `${topic}-${partition} below ${beforeOffset}`).join(', ')}?`,
      ))
    )
      return 1
    const outcomes = await client.deleteRecords(before).settled()
    await output.list({
      columns: [
        { name: 'TOPIC', of: () => topic },
        { name: 'PARTITION', of: ({ partition }) => partition },
        { name: 'BEGIN', of: ({ begin }) => begin },
      ],
      rows: [...outcomes].flatMap(([{ partition }, outcome]) =>
        outcome.ok ? [{ topic, partition, begin: outcome.value.lowWatermark }] : [],
      ),
      data: (row) => row,
      nameOf: (row) => `${topic}-${row.partition}`,
    })
    return failures(outcomes, ({ partition }) => `${topic}-${partition}`, terminal)

    async function offsetsBefore(): Promise<
      readonly { readonly topic: string; readonly partition: number; readonly beforeOffset: number }[]
    > {
      const { before: moment = 'now', offset } = options
      if (offset !== undefined) return wanted.map((partition) => ({ topic, partition, beforeOffset: offset }))
      const at = moment === 'now' ? ('latest' as const) : { timestamp: momentMs('--before', moment, now()) }
      const found = await client.listOffsets(wanted.map((partition) => ({ topic, partition, at })))
      const ends = await client.listOffsets(wanted.map((partition) => ({ topic, partition, at: 'latest' as const })))
      // Nothing is as young as that: all of it is older.
      return [...found].map(([place, { offset: at }]) => ({ ...place, beforeOffset: at < 0 ? (ends.get(place)?.offset ?? 0) : at }))
    }
  },
})

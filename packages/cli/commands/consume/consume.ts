import { styleText } from 'node:util'
import type { Consumer, PartitionOffset, TopicPartition } from '@odradek/client'
import { UsageError } from '../../usage-error.ts'
import { command } from '../command.ts'
import { formatYaml } from '../../yaml/yaml.ts'
import { count, flag, text, texts } from '../options.ts'
import { csvLine } from '../output/csv.ts'
import { chooseTopics } from '../topic/choose-topics.ts'
import { someWords } from '../words.ts'
import { filterOf } from './filters.ts'
import { recordData, recordFormat, recordLine } from './record-text.ts'
import type { ShownRecord } from './record-text.ts'
import { startOf, startOffsets } from './start-offsets.ts'

export const consume = command({
  path: 'consume',
  summary: 'read records; goes on as they come, until Ctrl-C',
  words: 'TOPIC…',
  options: {
    from: text(
      'WHERE',
      'start, end, an offset (42), -10 for the last ten of each partition, a moment (@2h, @2026-11-28T10:00:00Z); start when not given',
      { short: 's' },
    ),
    exit: flag('end when all is read that is there now', { short: 'e' }),
    max: count('N', 'end after so many records', { short: 'n' }),
    partition: count('N', 'this partition only', { short: 'p' }),
    group: text('GROUP', 'as a member of this group, which remembers what was read', { short: 'g' }),
    regex: flag('the names are regular expressions that match whole names', { short: 'r' }),
    grep: text('REGEX', 'only records whose value has this'),
    key: text('REGEX', 'only records whose key has this', { short: 'k' }),
    header: texts('NAME[=VALUE]', 'only records with this header', { short: 'H' }),
    format: text('FORM', 'a form of your own: %t %p %o %k %v %h %d, \\n', { short: 'f' }),
    'json-values': flag('in JSON and YAML, values that are JSON are shown as what they mean'),
    committed: flag('only what no transaction may take back (read_committed)'),
  },
  examples: [
    'odradek consume orders -e',
    'odradek consume orders -s -10 -o jsonl',
    "odradek consume clicks -s @1h --grep error -f '%d %v\\n'",
  ],
  completes: 'topic',
  async run({ options, words, kafka, admin, output, terminal, now }) {
    const wanted = someWords(words, 'topics')
    if (options.group !== undefined && options.partition !== undefined)
      throw new UsageError('a group shares the partitions out by itself: leave --partition or --group out')
    if (options.group !== undefined && options.exit)
      throw new UsageError('--exit needs to know all partitions, and a group shares them out: leave --exit or --group out')
    const start = startOf('--from', options.from ?? 'start', now())
    const isWanted = filterOf(options)
    const write = writerOf(options, output.format, terminal.outputIsTerminal)
    const topics = await chooseTopics(await admin(), wanted, { asPattern: options.regex })
    const client = await kafka()
    const consumer = client.consumer({
      ...(options.group === undefined ? {} : { groupId: options.group }),
      // What was shown is committed, also of a batch that the loop is left with.
      enableAutoCommit: false,
      autoOffsetReset: start.kind === 'end' ? 'latest' : 'earliest',
      isolationLevel: options.committed ? 'read_committed' : 'read_uncommitted',
    })
    const stop = AbortSignal.any([terminal.interrupted, terminal.outputClosed])
    const left = options.group === undefined ? await assign(consumer) : undefined
    if (options.group !== undefined) consumer.subscribe(topics)
    const next = new Map<string, PartitionOffset>()
    let committedMs = now()
    let shown = 0
    if (left?.size !== 0 && options.max !== 0)
      for await (const batch of consumer.batches({ signal: stop })) {
        for (const record of batch) {
          const one: ShownRecord = record
          if (options.group !== undefined)
            next.set(keyOf(record), { topic: record.topic, partition: record.partition, offset: record.offset + 1 })
          if (!isWanted(one)) continue
          const waiting = write(one)
          await terminal.out(waiting)
          if (++shown === options.max) break
        }
        if (shown === options.max || isOver(batch)) break
        if (now() - committedMs > 1000) await commitShown()
      }
    await commitShown()
    await consumer.close()
    return terminal.outputClosed.aborted ? 0 : undefined

    /** Commits of the partitions that are still ours. */
    async function commitShown(): Promise<void> {
      const owned = new Set(consumer.assignment().map(keyOf))
      const offsets = [...next].filter(([key]) => owned.has(key)).map(([, offset]) => offset)
      next.clear()
      committedMs = now()
      if (offsets.length > 0) await consumer.commit(offsets)
    }

    /** Assigns all partitions from where they are to be read; gives where each ends now, for `--exit`. */
    async function assign(reader: Consumer): Promise<Map<string, number> | undefined> {
      const described = await (await admin()).describeTopics(topics)
      const partitions = [...described.values()].flatMap(({ name, partitions: all }) =>
        all
          .filter(({ partition }) => options.partition === undefined || partition === options.partition)
          .map(({ partition }) => ({ topic: name, partition })),
      )
      if (partitions.length === 0) throw new UsageError(`--partition ${options.partition ?? 0}: no topic has it`)
      const offsets = await startOffsets(reader, partitions, start)
      reader.assign(partitions)
      for (const offset of offsets) reader.seek(offset)
      if (!options.exit) return undefined
      const ends = await reader.endOffsets(partitions)
      const begins = new Map(offsets.map(({ topic, partition, offset }) => [keyOf({ topic, partition }), offset]))
      return new Map(ends.filter((end) => (begins.get(keyOf(end)) ?? 0) < end.offset).map((end) => [keyOf(end), end.offset]))
    }

    function isOver(batch: TopicPartition & { readonly nextOffset: number }): boolean {
      const end = left?.get(keyOf(batch))
      if (end !== undefined && batch.nextOffset >= end) left?.delete(keyOf(batch))
      return left?.size === 0
    }
  },
})

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic} ${partition}`

function writerOf(
  options: { readonly format: string | undefined; readonly 'json-values': boolean },
  form: string,
  isTerminal: boolean,
): (record: ShownRecord) => string | Uint8Array {
  if (options.format !== undefined) return recordFormat(options.format)
  const data = (record: ShownRecord): Readonly<Record<string, unknown>> => recordData(record, { jsonValues: options['json-values'] })
  const style = (kind: 'dim' | 'bold', words: string): string => (isTerminal ? styleText(kind, words) : words)
  switch (form) {
    // A stream has no end, so each record is a document of its own.
    case 'json':
    case 'jsonl':
      return (record) => `${JSON.stringify(data(record))}\n`
    case 'yaml':
      return (record) => `---\n${formatYaml(data(record))}`
    case 'csv':
      return (record) => csvLine(['topic', 'partition', 'offset', 'timestamp', 'key', 'value'].map((name) => asCell(data(record)[name])))
    case 'name':
      return (record) => `${record.topic}-${record.partition}@${record.offset}\n`
    default:
      return (record) => recordLine(record, style)
  }
}

const asCell = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)

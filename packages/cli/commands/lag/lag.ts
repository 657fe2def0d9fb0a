import { chooseGroups } from '../group/choose-groups.ts'
import { groupLags } from '../group/group-lag.ts'
import type { PartitionLag } from '../group/group-lag.ts'
import { command } from '../command.ts'
import { flag, text } from '../options.ts'
import type { Output } from '../output/output.ts'
import { formatDuration, wantedDurationMs } from '../units/duration.ts'
import { LagHistory } from './lag-history.ts'

export const lag = command({
  path: 'lag',
  summary: 'how far groups are behind, and whether they catch up',
  words: '[GROUP…]',
  options: {
    watch: flag('look again and again, until Ctrl-C', { short: 'w' }),
    interval: text('DURATION', 'how often with --watch (2s)'),
    partitions: flag('a line a partition, not a topic', { short: 'p' }),
  },
  examples: ['odradek lag', 'odradek lag billing --watch', 'odradek lag -o jsonl --watch --interval 10s'],
  completes: 'group',
  async run({ options, words, admin, output, terminal, now }) {
    const client = await admin()
    const intervalMs = options.interval === undefined ? 2000 : wantedDurationMs('--interval', options.interval)
    const history = new LagHistory()
    for (;;) {
      const groups = await groupLags(client, await chooseGroups(client, words))
      const rows = groups
        .flatMap((group) => rowsOf(group.partitions, options.partitions))
        .map((row) => ({ ...row, ...history.add(row, now()) }))
      if (options.watch && terminal.outputIsTerminal && output.isForPeople) await terminal.out('\u001B[H\u001B[2J')
      await write(output, rows, options.partitions)
      if (!options.watch) return
      await Promise.race([wait(intervalMs), whenAborted(terminal.interrupted), whenAborted(terminal.outputClosed)])
      if (terminal.interrupted.aborted || terminal.outputClosed.aborted) return
    }
  },
})

interface Row {
  readonly group: string
  readonly topic: string
  /** Undefined: all of the topic. */
  readonly partition: number | undefined
  readonly lag: number
  readonly end: number
  readonly committed: number
}

/** Only what has both a committed offset and an end. */
function rowsOf(partitions: readonly PartitionLag[], each: boolean): readonly Row[] {
  const rows = new Map<string, Row>()
  for (const { group, topic, partition, lag: behind, end, committed } of partitions) {
    if (behind === null || end === null || committed === null) continue
    const key = each ? `${topic} ${partition}` : topic
    const before = rows.get(key) ?? { group, topic, partition: each ? partition : undefined, lag: 0, end: 0, committed: 0 }
    rows.set(key, { ...before, lag: before.lag + behind, end: before.end + end, committed: before.committed + committed })
  }
  return [...rows.values()]
}

async function write(output: Output, rows: readonly (Row & ReturnType<LagHistory['add']>)[], each: boolean): Promise<void> {
  await output.list({
    columns: [
      { name: 'GROUP', of: ({ group }) => group },
      { name: 'TOPIC', of: ({ topic }) => topic },
      ...(each ? [{ name: 'PARTITION', of: ({ partition }: Row) => partition }] : []),
      { name: 'LAG', of: (row) => row.lag },
      { name: 'IN/S', of: ({ producedPerSecond }) => rounded(producedPerSecond) },
      { name: 'OUT/S', of: ({ consumedPerSecond }) => rounded(consumedPerSecond) },
      {
        name: 'CAUGHT UP',
        of: ({ caughtUpMs, lag: behind }) =>
          behind === 0 ? 'now' : caughtUpMs === undefined ? undefined : `in ${formatDuration(caughtUpMs)}`,
      },
    ],
    rows,
    data: (row) => ({
      group: row.group,
      topic: row.topic,
      ...(row.partition === undefined ? {} : { partition: row.partition }),
      lag: row.lag,
      producedPerSecond: row.producedPerSecond ?? null,
      consumedPerSecond: row.consumedPerSecond ?? null,
      caughtUpMs: row.caughtUpMs ?? null,
    }),
    nameOf: ({ group }) => group,
    whenEmpty: 'No group has committed anything.',
  })
}

const rounded = (rate: number | undefined): number | undefined => (rate === undefined ? undefined : Math.round(rate))
const wait = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))
const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((next) => (signal.aborted ? next() : signal.addEventListener('abort', () => next(), { once: true })))

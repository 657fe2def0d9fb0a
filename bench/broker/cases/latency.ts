import { onDisk, pageCache } from '../bench-case.ts'
import type { Goal, LoadCase } from '../bench-case.ts'
import { percentiles, throughput, underLoad } from '../measured.ts'

interface Shape {
  readonly name: string
  readonly question: string
  readonly settings: LoadCase['settings']
  readonly rate: number
  readonly records: number
  /** Runs are made this much longer, for enough samples. */
  readonly times: number
  readonly goals: Readonly<Record<string, Goal>>
}

const shown = [
  'p50',
  'p99',
  'p999',
  'max',
  'endToEndP50',
  'endToEndP99',
  'endToEndP999',
  'endToEndMax',
  'lateP99',
  'cpuPerRequestMicros',
] as const

/** An open loop: batches at a steady rate, each counted from when it was due; a consumer that waits for them beside it. */
export const latencyCases: readonly LoadCase[] = [
  {
    name: 'latency-50',
    question: '50 single records a second, page cache on both sides',
    settings: pageCache,
    rate: 50,
    records: 1,
    times: 2,
    goals: { p50: { atMost: 0.5 }, p99: { atMost: 0.5 } },
  },
  {
    name: 'latency-1000',
    question: '1000 batches of 10 records a second, page cache on both sides',
    settings: pageCache,
    rate: 1000,
    records: 10,
    times: 4,
    goals: {
      p50: { atMost: 0.5 },
      p99: { atMost: 0.25 },
      p999: { atMost: 0.5 },
      endToEndP50: { atMost: 0.6 },
      endToEndP99: { atMost: 0.25 },
      endToEndP999: { atMost: 0.5 },
    },
  },
  {
    name: 'latency-200',
    question: '200 batches of 500 records a second, page cache on both sides',
    settings: pageCache,
    rate: 200,
    records: 500,
    times: 2,
    goals: {},
  },
  {
    name: 'latency-fsync-1000',
    question: '1000 batches of 10 records a second, each on disk before it is acknowledged',
    settings: onDisk,
    rate: 1000,
    records: 10,
    times: 4,
    goals: { p99: { atMost: 0.1 } },
  },
].map(latencyCase)

function latencyCase({ name, question, settings, rate, records, times, goals }: Shape): LoadCase {
  return {
    kind: 'load',
    name,
    question: `latency, ${question}`,
    shows: Object.fromEntries(shown.map((metric) => [metric, goals[metric]])),
    settings,
    async run({ broker, load, seconds, topic }) {
      const { port } = broker
      await load.run('topics', { port, prefix: topic })
      const options = { port, topic, rate, records, record: 100, acks: -1, seconds: seconds * times }
      const { result, cost } = await underLoad(broker, () => load.run('latency', options))
      await load.run('topics', { port, prefix: topic, action: 'delete' })
      const { ack, endToEnd, late } = result.distributions
      return { ...throughput(result, cost), ...percentiles(ack), ...percentiles(endToEnd, 'endToEnd'), ...percentiles(late, 'late') }
    },
  }
}

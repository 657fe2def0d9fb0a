import { pageCache } from '../bench-case.ts'
import type { Goal, LoadCase } from '../bench-case.ts'
import { percentiles, throughput, underLoad } from '../measured.ts'

interface Shape {
  readonly name: string
  readonly question: string
  readonly connections: number
  readonly partitions: number
  readonly recordBytes: number
  readonly batchBytes: number
  readonly goals: Readonly<Record<string, Goal>>
}

const shown = [
  'requestsPerSecond',
  'recordsPerSecond',
  'megabytesPerSecond',
  'cpuPerRequestMicros',
  'cpuPerGigabyte',
  'p50',
  'p99',
  'max',
  'residentMegabytes',
] as const

/** Page cache against page cache: what a request and a byte cost. */
export const produceCases: readonly LoadCase[] = [
  {
    name: 'produce-1k-1',
    question: '1 KB batches of 100 B records, one connection with 5 requests under way',
    connections: 1,
    partitions: 1,
    recordBytes: 100,
    batchBytes: 1000,
    goals: { requestsPerSecond: { atLeast: 4 }, cpuPerRequestMicros: { atMost: 0.25 } },
  },
  {
    name: 'produce-1k-8',
    question: '1 KB batches of 100 B records, 8 connections, 6 partitions',
    connections: 8,
    partitions: 6,
    recordBytes: 100,
    batchBytes: 1000,
    goals: { cpuPerRequestMicros: { atMost: 0.25 }, p99: { atMost: 1 / 3 } },
  },
  {
    name: 'produce-1k-64',
    question: '1 KB batches of 100 B records, 64 connections, 6 partitions',
    connections: 64,
    partitions: 6,
    recordBytes: 100,
    batchBytes: 1000,
    goals: { cpuPerRequestMicros: { atMost: 0.25 }, p99: { atMost: 1 / 3 } },
  },
  {
    name: 'produce-16k-100b',
    question: '16 KB batches of 100 B records, 8 connections, 6 partitions',
    connections: 8,
    partitions: 6,
    recordBytes: 100,
    batchBytes: 16_000,
    goals: { cpuPerGigabyte: { atMost: 0.35 } },
  },
  {
    name: 'produce-16k-1k',
    question: '16 KB batches of 1 KB records, 8 connections, 6 partitions',
    connections: 8,
    partitions: 6,
    recordBytes: 1000,
    batchBytes: 16_000,
    goals: { cpuPerGigabyte: { atMost: 0.4 }, megabytesPerSecond: { atLeast: 2 } },
  },
  {
    name: 'produce-100k',
    question: '100 KB batches of 1 KB records, 8 connections, 6 partitions',
    connections: 8,
    partitions: 6,
    recordBytes: 1000,
    batchBytes: 100_000,
    goals: { cpuPerGigabyte: { atMost: 0.8 } },
  },
].map(produceCase)

function produceCase({ name, question, goals, ...shape }: Shape): LoadCase {
  return {
    kind: 'load',
    name,
    question: `produce, ${question}, acks=all, page cache on both sides`,
    shows: Object.fromEntries(shown.map((metric) => [metric, goals[metric]])),
    settings: pageCache,
    async run({ broker, load, seconds, topic }) {
      const { port } = broker
      const { connections, partitions, recordBytes: record, batchBytes: batch } = shape
      await load.run('topics', { port, prefix: topic, partitions })
      const options = { port, topic, connections, partitions, record, batch, in_flight: 5, acks: -1, seconds }
      const { result, cost } = await underLoad(broker, () => load.run('produce', options))
      await load.run('topics', { port, prefix: topic, action: 'delete' })
      return { ...throughput(result, cost), ...percentiles(result.distributions['latency']) }
    },
  }
}

import { pageCache } from '../bench-case.ts'
import type { Goal, LoadCase } from '../bench-case.ts'
import { throughput, underLoad } from '../measured.ts'

interface Shape {
  readonly name: string
  readonly recordBytes: number
  readonly batchBytes: number
  readonly maxBytes: number
  /** Size of the partition: 4 MB lie in anybody's memory, 256 MB come from the file (and the page cache). */
  readonly logMegabytes: number
  readonly goals: Readonly<Record<string, Goal>>
}

const shown = [
  'megabytesPerSecond',
  'requestsPerSecond',
  'recordsPerSecond',
  'cpuPerGigabyte',
  'cpuPerRequestMicros',
  'residentMegabytes',
] as const

/** One consumer reads a partition from start to end, again and again. */
export const fetchCases: readonly LoadCase[] = [
  {
    name: 'fetch-1m-100b',
    recordBytes: 100,
    batchBytes: 16_000,
    maxBytes: 1 << 20,
    logMegabytes: 4,
    goals: { cpuPerGigabyte: { atMost: 0.5 } },
  },
  {
    name: 'fetch-1m-1k',
    recordBytes: 1000,
    batchBytes: 16_000,
    maxBytes: 1 << 20,
    logMegabytes: 4,
    goals: { cpuPerGigabyte: { atMost: 0.5 } },
  },
  {
    name: 'fetch-64k-100b',
    recordBytes: 100,
    batchBytes: 16_000,
    maxBytes: 1 << 16,
    logMegabytes: 4,
    goals: { cpuPerGigabyte: { atMost: 0.4 } },
  },
  {
    name: 'fetch-64k-1k',
    recordBytes: 1000,
    batchBytes: 16_000,
    maxBytes: 1 << 16,
    logMegabytes: 4,
    goals: { cpuPerGigabyte: { atMost: 0.4 } },
  },
  {
    name: 'fetch-100k',
    recordBytes: 1000,
    batchBytes: 100_000,
    maxBytes: 1 << 20,
    logMegabytes: 4,
    goals: { cpuPerGigabyte: { atMost: 0.9 } },
  },
  {
    name: 'fetch-100k-file',
    recordBytes: 1000,
    batchBytes: 100_000,
    maxBytes: 1 << 20,
    logMegabytes: 256,
    goals: { cpuPerGigabyte: { atMost: 1.5 } },
  },
].map(fetchCase)

function fetchCase({ name, recordBytes, batchBytes, maxBytes, logMegabytes, goals }: Shape): LoadCase {
  const place = logMegabytes > 64 ? 'from the file' : 'near the end of the log'
  return {
    kind: 'load',
    name,
    question: `fetch ${maxBytes >> 10} KiB at a time, ${batchBytes / 1000} KB batches of ${recordBytes} B records, ${place}`,
    shows: Object.fromEntries(shown.map((metric) => [metric, goals[metric]])),
    settings: pageCache,
    async prepare({ broker, load, topic }) {
      const { port } = broker
      await load.run('topics', { port, prefix: topic })
      const requests = Math.ceil((logMegabytes * 1e6) / batchBytes)
      await load.run('produce', { port, topic, record: recordBytes, batch: batchBytes, requests, seconds: 60 })
    },
    async run({ broker, load, seconds, topic }) {
      const { result, cost } = await underLoad(broker, () => load.run('fetch', { port: broker.port, topic, max_bytes: maxBytes, seconds }))
      return throughput(result, cost)
    },
  }
}

import { onDisk } from '../bench-case.ts'
import type { Goal, LoadCase } from '../bench-case.ts'
import { percentiles, throughput, underLoad } from '../measured.ts'

interface Shape {
  readonly name: string
  readonly connections: number
  readonly partitions: number
  readonly goals: Readonly<Record<string, Goal>>
}

const shown = ['requestsPerSecond', 'cpuPerRequestMicros', 'p50', 'p99', 'max'] as const

/** Every acknowledged batch is on disk: our default against `log.flush.interval.messages=1`. */
export const fsyncCases: readonly LoadCase[] = [
  { name: 'fsync-1', connections: 1, partitions: 1, goals: { requestsPerSecond: { atLeast: 4 }, p50: { atMost: 0.25 } } },
  { name: 'fsync-16', connections: 16, partitions: 1, goals: { requestsPerSecond: { atLeast: 10 } } },
  { name: 'fsync-16-partitions-6', connections: 16, partitions: 6, goals: { requestsPerSecond: { atLeast: 4 } } },
].map(fsyncCase)

function fsyncCase({ name, connections, partitions, goals }: Shape): LoadCase {
  return {
    kind: 'load',
    name,
    question: `produce 1 KB batches, each on disk before it is acknowledged, connections: ${connections}, partitions: ${partitions}`,
    shows: Object.fromEntries(shown.map((metric) => [metric, goals[metric]])),
    settings: onDisk,
    async run({ broker, load, seconds, topic }) {
      const { port } = broker
      await load.run('topics', { port, prefix: topic, partitions })
      const options = { port, topic, connections, partitions, record: 100, batch: 1000, in_flight: 5, acks: -1, seconds }
      const { result, cost } = await underLoad(broker, () => load.run('produce', options))
      await load.run('topics', { port, prefix: topic, action: 'delete' })
      return { ...throughput(result, cost), ...percentiles(result.distributions['latency']) }
    },
  }
}

import type { RunningBroker } from '../contenders/contender.ts'
import type { Distribution, LoadResult } from '../load/load.ts'
import { watchNeighbours } from '../measure/neighbours.ts'
import { useOf } from '../measure/process.ts'
import type { Measured } from './bench-case.ts'

/** Runs load on a broker and reads what it cost. */
export async function underLoad(
  broker: RunningBroker,
  work: () => Promise<LoadResult>,
): Promise<{ readonly result: LoadResult; readonly cost: Measured }> {
  const neighbours = watchNeighbours()
  const before = useOf(broker.pid)
  const result = await work()
  const after = useOf(broker.pid)
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  const loadCpu = result.numbers['loadCpu'] ?? 0
  return {
    result,
    cost: { cpuSeconds, loadCpu, residentMegabytes: after.residentBytes / 1e6, neighbours: neighbours(cpuSeconds + loadCpu) },
  }
}

/** Rates and costs from counts of requests, records and bytes. */
export function throughput(result: LoadResult, cost: Measured): Measured {
  const { requests = 0, records = 0, bytes = 0, seconds = 1, errors = 0 } = result.numbers
  const { cpuSeconds = 0, loadCpu = 0 } = cost
  return {
    ...cost,
    requestsPerSecond: requests / seconds,
    recordsPerSecond: records / seconds,
    megabytesPerSecond: bytes / 1e6 / seconds,
    cpuPerRequestMicros: (cpuSeconds / requests) * 1e6,
    cpuPerGigabyte: (cpuSeconds / bytes) * 1e9,
    cpuPerMillionRecords: (cpuSeconds / records) * 1e6,
    loadCores: loadCpu / seconds,
    errors,
  }
}

/** The percentiles of a distribution that there are, under the names `p50`, … or with a prefix `xP50`, …. */
export function percentiles(distribution: Distribution | undefined, prefix = ''): Measured {
  const found: Record<string, number> = {}
  for (const name of ['p50', 'p99', 'p999', 'max'] as const) {
    const value = distribution?.[name]
    if (value !== undefined) found[prefix === '' ? name : `${prefix}${name.slice(0, 1).toUpperCase()}${name.slice(1)}`] = value
  }
  return found
}

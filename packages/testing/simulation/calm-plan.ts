import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'

/** A plan in which nothing goes wrong: to test the models themselves with. */
export function calmPlan(changes: Partial<Plan> = {}): Plan {
  const plan = planOf('calm')
  const rates = Object.fromEntries(Object.keys(plan.rates).map((name) => [name, 0])) as unknown as Plan['rates']
  return {
    ...plan,
    brokers: 2,
    releases: ['4.3', '4.3'],
    partitions: 2,
    rates,
    latencyMs: 1,
    replicationMs: 2,
    serviceMs: 0.1,
    metadataLagMs: 0,
    uncleanElections: false,
    kernelBufferBytes: 100_000,
    maxMessageBytes: 100_000,
    firstEpoch: 0,
    bytesPerMs: 10_000,
    faults: [],
    workloads: [],
    ...changes,
  }
}

import { planOf } from './plan.ts'
import type { Plan, Rates } from './plan.ts'

const noFaults: Rates = {
  refuse: 0,
  hang: 0,
  reset: 0,
  clog: 0,
  silence: 0,
  cut: 0,
  slowAnswer: 0,
  lostAnswer: 0,
  refusedRequest: 0,
  doubtfulAppend: 0,
  throttle: 0,
  slowReplication: 0,
  forgottenSession: 0,
}

/** A plan in which nothing goes wrong: to test the models themselves with. */
export function calmPlan(changes: Partial<Plan> = {}): Plan {
  const plan = planOf('calm')
  return {
    ...plan,
    brokers: 2,
    releases: ['4.3', '4.3'],
    partitions: 2,
    rates: noFaults,
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

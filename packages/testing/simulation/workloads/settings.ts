import type { Simulation } from '../simulation.ts'

/** Back-offs and time-outs short enough for a run of seconds. */
export function quick(simulation: Simulation) {
  return {
    bootstrapServers: simulation.cluster.bootstrapServers,
    requestTimeoutMs: simulation.world.plan.requestTimeoutMs,
    retryBackoffMs: 20,
    retryBackoffMaxMs: 300,
    reconnectBackoffMs: 20,
    reconnectBackoffMaxMs: 300,
    socketConnectionSetupTimeoutMs: 1_000,
    socketConnectionSetupTimeoutMaxMs: 2_000,
  }
}

/** What happens in a membership, for metrics and tracing. */
export interface GroupObserver {
  /** An answer to a heartbeat. */
  heartbeat(latencyMs: number): void
  joined(latencyMs: number): void
  synced(latencyMs: number): void
  /** A rebalance is over: from its first JoinGroup, or its target assignment, to the partitions handed over. */
  rebalanced(rebalance: RebalanceEnd): void
  rebalanceFailed(reason: string): void
  committed(latencyMs: number): void
  /** The coordinator has answered nothing for so long. */
  coordinatorSilent(silentMs: number): void
}

export interface RebalanceEnd {
  readonly groupId: string
  readonly memberId: string
  readonly generationId: number
  readonly reason: string
  readonly durationMs: number
  readonly added: number
  readonly revoked: number
  readonly owned: number
}

export const noObserver: GroupObserver = {
  heartbeat: () => {},
  joined: () => {},
  synced: () => {},
  rebalanced: () => {},
  rebalanceFailed: () => {},
  committed: () => {},
  coordinatorSilent: () => {},
}

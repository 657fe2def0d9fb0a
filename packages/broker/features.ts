/** Features of the cluster, as clients see them (KIP-584). */
export interface ClusterFeatures {
  /** What this broker can work at. */
  readonly supported: ReadonlyMap<string, { readonly min: number; readonly max: number }>
  /** What the cluster has agreed on; features at level 0 are absent. */
  readonly finalized: ReadonlyMap<string, number>
  /** Grows when `finalized` changes. */
  readonly epoch: number
}

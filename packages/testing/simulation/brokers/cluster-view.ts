/** Who leads a partition, as a broker's metadata tell it. */
export interface PartitionView {
  readonly leader: number
  readonly leaderEpoch: number
}

/** The cluster at one moment, as it is told to clients. */
export interface ClusterView {
  readonly atMs: number
  readonly alive: readonly number[]
  readonly leaders: ReadonlyMap<string, PartitionView>
}

/** What the cluster looked like lately, so that brokers can be behind. */
export class ClusterViews {
  readonly #views: ClusterView[] = []

  push(view: ClusterView): void {
    this.#views.push(view)
    if (this.#views.length > 64) this.#views.shift()
  }

  /** As it was at that time. */
  at(atMs: number): ClusterView {
    for (let i = this.#views.length - 1; i > 0; i--) {
      const view = this.#views[i]
      if (view !== undefined && view.atMs <= atMs) return view
    }
    const first = this.#views[0]
    if (first === undefined) throw new RangeError('nothing is known of the cluster yet')
    return first
  }
}

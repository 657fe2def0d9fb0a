interface Seen {
  readonly atMs: number
  readonly end: number
  readonly committed: number
}

/** Rates out of what was seen before. */
export class LagHistory {
  readonly #seen = new Map<string, Seen[]>()

  /** Records written and read a second over the last half minute, and when the reader will have caught up; undefined until there is something to compare with. */
  add(
    row: {
      readonly group: string
      readonly topic: string
      readonly partition: number | undefined
      readonly lag: number
      readonly end: number
      readonly committed: number
    },
    nowMs: number,
  ): {
    readonly producedPerSecond: number | undefined
    readonly consumedPerSecond: number | undefined
    readonly caughtUpMs: number | undefined
  } {
    const key = JSON.stringify([row.group, row.topic, row.partition])
    const before = (this.#seen.get(key) ?? []).filter(({ atMs }) => nowMs - atMs <= 30_000)
    this.#seen.set(key, [...before, { atMs: nowMs, end: row.end, committed: row.committed }])
    const [first] = before
    const seconds = first === undefined ? 0 : (nowMs - first.atMs) / 1000
    if (first === undefined || seconds <= 0) return { producedPerSecond: undefined, consumedPerSecond: undefined, caughtUpMs: undefined }
    const producedPerSecond = Math.max(0, row.end - first.end) / seconds
    const consumedPerSecond = Math.max(0, row.committed - first.committed) / seconds
    const gain = consumedPerSecond - producedPerSecond
    return { producedPerSecond, consumedPerSecond, caughtUpMs: row.lag === 0 ? 0 : gain > 0 ? (row.lag / gain) * 1000 : undefined }
  }
}

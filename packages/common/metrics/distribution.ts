/** Each doubling is divided into so many buckets: a value is known to 1/16. */
const stepsPerDoubling = 16
const exactSteps = 2 * stepsPerDoubling
const largestStep = 2 ** 31 - 1
const bucketCount = exactSteps + (31 - 5) * stepsPerDoubling

/**
 * Counts values in buckets whose width grows with the value. `observe` is a handful of instructions and allocates
 * nothing, so that it can be called for every request.
 *
 * Values are counted in steps of `resolution`; 0 to 31 steps exactly, then 16 buckets for each doubling, up to 2^31 steps
 * (36 minutes in microseconds). What is larger falls into the last bucket.
 */
export class Distribution {
  readonly resolution: number
  readonly #stepsPerUnit: number
  #recent = new Uint32Array(bucketCount)
  #previous: Uint32Array<ArrayBuffer> | undefined
  #count = 0
  #sum = 0

  constructor(resolution: number) {
    this.resolution = resolution
    this.#stepsPerUnit = 1 / resolution
  }

  observe(value: number): void {
    const steps = value * this.#stepsPerUnit
    const step = steps >= largestStep ? largestStep : steps > 0 ? steps | 0 : 0
    this.#recent[step < exactSteps ? step : bucketAbove(step)]!++
    this.#count++
    this.#sum += value
  }

  /** Values since the start. */
  get count(): number {
    return this.#count
  }

  /** Their sum. */
  get sum(): number {
    return this.#sum
  }

  /** Begins a new window; `quantiles` then covers this one and the one before. */
  rotate(): void {
    const recycled = this.#previous?.fill(0) ?? new Uint32Array(bucketCount)
    this.#previous = this.#recent
    this.#recent = recycled
  }

  /** For each of `ranks` (0.99: the value that 99 % stay at or below) a value; NaN while there is none. */
  quantiles(ranks: readonly number[]): readonly number[] {
    const counts = this.#window()
    let total = 0
    for (const count of counts) total += count
    if (total === 0) return ranks.map(() => Number.NaN)
    return ranks.map((rank) => {
      let left = Math.max(1, Math.ceil(rank * total))
      for (let bucket = 0; bucket < bucketCount; bucket++) {
        left -= counts[bucket] ?? 0
        if (left <= 0) return this.#middleOf(bucket)
      }
      return Number.NaN
    })
  }

  /** For each of `bounds`, rising, how many values stay at or below it. Without `rotate`, since the start. */
  cumulativeCounts(bounds: readonly number[]): readonly number[] {
    const counts = this.#window()
    let bucket = 0
    let below = 0
    return bounds.map((bound) => {
      for (; bucket < bucketCount && this.#middleOf(bucket) <= bound; bucket++) below += counts[bucket] ?? 0
      return below
    })
  }

  #window(): Uint32Array {
    const previous = this.#previous
    return previous === undefined ? this.#recent : this.#recent.map((count, bucket) => count + (previous[bucket] ?? 0))
  }

  #middleOf(bucket: number): number {
    if (bucket < exactSteps) return bucket * this.resolution
    const doubling = Math.floor((bucket - exactSteps) / stepsPerDoubling) + 1
    const step = stepsPerDoubling + ((bucket - exactSteps) % stepsPerDoubling)
    return (step + 0.5) * 2 ** doubling * this.resolution
  }
}

function bucketAbove(step: number): number {
  const doubling = 27 - Math.clz32(step) // 32 to 63 are the first
  return exactSteps + (doubling - 1) * stepsPerDoubling + (step >>> doubling) - stepsPerDoubling
}

import type { Clock } from '@odradek/common/time'

/** As the Java client samples by default: `metrics.num.samples` and `metrics.sample.window.ms`. */
const samples = 2
const windowMs = 30_000

/** What was measured within one window. */
interface Sample {
  startedMs: number
  count: number
  sum: number
  max: number
  min: number
}

/**
 * The last minute of a figure, in two windows of which the elder is begun anew when the younger is over:
 *
 * ```
 * record at 0 s, 20 s │ 31 s, 50 s │ 61 s: the sample of 0 s is forgotten
 * ```
 *
 * Rates are taken over the time that the samples cover, and over one whole window at least, so that the first second of a client does not look like a storm.
 */
export class Windows {
  readonly #clock: Clock
  readonly #samples: Sample[]
  #current = 0
  /** Of all time. */
  sum = 0
  count = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#samples = [fresh(clock.monotonic())]
  }

  /** `nowMs`: for whoever has just read the clock. */
  record(value: number, nowMs = this.#clock.monotonic()): void {
    this.sum += value
    this.count++
    let sample = this.#samples[this.#current]!
    if (nowMs - sample.startedMs >= windowMs) sample = this.#advance(nowMs)
    sample.count++
    sample.sum += value
    if (value > sample.max) sample.max = value
    if (value < sample.min) sample.min = value
  }

  avg(): number {
    const { sum, count } = this.#recent()
    return count === 0 ? Number.NaN : sum / count
  }

  max(): number {
    const { max, count } = this.#recent()
    return count === 0 ? Number.NaN : max
  }

  min(): number {
    const { min, count } = this.#recent()
    return count === 0 ? Number.NaN : min
  }

  /** Sum a second. */
  rate(): number {
    const { sum, seconds } = this.#recent()
    return sum / seconds
  }

  /** Records a second. */
  countRate(): number {
    const { count, seconds } = this.#recent()
    return count / seconds
  }

  #advance(nowMs: number): Sample {
    this.#current = (this.#current + 1) % samples
    const sample = fresh(nowMs)
    this.#samples[this.#current] = sample
    return sample
  }

  /** All samples that are not too old, as one. */
  #recent(): Sample & { readonly seconds: number } {
    const nowMs = this.#clock.monotonic()
    const all = { ...fresh(nowMs), seconds: 0 }
    for (const sample of this.#samples) {
      if (nowMs - sample.startedMs >= samples * windowMs) continue
      all.startedMs = Math.min(all.startedMs, sample.startedMs)
      all.count += sample.count
      all.sum += sample.sum
      all.max = Math.max(all.max, sample.max)
      all.min = Math.min(all.min, sample.min)
    }
    // As in Java, windows that are missing count as if they had been there, empty.
    const elapsedMs = nowMs - all.startedMs
    const missing = Math.max(0, samples - 1 - Math.floor(elapsedMs / windowMs))
    return { ...all, seconds: (elapsedMs + missing * windowMs) / 1000 }
  }
}

function fresh(startedMs: number): Sample {
  return { startedMs, count: 0, sum: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY }
}

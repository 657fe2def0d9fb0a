import type { Clock } from '@odradek/common/time'
import { fixed } from '../java-format.ts'

const megabyte = 1024 * 1024
/** Of so many records at most the latency is kept, for the percentiles. */
const maxSamples = 500_000

export interface StatsOptions {
  readonly records: number
  readonly reportingIntervalMs: number
  readonly clock: Pick<Clock, 'now'>
  readonly say: (line: string) => void
  /** These are the records after the warm-up. */
  readonly isSteadyState?: boolean
}

/** Counts records that were acknowledged, says from time to time how it goes, and sums up at the end; in Kafka's words. */
export class Stats {
  readonly #options: StatsOptions
  readonly #startMs: number
  readonly #sampling: number
  readonly #latencies: Int32Array
  #samples = 0
  #isQuiet = false
  #count = 0
  #bytes = 0
  #latencyMs = 0
  #maxLatencyMs = 0
  #window: Window

  constructor(options: StatsOptions) {
    this.#options = options
    this.#startMs = options.clock.now()
    this.#sampling = Math.floor(options.records / Math.min(options.records, maxSamples))
    this.#latencies = new Int32Array(Math.floor(options.records / this.#sampling) + 1)
    this.#window = new Window(this.#startMs)
  }

  record(latencyMs: number, bytes: number, nowMs: number): void {
    if (this.#count % this.#sampling === 0) this.#latencies[this.#samples++] = latencyMs
    this.#count++
    this.#bytes += bytes
    this.#latencyMs += latencyMs
    if (latencyMs > this.#maxLatencyMs) this.#maxLatencyMs = latencyMs
    const window = this.#window
    window.record(latencyMs, bytes)
    const { reportingIntervalMs, isSteadyState = false, clock, say } = this.#options
    if (nowMs - window.startMs < reportingIntervalMs) return
    if (isSteadyState && this.#count === window.count) say('In steady state.')
    if (!this.#isQuiet) say(window.line(clock.now()))
    this.#window = new Window(clock.now())
  }

  /** Says nothing more until the end. */
  hush(): void {
    this.#isQuiet = true
  }

  sayTotal(): void {
    const { clock, say, isSteadyState = false } = this.#options
    const [p50, p95, p99, p999] = this.#percentiles(0.5, 0.95, 0.99, 0.999)
    const rate = rates(this.#count, this.#bytes, clock.now() - this.#startMs)
    say(
      `${this.#count}${isSteadyState ? ' steady state' : ''} records sent, ${fixed(rate.records, 6)} records/sec (${fixed(rate.megabytes, 2)} MB/sec), ` +
        `${fixed(this.#latencyMs / this.#count, 2)} ms avg latency, ${fixed(this.#maxLatencyMs, 2)} ms max latency, ` +
        `${p50} ms 50th, ${p95} ms 95th, ${p99} ms 99th, ${p999} ms 99.9th.`,
    )
  }

  #percentiles(...parts: readonly number[]): readonly number[] {
    const size = Math.min(this.#samples, this.#latencies.length)
    const sorted = this.#latencies.slice(0, size).toSorted()
    return parts.map((part) => sorted[Math.floor(part * size)] ?? 0)
  }
}

/** What came since the last line. */
class Window {
  readonly startMs: number
  count = 0
  #bytes = 0
  #latencyMs = 0
  #maxLatencyMs = 0

  constructor(startMs: number) {
    this.startMs = startMs
  }

  record(latencyMs: number, bytes: number): void {
    this.count++
    this.#bytes += bytes
    this.#latencyMs += latencyMs
    if (latencyMs > this.#maxLatencyMs) this.#maxLatencyMs = latencyMs
  }

  line(nowMs: number): string {
    const rate = rates(this.count, this.#bytes, nowMs - this.startMs)
    return (
      `${this.count} records sent, ${fixed(rate.records, 1)} records/sec (${fixed(rate.megabytes, 2)} MB/sec), ` +
      `${fixed(this.#latencyMs / this.count, 1)} ms avg latency, ${fixed(this.#maxLatencyMs, 1)} ms max latency.`
    )
  }
}

function rates(count: number, bytes: number, elapsedMs: number): { readonly records: number; readonly megabytes: number } {
  return { records: (1000 * count) / elapsedMs, megabytes: (1000 * bytes) / elapsedMs / megabyte }
}

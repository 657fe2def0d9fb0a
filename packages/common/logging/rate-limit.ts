import type { Clock } from '../time/clock.ts'

const intervalMs = 60_000
/** Keys come from outside (addresses, client ids), so there must be an end to them. */
const maxKeys = 1000

/** Lets one line a key and minute through, and counts the rest. */
export class RateLimit {
  readonly #clock: Clock
  readonly #seen = new Map<string, { sinceMs: number; suppressed: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many lines of the key were left out since the last one that was written; undefined when this one is to be left out too. */
  pass(key: string): number | undefined {
    const nowMs = this.#clock.monotonic()
    const last = this.#seen.get(key)
    if (last !== undefined && nowMs - last.sinceMs < intervalMs) {
      last.suppressed++
      return undefined
    }
    this.#seen.delete(key)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size >= maxKeys && oldest !== undefined) this.#seen.delete(oldest)
    this.#seen.set(key, { sinceMs: nowMs, suppressed: 0 })
    return last?.suppressed ?? 0
  }
}

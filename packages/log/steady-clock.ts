import type { Clock } from '@odradek/common/time'

const jumpMs = 3_600_000
const settleMs = 600_000

/**
 * Notices when the wall clock jumps. Retention by time must not delete a week of records because somebody set the year
 * wrong for a minute: after a jump of more than an hour it waits until the clock has held for ten minutes.
 */
export class SteadyClock {
  readonly #clock: Clock
  #aheadMs: number
  #jumpedAtMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
    this.#aheadMs = clock.now() - clock.monotonic()
  }

  /** To be called every minute or so. Returns whether the wall clock has just jumped. */
  look(): boolean {
    const aheadMs = this.#clock.now() - this.#clock.monotonic()
    const hasJumped = Math.abs(aheadMs - this.#aheadMs) > jumpMs
    this.#aheadMs = aheadMs
    if (hasJumped) this.#jumpedAtMs = this.#clock.monotonic()
    return hasJumped
  }

  get isSteady(): boolean {
    return this.#clock.monotonic() - this.#jumpedAtMs >= settleMs
  }
}

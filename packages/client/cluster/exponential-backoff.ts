import type { Random } from '@odradek/common/random'

/** How long to wait before the next attempt: twice as long after each failure up to a most, ± 20 % so that many clients do not come at once (KIP-580). */
export class ExponentialBackoff {
  readonly #firstMs: number
  readonly #mostMs: number
  readonly #random: Random

  constructor(firstMs: number, mostMs: number, random: Random) {
    this.#firstMs = firstMs
    this.#mostMs = Math.max(firstMs, mostMs)
    this.#random = random
  }

  /** After so many failures, of which the first is 1. */
  afterMs(failures: number): number {
    // Beyond 30 doublings even a millisecond is longer than any most.
    const exactMs = Math.min(this.#firstMs * 2 ** Math.min(failures - 1, 30), this.#mostMs)
    return exactMs * (0.8 + 0.4 * this.#random.nextFloat())
  }
}

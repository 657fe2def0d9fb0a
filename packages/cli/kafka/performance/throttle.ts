/** Waits shorter than this are not worth it: they add up until they are. */
const shortestWaitMs = 2

/** Keeps the average rate of something from exceeding so many a second. Below 0 it does not; with 0 nothing goes after the first. */
export class Throttle {
  readonly #perSecond: number
  readonly #startMs: number

  constructor(perSecond: number, startMs: number) {
    this.#perSecond = perSecond
    this.#startMs = startMs
  }

  /** How long to wait before the next one, after so many; Infinity for ever. */
  delayMs(done: number, nowMs: number): number {
    if (this.#perSecond < 0) return 0
    if (this.#perSecond === 0) return Infinity
    const early = this.#startMs + (1000 * done) / this.#perSecond - nowMs
    return early < shortestWaitMs ? 0 : early
  }
}

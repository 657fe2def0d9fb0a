import type { Cancellable, Clock, Timer } from '@odradek/common/time'

/**
 * Watches that the application goes on asking for records (`max.poll.interval.ms`).
 *
 * Asking only raises a flag, which costs nothing; a timer looks at it twenty times an interval. So the interval is noticed a twentieth late, never early.
 */
export class PollWatch {
  readonly #time: { readonly clock: Clock; readonly timer: Timer }
  readonly #intervalMs: number
  readonly #exceeded: (elapsedMs: number) => void
  #timer: Cancellable | undefined = undefined
  #hasAsked = false
  #isWaiting = false
  #lastMs: number
  #oldestStartMs: (() => number | undefined) | undefined = undefined

  constructor(time: { readonly clock: Clock; readonly timer: Timer }, intervalMs: number, exceeded: (elapsedMs: number) => void) {
    this.#time = time
    this.#intervalMs = intervalMs
    this.#exceeded = exceeded
    this.#lastMs = time.clock.monotonic()
  }

  /** The application asks for the next item, or has done with one. */
  asked(): void {
    this.#hasAsked = true
  }

  /** While the application waits for us, its time stands still. */
  set isWaiting(isWaiting: boolean) {
    this.#isWaiting = isWaiting
    this.#hasAsked = true
  }

  /** In `run` what counts is how long a handler has been at work; undefined: back to the time since the last question. */
  set oldestStartMs(oldestStartMs: (() => number | undefined) | undefined) {
    this.#oldestStartMs = oldestStartMs
    this.#hasAsked = true
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#lastMs = this.#time.clock.monotonic()
    this.#again()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #again(): void {
    this.#timer = this.#time.timer.after(Math.max(1, Math.ceil(this.#intervalMs / 20)), () => {
      this.#again()
      this.#look()
    })
  }

  #look(): void {
    const nowMs = this.#time.clock.monotonic()
    if (this.#hasAsked || this.#isWaiting) this.#lastMs = nowMs
    this.#hasAsked = false
    const sinceMs = this.#oldestStartMs === undefined ? this.#lastMs : (this.#oldestStartMs() ?? nowMs)
    if (nowMs - sinceMs < this.#intervalMs) return
    this.stop()
    this.#exceeded(nowMs - sinceMs)
  }
}

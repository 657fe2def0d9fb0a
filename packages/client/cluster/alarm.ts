import type { Cancellable, Clock, Timer } from '@odradek/common/time'

/**
 * One timer for all that somebody waits for: rings at the earliest time that was asked for.
 *
 * A timer a request would cost more than the request. Whoever owns the alarm looks what is due when it rings, and asks for the next time.
 */
export class Alarm {
  readonly #clock: Clock
  readonly #timer: Timer
  readonly #ring: () => void
  #atMs = Infinity
  #scheduled: Cancellable | undefined

  constructor(time: { readonly clock: Clock; readonly timer: Timer }, ring: () => void) {
    this.#clock = time.clock
    this.#timer = time.timer
    this.#ring = ring
  }

  /** Rings at this monotonic time, or before. */
  notAfter(atMs: number): void {
    if (atMs >= this.#atMs) return
    this.#scheduled?.cancel()
    this.#atMs = atMs
    // A whole millisecond at least: timers of Node are a little early, and would ring for nothing.
    this.#scheduled = this.#timer.after(Math.max(1, Math.ceil(atMs - this.#clock.monotonic())), () => {
      this.#atMs = Infinity
      this.#scheduled = undefined
      this.#ring()
    })
  }

  cancel(): void {
    this.#scheduled?.cancel()
    this.#scheduled = undefined
    this.#atMs = Infinity
  }
}

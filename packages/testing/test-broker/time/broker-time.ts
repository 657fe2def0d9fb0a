import { systemClock, systemTimer, TimerQueue } from '@odradek/common/time'
import type { Cancellable, Clock, Timer } from '@odradek/common/time'

/** In so many steps time is moved on, at least: what is due every second runs once a step, not 86,400 times a day. */
const steps = 100

/**
 * The time of a broker: that of the machine, until a test moves it ahead. From then on it is so much ahead.
 *
 * All timers of the broker wait in one queue, and one timer of the machine waits for the first of them.
 */
export class BrokerTime implements Clock, Timer {
  readonly #queue = new TimerQueue()
  #aheadMs = 0
  #armed: { readonly dueMs: number; readonly timeout: Cancellable } | undefined
  #advancing: Promise<void> = Promise.resolve()

  now(): number {
    return Math.floor(systemClock.now() + this.#aheadMs)
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#aheadMs
  }

  after(delayMs: number, action: () => void): Cancellable {
    const waiting = this.#queue.add(this.monotonic() + Math.max(0, delayMs), action)
    this.#arm()
    return waiting
  }

  endOfTurn(action: () => void): void {
    systemTimer.endOfTurn(action)
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#queue.size
  }

  /**
   * Moves time ahead by `ms`, and resolves when what became due has run. It goes from one timer to the next, but no less than a
   * hundredth of the way at once; a timer finds the time at which its step ended.
   */
  advance(ms: number): Promise<void> {
    this.#advancing = this.#advancing.then(() => this.#advance(ms))
    return this.#advancing
  }

  /** Nothing waits any more. */
  stop(): void {
    this.#armed?.timeout.cancel()
    this.#armed = undefined
  }

  async #advance(ms: number): Promise<void> {
    await turns()
    for (let leftMs = ms; leftMs > 0;) {
      const untilNextMs = (this.#queue.nextDueMs ?? Number.POSITIVE_INFINITY) - this.monotonic()
      const stepMs = Math.min(leftMs, Math.max(ms / steps, untilNextMs))
      this.#aheadMs += stepMs
      leftMs -= stepMs
      this.#runDue()
      await turns()
    }
  }

  #arm(): void {
    const dueMs = this.#queue.nextDueMs
    if (dueMs === undefined || (this.#armed !== undefined && this.#armed.dueMs <= dueMs)) return
    this.#armed?.timeout.cancel()
    this.#armed = { dueMs, timeout: systemTimer.after(Math.max(0, dueMs - this.monotonic()), this.#ring) }
  }

  readonly #ring = (): void => {
    this.#armed = undefined
    this.#runDue()
  }

  /** What actions ask for while they run waits for the next time. */
  #runDue(): void {
    // Timers of the machine count whole milliseconds, and may come a fraction early.
    const nowMs = this.monotonic() + 1
    try {
      for (let act = this.#queue.takeDue(nowMs); act !== undefined; act = this.#queue.takeDue(nowMs)) act()
    } finally {
      this.#arm()
    }
  }
}

/** Lets the event loop go round: what was appended is written, what is written is acknowledged, and those who waited for that go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

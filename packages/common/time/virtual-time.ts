import type { Clock } from './clock.ts'
import { runAll } from './system-time.ts'
import { TimerQueue } from './timer-queue.ts'
import type { Cancellable, Timer } from './timer.ts'

/**
 * Time that stands still until a test moves it.
 *
 * ```ts
 * const time = new VirtualTime()
 * time.after(30_000, () => console.log('expired'))
 * await time.advance(29_999) // nothing
 * await time.advance(1) // expired
 * ```
 */
export class VirtualTime implements Clock, Timer {
  readonly #timers = new TimerQueue()
  #turn: (() => void)[] = []
  #monotonicMs = 0
  #wallMs: number

  /** `nowMs` is the wall clock at the start, by default the first of January 2026. */
  constructor(options: { readonly nowMs?: number } = {}) {
    this.#wallMs = options.nowMs ?? Date.UTC(2026, 0, 1)
  }

  now(): number {
    // Whole milliseconds, as those of the machine, though a delay may have a fraction.
    return Math.floor(this.#wallMs + this.#monotonicMs)
  }

  monotonic(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, action: () => void): Cancellable {
    return this.#timers.add(this.#monotonicMs + Math.max(0, delayMs), action)
  }

  endOfTurn(action: () => void): void {
    this.#turn.push(action)
  }

  /** How many timers wait; 0 after everything was closed properly. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Moves the clock and runs, in their order, all timers that become due, each with its microtasks and its end of turn. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms
    await this.runTurn()
    for (let dueMs = this.#timers.nextDueMs; dueMs !== undefined && dueMs <= untilMs; dueMs = this.#timers.nextDueMs) {
      this.#monotonicMs = Math.max(this.#monotonicMs, dueMs)
      this.#timers.takeDue(dueMs)?.()
      await this.runTurn()
    }
    this.#monotonicMs = untilMs
  }

  /** Settles promises and runs ends of turns until nothing is left to do at this moment. */
  async runTurn(): Promise<void> {
    await settled()
    while (this.#turn.length > 0) {
      const actions = this.#turn
      this.#turn = []
      runAll(actions)
      await settled()
    }
  }

  /** The wall clock jumps, as after an NTP correction; time-outs take no notice. */
  jumpWallClock(ms: number): void {
    this.#wallMs += ms
  }
}

/** Resolves when all microtasks that are ready have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

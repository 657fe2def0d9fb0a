import type { Clock } from './clock.ts'
import type { Cancellable, Timer } from './timer.ts'

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** Node's timers fire at once when a delay does not fit into 31 bits, so longer delays are waited for in pieces. */
const longestDelayMs = 2 ** 31 - 1

class SystemTimer implements Timer {
  #turn: (() => void)[] = []

  after(delayMs: number, action: () => void): Cancellable {
    return new SystemTimeout(delayMs, action)
  }

  endOfTurn(action: () => void): void {
    this.#turn.push(action)
    if (this.#turn.length === 1) setImmediate(this.#runTurn)
  }

  readonly #runTurn = (): void => {
    // What an action asks for while it runs belongs to the next turn: sockets get their input in between.
    const actions = this.#turn
    this.#turn = []
    runAll(actions)
  }
}

class SystemTimeout implements Cancellable {
  readonly #action: () => void
  #timeout: NodeJS.Timeout

  constructor(delayMs: number, action: () => void) {
    this.#action = action
    this.#timeout = this.#wait(delayMs)
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  #wait(delayMs: number): NodeJS.Timeout {
    if (delayMs <= longestDelayMs) return setTimeout(this.#action, delayMs).unref()
    return setTimeout(() => {
      this.#timeout = this.#wait(delayMs - longestDelayMs)
    }, longestDelayMs).unref()
  }
}

/** Runs all of them, also when one throws; the first error goes on to whoever looks after uncaught ones. */
export function runAll(actions: readonly (() => void)[]): void {
  let failed = false
  let failure: unknown
  for (const action of actions) {
    try {
      action()
    } catch (error) {
      if (!failed) failure = error
      failed = true
    }
  }
  if (failed) throw failure
}

/** The timers of the machine. They never keep a process alive that has nothing else to do. */
export const systemTimer: Timer = new SystemTimer()

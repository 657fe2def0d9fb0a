import type { RequestContext } from '@odradek/broker'
import type { Timer } from '@odradek/common/time'

type Connection = RequestContext['connection']

/** Requests that wait because of a delay. Those of one connection go on in the order in which they came, whatever the delay of each. */
export class HeldRequests {
  readonly #timer: Timer
  readonly #last = new Map<Connection, Promise<void>>()
  readonly #waiting = new Set<() => void>()

  constructor(timer: Timer) {
    this.#timer = timer
  }

  /** Resolves when the request may go on; undefined: at once. */
  hold(connection: Connection, delayMs: number): Promise<void> | undefined {
    const before = this.#last.get(connection)
    if (delayMs === 0 && before === undefined) return undefined
    const after = Promise.all([before, delayMs === 0 ? undefined : this.#sleep(delayMs)]).then(() => {
      if (this.#last.get(connection) === after) this.#last.delete(connection)
    })
    this.#last.set(connection, after)
    return after
  }

  /** Lets all go on. */
  release(): void {
    for (const wake of this.#waiting) wake()
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        waiting.cancel()
        resolve()
      }
      const waiting = this.#timer.after(delayMs, wake)
      this.#waiting.add(wake)
    })
  }
}

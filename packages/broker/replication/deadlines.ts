import type { Cancellable, Clock, Timer } from '@odradek/common/time'

/**
 * Everything in the broker that waits with a time-out, behind one timer.
 *
 * A produce request waits 30 s for its replicas and is nearly always done after a millisecond; a timer for each would cost
 * more than the request. Clients use few different time-outs, so there is one queue for each length: within it whoever came
 * first is due first, and adding and leaving are a change of two links.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #timer: Timer
  readonly #queues = new Map<number, DeadlineQueue>()
  #armedForMs = Infinity
  #armed: Cancellable | undefined
  #waiting = 0

  constructor(options: { readonly clock: Clock; readonly timer: Timer }) {
    this.#clock = options.clock
    this.#timer = options.timer
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting
  }

  /** `deadline.expired()` is called once, `delayMs` from now, unless `remove` comes first. */
  add(deadline: Deadline, delayMs: number): void {
    const queue = this.#queueOf(Math.max(0, delayMs))
    const dueMs = this.#clock.monotonic() + queue.delayMs
    queue.push(deadline, dueMs)
    this.#waiting++
    if (dueMs < this.#armedForMs) this.#arm(dueMs)
  }

  /** Does nothing if it has expired or was removed before. */
  remove(deadline: Deadline): void {
    const queue = deadline.queue
    if (queue === undefined) return
    queue.unlink(deadline)
    this.#waiting--
    // The queue stays for the next one with this time-out, and the timer stays armed: both go when it fires.
  }

  close(): void {
    this.#armed?.cancel()
    this.#armed = undefined
    this.#armedForMs = Infinity
  }

  #queueOf(delayMs: number): DeadlineQueue {
    const known = this.#queues.get(delayMs)
    if (known !== undefined) return known
    const made = new DeadlineQueue(delayMs)
    this.#queues.set(delayMs, made)
    return made
  }

  #arm(dueMs: number): void {
    this.#armed?.cancel()
    this.#armedForMs = dueMs
    this.#armed = this.#timer.after(Math.max(0, dueMs - this.#clock.monotonic()), this.#fire)
  }

  readonly #fire = (): void => {
    this.#armed = undefined
    this.#armedForMs = Infinity
    // Node's timers count whole milliseconds and may come a fraction early: that is close enough.
    const now = this.#clock.monotonic() + 1
    let nextDueMs = Infinity
    for (const [delayMs, queue] of this.#queues) {
      for (let first = queue.first; first !== undefined && first.dueMs <= now; first = queue.first) {
        this.remove(first)
        first.expired()
      }
      if (queue.first === undefined) this.#queues.delete(delayMs)
      else nextDueMs = Math.min(nextDueMs, queue.first.dueMs)
    }
    if (nextDueMs < this.#armedForMs) this.#arm(nextDueMs)
  }
}

/** Something that waits in a `Deadlines`; it carries the links of its queue itself. */
export abstract class Deadline {
  queue: DeadlineQueue | undefined
  dueMs = 0
  earlier: Deadline | undefined
  later: Deadline | undefined

  /** The time is over. */
  abstract expired(): void
}

class DeadlineQueue {
  readonly delayMs: number
  first: Deadline | undefined
  #last: Deadline | undefined

  constructor(delayMs: number) {
    this.delayMs = delayMs
  }

  push(deadline: Deadline, dueMs: number): void {
    deadline.queue = this
    deadline.dueMs = dueMs
    deadline.earlier = this.#last
    if (this.#last === undefined) this.first = deadline
    else this.#last.later = deadline
    this.#last = deadline
  }

  unlink(deadline: Deadline): void {
    if (deadline.earlier === undefined) this.first = deadline.later
    else deadline.earlier.later = deadline.later
    if (deadline.later === undefined) this.#last = deadline.earlier
    else deadline.later.earlier = deadline.earlier
    deadline.queue = undefined
    deadline.earlier = undefined
    deadline.later = undefined
  }
}

export type { DeadlineQueue }

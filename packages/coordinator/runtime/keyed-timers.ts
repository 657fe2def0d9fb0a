import type { Cancellable, Clock, Timer } from '@odradek/common/time'

/**
 * Time-outs with names, of which most never happen: a heartbeat moves its session on before it ends.
 *
 * Moving one on only notes the new deadline. The timer behind it still rings at the old time, sees that it came too
 * early, and is set again for the rest: one timer a session timeout instead of one a heartbeat.
 */
export class KeyedTimers<Event> {
  readonly #clock: Clock
  readonly #timer: Timer
  readonly #fire: (event: Event) => void
  readonly #deadlines = new Map<string, Deadline<Event>>()

  constructor(clock: Clock, timer: Timer, fire: (event: Event) => void) {
    this.#clock = clock
    this.#timer = timer
    this.#fire = fire
  }

  /** How many are scheduled. */
  get size(): number {
    return this.#deadlines.size
  }

  /** Hands `event` over in `afterMs`; what the key had scheduled before no longer happens. */
  schedule(key: string, afterMs: number, event: Event): void {
    const atMs = this.#clock.monotonic() + Math.max(0, afterMs)
    const known = this.#deadlines.get(key)
    if (known !== undefined && known.ringsAtMs <= atMs) {
      known.atMs = atMs
      known.event = event
      return
    }
    known?.bell?.cancel()
    const deadline: Deadline<Event> = { key, atMs, ringsAtMs: atMs, event, bell: undefined }
    this.#deadlines.set(key, deadline)
    this.#set(deadline)
  }

  cancel(key: string): void {
    this.#deadlines.get(key)?.bell?.cancel()
    this.#deadlines.delete(key)
  }

  clear(): void {
    for (const deadline of this.#deadlines.values()) deadline.bell?.cancel()
    this.#deadlines.clear()
  }

  #set(deadline: Deadline<Event>): void {
    deadline.ringsAtMs = deadline.atMs
    deadline.bell = this.#timer.after(Math.max(0, deadline.atMs - this.#clock.monotonic()), () => this.#ring(deadline))
  }

  #ring(deadline: Deadline<Event>): void {
    if (deadline.atMs > this.#clock.monotonic()) return this.#set(deadline)
    this.#deadlines.delete(deadline.key)
    this.#fire(deadline.event)
  }
}

interface Deadline<Event> {
  readonly key: string
  atMs: number
  /** When its timer rings: earlier than `atMs` after it was moved on. */
  ringsAtMs: number
  event: Event
  bell: Cancellable | undefined
}

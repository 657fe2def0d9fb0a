/**
 * What an event brings about: records to write, answers to give, timers to set. A shard writes it down, the runtime does it.
 *
 * Nothing of it has happened while the shard decides. The records are applied with `replay` afterwards, and the answers
 * leave when the records are committed.
 */
export class Outcome<Entry, Event> {
  /** In the order in which they are appended, in one batch unless `mayBeSplit`. */
  readonly records: Entry[] = []
  readonly answers: Answered[] = []
  readonly timers: TimerChange<Event>[] = []
  /** The records need not share a batch: each is right without the others (tombstones of a clean-up). */
  mayBeSplit = false
  /**
   * The answers stand on everything that was written before, not only on the records of this outcome.
   * Set by whoever answers out of state that may not be committed yet and must be.
   */
  waitsForAll = false

  write(record: Entry): void {
    this.records.push(record)
  }

  /** Answers one who was parked by this event or an earlier one. */
  answer<Answer>(waiter: Waiter<Answer>, answer: Answer): void {
    this.answers.push({ deliver: () => waiter.answer(answer), fail: (error) => waiter.fail(error) })
  }

  /** Has `event` handed to the shard in `afterMs`, in place of what the key had scheduled before. */
  schedule(key: string, afterMs: number, event: Event): void {
    this.timers.push({ key, afterMs, event })
  }

  cancel(key: string): void {
    this.timers.push({ key })
  }
}

/** Someone whose answer comes with a later event. The runtime makes them, a shard keeps them until it knows the answer. */
export interface Waiter<Answer> {
  answer(answer: Answer): void
  fail(error: Error): void
}

/** Given back instead of an answer by a shard that keeps the waiter. */
export const parked: unique symbol = Symbol('parked')
export type Parked = typeof parked

/** An answer on its way: it is delivered, or fails with the records it stands on. */
export interface Answered {
  deliver(): void
  fail(error: Error): void
}

export type TimerChange<Event> = { readonly key: string; readonly afterMs: number; readonly event: Event } | { readonly key: string }

import type { ErrorName } from '@odradek/protocol'

/** Somebody who wants to know when a mark (the high watermark, the written end) has passed an offset. */
export interface OffsetWaiter {
  /** Done when the mark is above it. */
  readonly offset: number
  /** `undefined`: the mark passed; else why it never will. Called once. */
  reached(error: ErrorName | undefined): void
  /** Links of the list it waits in. */
  before: OffsetWaiter | undefined
  after: OffsetWaiter | undefined
  waitsIn: OffsetWaiters | undefined
}

/**
 * Waiters on one mark of one partition, lowest offset first, so that a move of the mark touches only those it frees.
 *
 * Appends come in order of offsets, so a newcomer nearly always belongs at the end.
 */
export class OffsetWaiters {
  #first: OffsetWaiter | undefined
  #last: OffsetWaiter | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  add(waiter: OffsetWaiter): void {
    let before = this.#last
    // A repeated batch has the offsets of the original, which may still be on its way.
    while (before !== undefined && before.offset > waiter.offset) before = before.before
    waiter.before = before
    waiter.after = before === undefined ? this.#first : before.after
    if (waiter.before === undefined) this.#first = waiter
    else waiter.before.after = waiter
    if (waiter.after === undefined) this.#last = waiter
    else waiter.after.before = waiter
    waiter.waitsIn = this
    this.#size++
  }

  /** Does nothing if the waiter waits no more. */
  remove(waiter: OffsetWaiter): void {
    if (waiter.waitsIn !== this) return
    if (waiter.before === undefined) this.#first = waiter.after
    else waiter.before.after = waiter.after
    if (waiter.after === undefined) this.#last = waiter.before
    else waiter.after.before = waiter.before
    waiter.before = undefined
    waiter.after = undefined
    waiter.waitsIn = undefined
    this.#size--
  }

  /** Frees all whose offset lies below the mark. */
  passed(mark: number, error?: ErrorName): void {
    for (let first = this.#first; first !== undefined && first.offset < mark; first = this.#first) {
      this.remove(first)
      first.reached(error)
    }
  }

  /** Frees all at and above `offset` with an error. */
  fail(offset: number, error: ErrorName): void {
    for (let last = this.#last; last !== undefined && last.offset >= offset; last = this.#last) {
      this.remove(last)
      last.reached(error)
    }
  }
}

/**
 * Lets maps go back to what they were: who writes ahead of a confirmation keeps the way back until it comes.
 *
 * Changes are made in numbered epochs, one after the other. The oldest epochs are confirmed with `settle`, the newest
 * are taken back with `revert`:
 *
 * ```ts
 * const timeline = new Timeline()
 * const offsets = new TimelineMap<string, number>(timeline)
 * const first = timeline.advance()
 * offsets.set('orders-0', 10)
 * const second = timeline.advance()
 * offsets.set('orders-0', 12)
 * offsets.getSettled('orders-0') // undefined: nothing is confirmed yet
 * timeline.settle(first)
 * timeline.revert(second)
 * offsets.get('orders-0') // 10
 * ```
 *
 * While all epochs are settled nothing is remembered: what is set then (when a state is loaded) is settled at once.
 */
export class Timeline {
  #epoch = 0
  #settled = 0
  /** In the order in which they were made; those before `#first` are settled. */
  #changes: Change[] = []
  #first = 0

  /** The epoch that changes made now belong to. */
  get epoch(): number {
    return this.#epoch
  }

  /** The last epoch that is confirmed. */
  get settledEpoch(): number {
    return this.#settled
  }

  /** Whether changes made now could still be taken back. */
  get isOpen(): boolean {
    return this.#epoch > this.#settled
  }

  /** Begins the next epoch and returns it. */
  advance(): number {
    return ++this.#epoch
  }

  /** Notes how a change made now is taken back. For the collections that live on this timeline. */
  remember(undo: Undoable): void {
    this.#changes.push({ epoch: this.#epoch, undo })
  }

  /** Confirms all epochs up to and including `epoch`: they can no longer be taken back. */
  settle(epoch: number): void {
    if (epoch <= this.#settled) return
    this.#settled = epoch
    if (epoch > this.#epoch) this.#epoch = epoch
    while (this.#first < this.#changes.length) {
      const change = this.#changes[this.#first]
      if (change === undefined || change.epoch > epoch) break
      change.undo.forget()
      this.#first++
    }
    if (this.#first === this.#changes.length || this.#first > 1024) {
      this.#changes = this.#changes.slice(this.#first)
      this.#first = 0
    }
  }

  /** Takes back all epochs from `epoch` on, the newest change first. */
  revert(epoch: number): void {
    while (this.#changes.length > this.#first) {
      const change = this.#changes.at(-1)
      if (change === undefined || change.epoch < epoch) break
      this.#changes.pop()
      change.undo.undo()
    }
    if (epoch > this.#settled && epoch <= this.#epoch) this.#epoch = epoch - 1
  }
}

/** One change of one collection. */
export interface Undoable {
  /** Puts back what was there before. Called for the newest change first. */
  undo(): void
  /** The change is confirmed. Called for the oldest change first. */
  forget(): void
}

interface Change {
  readonly epoch: number
  readonly undo: Undoable
}

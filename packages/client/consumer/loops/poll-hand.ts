import type { Handed } from '../fetch/reader.ts'
import type { Holder } from '../positions/partition-state.ts'

/** A batch that `poll` has returned, until the next `poll`. */
export class PollHand implements Holder {
  readonly #handed: Handed
  /** Set by an explicit commit of all that was polled: it is processed as much as anything. */
  isProcessed = false

  constructor(handed: Handed) {
    this.#handed = handed
    handed.state.holder = this
    handed.slice.frame?.keep()
  }

  get state(): Handed['state'] {
    return this.#handed.state
  }

  get isHeld(): boolean {
    return this.#handed.state.holder === this
  }

  get unfinished(): { readonly offset: number; readonly epoch: number } {
    const { slice, epochBefore } = this.#handed
    return this.isProcessed ? { offset: slice.nextOffset, epoch: slice.lastEpoch } : { offset: slice.firstOffset, epoch: epochBefore }
  }

  /** The next call for records says that these are processed. */
  release(): void {
    if (this.isHeld) this.state.holder = undefined
  }

  /** They are not, unless the application has committed them: they come again. */
  letGo(): void {
    if (!this.isHeld) return
    if (this.state.committedOffset >= this.nextOffset) this.state.holder = undefined
    else this.state.giveBack(this.#handed.slice, this.#handed.epochBefore)
  }

  get nextOffset(): number {
    return this.#handed.slice.nextOffset
  }
}

import { Deferred } from '@odradek/common/async'
import type { Party } from './receipts.ts'

/** Waits until all that it has joined are settled, whether well or not. */
export class Barrier implements Party {
  readonly #passed = new Deferred<void>()
  #pending = 1

  /** Resolves when everything is settled. Nothing is added after this. */
  passed(): Promise<void> {
    this.settled()
    return this.#passed.promise
  }

  add(): void {
    this.#pending++
  }

  settled(): void {
    this.#pending--
    if (this.#pending === 0) this.#passed.resolve()
  }
}

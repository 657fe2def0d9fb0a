import { Deferred } from './deferred.ts'

/** Lets one at a time through, in the order of asking. */
export class Mutex {
  readonly #waiting: Deferred<void>[] = []
  #isHeld = false

  /** Runs `action` when all who asked before are done, and gives its result; a failure lets the next one in all the same. */
  async run<T>(action: () => T | Promise<T>): Promise<T> {
    if (this.#isHeld) {
      const turn = new Deferred<void>()
      this.#waiting.push(turn)
      await turn.promise
    }
    this.#isHeld = true
    try {
      return await action()
    } finally {
      const next = this.#waiting.shift()
      // The lock stays held while it is handed on, so that nobody new slips in between.
      if (next === undefined) this.#isHeld = false
      else next.resolve()
    }
  }

  get isHeld(): boolean {
    return this.#isHeld
  }
}

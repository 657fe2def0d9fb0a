/** Calls that are carried out one after the other, in the order in which they came, as those of an async generator are. */
export class InTurn {
  #last: Promise<unknown> | undefined = undefined

  /** Whether a call is under way, and another has to wait. */
  get isBusy(): boolean {
    return this.#last !== undefined
  }

  run<R>(call: () => Promise<R>): Promise<R> {
    const turn = this.#last === undefined ? call() : this.#last.then(call, call)
    this.#last = turn
    const end = (): void => {
      if (this.#last === turn) this.#last = undefined
    }
    // Before whoever called hears of it, so that the next call finds nobody waiting.
    turn.then(end, end)
    return turn
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'

/** Something of the application that a consumer waits for: a handler of `run`, a rebalance listener. */
export interface Work {
  /** It has asked the consumer to close, or to leave its group: whoever waits for it would make it wait for itself. */
  left(): void
}

/**
 * Knows from within which work a call comes, however many `await` lie between. So a handler may await `close()`: all others are waited for, and
 * what it has in hand itself counts as not processed.
 */
export class Inside {
  readonly #works = new AsyncLocalStorage<Work>()

  run<R>(work: Work, body: () => R): R {
    return this.#works.run(work, body)
  }

  /** Whoever calls is not waited for any more. */
  leave(): void {
    this.#works.getStore()?.left()
  }
}

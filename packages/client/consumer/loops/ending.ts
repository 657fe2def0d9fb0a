import type { Cancellable, Timer } from '@odradek/common/time'

/** When a loop or a call should end: its signal was aborted, or its time is over. Tells once. */
export class Ending {
  #isOver = false
  readonly #signal: AbortSignal | undefined
  readonly #over: () => void
  readonly #timed: Cancellable | undefined

  constructor(signal: AbortSignal | undefined, wake: () => void, time?: { readonly timer: Timer; readonly afterMs: number }) {
    this.#signal = signal
    this.#over = () => {
      this.#isOver = true
      wake()
    }
    if (signal?.aborted === true) this.#isOver = true
    else signal?.addEventListener('abort', this.#over)
    this.#timed = time?.timer.after(time.afterMs, this.#over)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whoever it ends does not want to wait any longer. */
  end(): void {
    this.#over()
  }

  /** Nobody waits for it any more. */
  forget(): void {
    this.#signal?.removeEventListener('abort', this.#over)
    this.#timed?.cancel()
  }
}

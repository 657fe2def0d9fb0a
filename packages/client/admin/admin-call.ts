import type { Cancellable } from '@odradek/common/time'
import type { Environment } from '../environment.ts'
import type { Waiting } from '../waiting.ts'

/** Why the signal of a call was aborted when nobody asked for it: its time is over. Never reaches the user. */
export const timeIsUp: unique symbol = Symbol('the time of the call is up')

/** One call of the user's, from its beginning to its last answer: how long it may take and what ends it early. */
export class AdminCall {
  /** Aborted when the time is over (with `timeIsUp`), the user gives up, or the admin closes. */
  readonly signal: AbortSignal
  readonly #environment: Environment
  readonly #controller = new AbortController()
  readonly #deadlineMs: number
  readonly #timer: Cancellable
  readonly #release: () => void
  readonly #given: AbortSignal | undefined
  readonly #onAbort: () => void

  constructor(environment: Environment, { signal, timeoutMs }: Waiting & { readonly timeoutMs: number }) {
    this.signal = this.#controller.signal
    this.#environment = environment
    this.#deadlineMs = environment.clock.monotonic() + timeoutMs
    this.#timer = environment.timer.after(timeoutMs, () => this.giveUp(timeIsUp))
    this.#release = environment.hold()
    this.#given = signal
    this.#onAbort = () => this.giveUp(signal?.reason)
    if (signal?.aborted === true) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  get remainingMs(): number {
    return Math.max(0, this.#deadlineMs - this.#environment.clock.monotonic())
  }

  get isOutOfTime(): boolean {
    return this.signal.aborted && this.signal.reason === timeIsUp
  }

  giveUp(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /** Waits so long, or rejects with the signal's reason. */
  pause(ms: number): Promise<void> {
    const { signal } = this
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = (): void => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = this.#environment.timer.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    return promise
  }

  /** The call is over; nothing waits for it any more. */
  end(): void {
    this.#timer.cancel()
    this.#given?.removeEventListener('abort', this.#onAbort)
    this.#release()
  }
}

import type { Cancellable, Clock, Timer } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { Waiting } from '../waiting.ts'

/**
 * How long a caller waits, over all that is done for it.
 *
 * What it waits for goes on when it gives up; a promise of which nobody wants to know any more does not fail loudly.
 */
export class Patience {
  readonly #clock: Clock
  readonly #timer: Timer
  readonly #signal: AbortSignal | undefined
  readonly #timeoutMs: number
  readonly #endsAtMs: number
  readonly #what: string
  readonly #failureBehind: () => unknown
  #lastFailure: unknown
  /** Of those that wait at the moment. */
  readonly #rejects = new Set<(reason: unknown) => void>()

  /** `what` follows "within 500 ms:" in the message, and `failureBehind` is what stood in the way, where no attempt was noted. */
  constructor(
    time: { readonly clock: Clock; readonly timer: Timer },
    { signal, timeoutMs }: Waiting,
    defaultMs: number,
    what: string,
    failureBehind: () => unknown = () => undefined,
  ) {
    this.#clock = time.clock
    this.#timer = time.timer
    this.#signal = signal
    this.#timeoutMs = timeoutMs ?? defaultMs
    this.#endsAtMs = this.#clock.monotonic() + this.#timeoutMs
    this.#what = what
    this.#failureBehind = failureBehind
    signal?.throwIfAborted()
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAtMs - this.#clock.monotonic())
  }

  get isOver(): boolean {
    return this.#clock.monotonic() >= this.#endsAtMs
  }

  /** Remembers why an attempt failed, as the cause of the time-out that may follow. */
  note(failure: unknown): void {
    this.#lastFailure = failure
  }

  /** What was thrown last when the time is over. */
  timedOut(): KafkaError {
    const cause = this.#lastFailure ?? this.#failureBehind()
    const why = cause instanceof Error ? ` ${cause.message}` : ''
    const hint = cause instanceof KafkaError ? cause.hint : ''
    return new KafkaError('REQUEST_TIMED_OUT', `Not done within ${Math.round(this.#timeoutMs)} ms: ${this.#what}.${why}`, { cause, hint })
  }

  /** Whoever waits at the moment waits no longer. */
  giveUp(reason: unknown): void {
    for (const reject of this.#rejects) reject(reason)
  }

  /** The promise's outcome, if it comes in time. Rejects with REQUEST_TIMED_OUT, or with `signal.reason`. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => undefined)
    this.#signal?.throwIfAborted()
    if (this.isOver) throw this.timedOut()
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(this.#signal?.reason)
    this.#signal?.addEventListener('abort', onAbort, { once: true })
    this.#rejects.add(reject)
    const timeout = Number.isFinite(this.#endsAtMs) ? this.#timer.after(this.leftMs, () => reject(this.timedOut())) : undefined
    try {
      return await Promise.race([promise, givenUp])
    } finally {
      timeout?.cancel()
      this.#signal?.removeEventListener('abort', onAbort)
      this.#rejects.delete(reject)
    }
  }

  async sleep(ms: number): Promise<void> {
    let timeout: Cancellable | undefined
    try {
      await this.wait(
        new Promise<void>((resolve) => {
          timeout = this.#timer.after(ms, resolve)
        }),
      )
    } finally {
      timeout?.cancel()
    }
  }
}

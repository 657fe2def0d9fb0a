/**
 * How many bytes of answers may be on their way to slow readers, over all connections (`queued.max.response.bytes`).
 *
 * When little is left, fetch answers get smaller; one batch is always given, so that nobody stands still.
 */
export class ResponseBudget {
  readonly #limit: () => number
  #held = 0

  constructor(limit: () => number) {
    this.#limit = limit
  }

  /** Bytes that are on their way. */
  get held(): number {
    return this.#held
  }

  get available(): number {
    return Math.max(0, this.#limit() - this.#held)
  }

  take(bytes: number): void {
    this.#held += bytes
  }

  giveBack(bytes: number): void {
    this.#held -= bytes
  }
}

/** Bytes that may be fetched and not yet processed (`odradek.prefetch.max.bytes`): what lies in buffers, and what answers under way may bring. */
export class PrefetchBudget {
  readonly limit: number
  #used = 0
  #reserved = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** Bytes in buffers. */
  get used(): number {
    return this.#used
  }

  /** Bytes that an answer may still bring. */
  get available(): number {
    return Math.max(0, this.limit - this.#used - this.#reserved)
  }

  get isIdle(): boolean {
    return this.#used === 0 && this.#reserved === 0
  }

  reserve(bytes: number): void {
    this.#reserved += bytes
  }

  /** The answer has come, or never will. */
  unreserve(bytes: number): void {
    this.#reserved -= bytes
  }

  take(bytes: number): void {
    this.#used += bytes
  }

  release(bytes: number): void {
    this.#used -= bytes
  }
}

import type { Clock } from '@odradek/common/time'
import type { ClientLogger } from '../logger.ts'
import type { UnseenFailures } from './receipts.ts'

const quietMs = 30_000

/** Failures that nobody has looked at: logged, at most once in 30 s for each topic, and kept for the next `flush` or `close`. */
export class Unseen implements UnseenFailures {
  readonly #clock: Clock
  readonly #logger: ClientLogger
  readonly #topics = new Map<string, { loggedMs: number; silent: number }>()
  #count = 0
  #first: Error | undefined
  /** What fails now is meant to. */
  isMuted = false

  constructor(clock: Clock, logger: ClientLogger) {
    this.#clock = clock
    this.#logger = logger
  }

  get count(): number {
    return this.#count
  }

  add(count: number, error: Error, topic: string, partition: number): void {
    if (this.isMuted) return
    this.#count += count
    this.#first ??= error
    const nowMs = this.#clock.monotonic()
    let known = this.#topics.get(topic)
    if (known !== undefined && nowMs - known.loggedMs < quietMs) {
      known.silent += count
      return
    }
    const before = known?.silent ?? 0
    known = { loggedMs: nowMs, silent: 0 }
    this.#topics.set(topic, known)
    const more = before === 0 ? '' : `, and ${before} more since the last such line`
    this.#logger.error(`${count} record(s) of ${topic} failed, and nobody looks at their deliveries${more}: ${error.message}`, {
      topic,
      partition,
    })
  }

  remove(): void {
    if (this.#count > 0) this.#count--
    if (this.#count === 0) this.#first = undefined
  }

  /** The first of them, once. */
  take(): Error | undefined {
    const first = this.#first
    this.#first = undefined
    this.#count = 0
    return first
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic)
  }
}

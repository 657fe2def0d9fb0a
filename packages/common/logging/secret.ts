import { timingSafeEqual, createHash } from 'node:crypto'
import { inspect } from 'node:util'

/**
 * A text that must not be seen: a password, a key, a token. It prints as `[hidden]` wherever it ends up, in messages, in
 * JSON and in the console.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }

  /** Whether the texts are the same, in a time that does not depend on where they differ. */
  equals(other: Secret): boolean {
    return timingSafeEqual(digest(this.#value), digest(other.#value))
  }

  toString(): string {
    return '[hidden]'
  }

  toJSON(): string {
    return '[hidden]'
  }

  [inspect.custom](): string {
    return '[hidden]'
  }
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

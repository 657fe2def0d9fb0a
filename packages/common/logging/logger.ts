import type { SpokenLevel } from './level.ts'

/** What a line says beside its message. Errors, numbers and text; nothing secret that is not a `Secret`. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Where the house talks to its operator.
 *
 * A message is a sentence without trailing dot that stays the same from line to line; what changes goes into fields.
 * Records, keys and passwords are never logged, at no level.
 */
export interface Logger {
  trace(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Whether a line of this level would be written; ask before computing something dear for it. */
  isEnabled(level: SpokenLevel): boolean
  /** The same logger with fields that each of its lines carries. */
  child(fields: LogFields): Logger
  /** A logger with a name below this one's (`broker` → `broker.router`), whose level can be set on its own. */
  named(name: string): Logger
  /**
   * The same logger, but of all lines of one `key` only the first in a minute is written; the next one tells how many
   * were left out. For what a client can cause as often as it likes.
   */
  limited(key: string): Logger
}

/** A line on its way to be written. */
export interface LogLine {
  readonly level: SpokenLevel
  /** Milliseconds since 1970. */
  readonly timeMs: number
  /** Of the logger; empty for the root. */
  readonly name: string
  readonly message: string
  readonly fields: LogFields
}

import type { Clock } from '../time/clock.ts'
import { severityOf } from './level.ts'
import type { SpokenLevel } from './level.ts'
import { LogLevels } from './log-levels.ts'
import type { LogFields, Logger, LogLine } from './logger.ts'
import { RateLimit } from './rate-limit.ts'

export interface LoggerOptions {
  readonly clock: Clock
  /** Takes each line that is loud enough: a format with a stream behind it, or a test. */
  readonly write: (line: LogLine) => void
  /** By default everything from info on. */
  readonly levels?: LogLevels
}

/** The root of a tree of loggers that share levels and output. */
export function createLogger(options: LoggerOptions): Logger {
  const shared: Shared = { ...options, levels: options.levels ?? new LogLevels(), limit: new RateLimit(options.clock) }
  return new WritingLogger(shared, '', {}, undefined)
}

interface Shared extends LoggerOptions {
  readonly levels: LogLevels
  readonly limit: RateLimit
}

class WritingLogger implements Logger {
  readonly #shared: Shared
  readonly #name: string
  readonly #fields: LogFields
  readonly #limitKey: string | undefined
  #severity = 0
  #severityAsOf = -1

  constructor(shared: Shared, name: string, fields: LogFields, limitKey: string | undefined) {
    this.#shared = shared
    this.#name = name
    this.#fields = fields
    this.#limitKey = limitKey
    shared.levels.meet(name)
  }

  trace(message: string, fields?: LogFields): void {
    this.#log('trace', message, fields)
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields)
  }

  isEnabled(level: SpokenLevel): boolean {
    const { levels } = this.#shared
    if (this.#severityAsOf !== levels.changes) {
      this.#severityAsOf = levels.changes
      this.#severity = levels.severityOf(this.#name)
    }
    return severityOf[level] >= this.#severity
  }

  child(fields: LogFields): Logger {
    return new WritingLogger(this.#shared, this.#name, { ...this.#fields, ...fields }, this.#limitKey)
  }

  named(name: string): Logger {
    return new WritingLogger(this.#shared, this.#name === '' ? name : `${this.#name}.${name}`, this.#fields, this.#limitKey)
  }

  limited(key: string): Logger {
    return new WritingLogger(this.#shared, this.#name, this.#fields, key)
  }

  #log(level: SpokenLevel, message: string, fields: LogFields | undefined): void {
    if (!this.isEnabled(level)) return
    const { clock, limit, write } = this.#shared
    const suppressed = this.#limitKey === undefined ? 0 : limit.pass(this.#limitKey)
    if (suppressed === undefined) return
    write({
      level,
      timeMs: clock.now(),
      name: this.#name,
      message,
      fields: suppressed === 0 ? { ...this.#fields, ...fields } : { ...this.#fields, ...fields, suppressed },
    })
  }
}

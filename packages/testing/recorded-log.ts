import { severityOf } from '@odradek/common/logging'
import type { LogFields, Logger, SpokenLevel } from '@odradek/common/logging'

export interface RecordedLine {
  readonly level: SpokenLevel
  readonly message: string
  readonly fields: LogFields
}

/** A logger that keeps what it is told, for tests of what the operator gets to read. Nothing is left out, also of what is limited. */
export class RecordedLog implements Logger {
  readonly lines: RecordedLine[]
  readonly #fields: LogFields

  constructor(lines: RecordedLine[] = [], fields: LogFields = {}) {
    this.lines = lines
    this.#fields = fields
  }

  trace(): void {}
  debug(): void {}

  info(message: string, fields?: LogFields): void {
    this.#keep('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#keep('error', message, fields)
  }

  isEnabled(level: SpokenLevel): boolean {
    return severityOf[level] >= severityOf.info
  }

  child(fields: LogFields): Logger {
    return new RecordedLog(this.lines, { ...this.#fields, ...fields })
  }

  named(): Logger {
    return this
  }

  limited(): Logger {
    return this
  }

  /** What was said since the last time, and forgets it. */
  take(): readonly RecordedLine[] {
    return this.lines.splice(0)
  }

  #keep(level: SpokenLevel, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#fields, ...fields } })
  }
}

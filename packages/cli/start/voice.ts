import { createLogger, jsonFormat, LogLevels, parseLevel, prettyFormat, wantsColours } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { systemClock } from '@odradek/common/time'

/**
 * How the broker talks: to people in a terminal, with a banner and lines that can be read; to machines (no terminal, or `CI`) in
 * JSON, a line an event. In a terminal only warnings come before the banner. `ODRADEK_LOG_LEVEL` sets what is loud enough.
 */
export class Voice {
  readonly isForPeople: boolean
  readonly levels = new LogLevels()
  readonly logger: Logger
  readonly #wanted

  constructor(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>) {
    this.isForPeople = stream.isTTY && (environment['CI'] ?? '') === ''
    this.#wanted = parseLevel(environment['ODRADEK_LOG_LEVEL'] ?? 'info') ?? 'info'
    const format = this.isForPeople ? prettyFormat({ colours: wantsColours(stream, environment) }) : jsonFormat
    this.logger = createLogger({ clock: systemClock, levels: this.levels, write: (line) => void stream.write(format(line)) })
    this.levels.set('', this.isForPeople && this.#wanted === 'info' ? 'warn' : this.#wanted)
  }

  /** From now on everything that is loud enough is said. */
  speakUp(): void {
    this.levels.set('', this.#wanted)
  }
}

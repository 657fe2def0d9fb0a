import { severityOf } from './level.ts'
import type { LogLevel } from './level.ts'

/**
 * Which level each logger has. A logger without one of its own has that of the nearest name above it: setting
 * `broker` to debug covers `broker.router`. The root has the empty name.
 */
export class LogLevels {
  readonly #own = new Map<string, LogLevel>()
  readonly #known = new Set<string>([''])
  #changes = 0

  constructor(root: LogLevel = 'info') {
    this.#own.set('', root)
  }

  /** Rises with each change, so that loggers can keep their level until then. */
  get changes(): number {
    return this.#changes
  }

  /** Names of all loggers that were ever asked for, sorted. */
  get names(): readonly string[] {
    return [...this.#known].toSorted()
  }

  of(name: string): LogLevel {
    for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const level = this.#own.get(at)
      if (level !== undefined) return level
    }
    return this.#own.get('') ?? 'info'
  }

  severityOf(name: string): number {
    return severityOf[this.of(name)]
  }

  set(name: string, level: LogLevel): void {
    this.#own.set(name, level)
    this.#changes++
  }

  /** Back to the level of the name above. The root keeps what it has. */
  reset(name: string): void {
    if (name === '') return
    this.#own.delete(name)
    this.#changes++
  }

  /** Notes that there is a logger of this name. */
  meet(name: string): void {
    this.#known.add(name)
  }
}

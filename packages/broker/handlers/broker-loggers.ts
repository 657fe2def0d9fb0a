import { parseLevel } from '@odradek/common/logging'
import type { LogLevels } from '@odradek/common/logging'
import type { ConfigAlteration, Outcome } from '@odradek/metadata'

/** Kafka's number for the levels of a broker's loggers, which are changed like settings (KIP-412). */
export const brokerLoggerCode = 8

const rootLogger = 'root'
const levelNames = ['DEBUG', 'ERROR', 'FATAL', 'INFO', 'TRACE', 'WARN']

/** The loggers of this broker as clients see them. What is changed holds until the process ends. */
export class BrokerLoggers {
  readonly #brokerId: number
  readonly #levels: LogLevels

  constructor(brokerId: number, levels: LogLevels) {
    this.#brokerId = brokerId
    this.#levels = levels
  }

  /** Name and level of each, sorted by name; `root` holds for all that have no level of their own. */
  all(): readonly { readonly name: string; readonly level: string }[] {
    return this.#levels.names.map((name) => ({ name: name === '' ? rootLogger : name, level: this.#levels.of(name).toUpperCase() }))
  }

  /** Sets and resets levels, all or none. */
  alter(resourceName: string, changes: readonly ConfigAlteration[], validateOnly: boolean): Outcome {
    const wrong = this.#wrongBroker(resourceName) ?? firstOf(changes, (change) => this.#wrongChange(change))
    if (wrong !== undefined) return wrong
    if (!validateOnly) for (const change of changes) this.#apply(change)
    return { error: 'NONE', message: null }
  }

  #wrongBroker(resourceName: string): Outcome | undefined {
    if (!/^[+-]?\d+$/.test(resourceName)) return invalid(`Node id must be an integer, but it is: ${resourceName}`)
    if (Number(resourceName) === this.#brokerId) return undefined
    return invalid(`Unexpected node id. Expected ${this.#brokerId}, but received ${Number(resourceName)}`)
  }

  #wrongChange({ name, operation, value }: ConfigAlteration): Outcome | undefined {
    if (operation !== 'set' && operation !== 'delete') {
      return invalid(`${operation?.toUpperCase() ?? 'Unknown'} operation is not allowed for the BROKER_LOGGER resource`)
    }
    if (!this.#levels.names.includes(ownName(name))) return { error: 'INVALID_CONFIG', message: `Logger ${name} does not exist!` }
    if (operation === 'delete') return name === rootLogger ? invalid('Removing the log level of the root logger is not allowed') : undefined
    if (levelNames.includes(value ?? '')) return undefined
    const message = `Cannot set the log level of ${name} to ${value} as it is not a supported log level. Valid log levels are ${levelNames.join(', ')}`
    return { error: 'INVALID_CONFIG', message }
  }

  #apply({ name, operation, value }: ConfigAlteration): void {
    const level = parseLevel(value ?? '')
    if (operation === 'delete') this.#levels.reset(ownName(name))
    else if (level !== undefined) this.#levels.set(ownName(name), level)
  }
}

function ownName(name: string): string {
  return name === rootLogger ? '' : name
}

function invalid(message: string): Outcome {
  return { error: 'INVALID_REQUEST', message }
}

function firstOf<T, R>(list: readonly T[], find: (element: T) => R | undefined): R | undefined {
  for (const element of list) {
    const found = find(element)
    if (found !== undefined) return found
  }
  return undefined
}

import { UserError } from '../errors/user-error.ts'

/** A setting that does not go. The message is worded as Kafka's, which people look for. */
export class ConfigError extends UserError {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }

  /** `Invalid value 0 for configuration num.partitions: Value must be at least 1` */
  static invalidValue(name: string, value: string, reason: string): ConfigError {
    return new ConfigError(`Invalid value ${value} for configuration ${name}: ${reason}`)
  }
}

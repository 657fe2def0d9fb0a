import { ClientError } from './client-error.ts'

/** A setting that does not go, alone or beside another. The message names it and says what to do; nothing has been opened yet. */
export class ConfigError extends ClientError {
  static override readonly name = 'ConfigError'
  override readonly name = 'ConfigError'
  /** The settings at fault, as the user spelled them. */
  readonly settings: readonly string[]

  constructor(message: string, options: { readonly settings?: readonly string[]; readonly hint?: string; readonly cause?: unknown } = {}) {
    super('ODRADEK_CONFIG', message, options)
    this.settings = options.settings ?? []
  }
}

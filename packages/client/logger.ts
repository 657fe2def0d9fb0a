/** What a line says beside its message. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where a client talks to its operator; `console` fits. Warnings and errors go to stderr unless another one is given. */
export interface ClientLogger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

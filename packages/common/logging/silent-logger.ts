import type { Logger } from './logger.ts'

const nothing = (): void => {}

/** Says nothing. For tests, and where nobody listens. */
export const silentLogger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  isEnabled: () => false,
  child: () => silentLogger,
  named: () => silentLogger,
  limited: () => silentLogger,
}

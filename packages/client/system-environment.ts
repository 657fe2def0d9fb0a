import { systemRandom } from '@odradek/common/random'
import { systemClock, systemTimer } from '@odradek/common/time'
import { holdProcess, systemDialler } from '@odradek/network/dial'
import type { Environment } from './environment.ts'
import type { ClientLogger, LogFields } from './logger.ts'

/** The world as it is: clock, timers, dice and sockets of this machine; warnings go to stderr. */
export function systemEnvironment(): Environment {
  return { clock: systemClock, timer: systemTimer, random: systemRandom, dialler: systemDialler, logger: stderrLogger, hold: holdProcess }
}

/** Warnings and errors, a line each. */
const stderrLogger: ClientLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => console.warn(line('WARN', message, fields)),
  error: (message, fields) => console.error(line('ERROR', message, fields)),
}

function line(level: string, message: string, fields: LogFields = {}): string {
  const said = Object.entries(fields).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return `[odradek] ${level} ${message}${said.join('')}`
}

import type { ClientLogger, LogFields } from '@odradek/client'
import { logLevel } from './enums.ts'
import type { logCreator, LogEntry, Logger } from './types/logging.ts'

/** The logger that everything of one `Kafka` shares, under names of its own. `KAFKAJS_LOG_LEVEL` in the environment counts before `level`. */
export function createLogger(level: logLevel = logLevel.INFO, creator: logCreator = consoleLog): Logger {
  let shared = levelFromEnvironment() ?? level
  const write = creator(shared)
  const named = (namespace: string, own: logLevel | undefined): Logger => {
    const line =
      (label: string, at: logLevel) =>
      (message: string, extra: object = {}): void => {
        if (at > (own ?? shared)) return
        write({ namespace, level: at, label, log: { timestamp: new Date().toISOString(), logger: 'kafkajs', message, ...extra } })
      }
    return {
      info: line('INFO', logLevel.INFO),
      error: line('ERROR', logLevel.ERROR),
      warn: line('WARN', logLevel.WARN),
      debug: line('DEBUG', logLevel.DEBUG),
      namespace: (name, namespaceLevel) => named(name, levelFromEnvironment() ?? namespaceLevel),
      setLogLevel: (next) => {
        shared = next
      },
    }
  }
  return named('', undefined)
}

/** What the client below says, in the same log. */
export function clientLogger(logger: Logger): ClientLogger {
  const readable = (fields: LogFields = {}): object =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]))
  return {
    debug: (message, fields) => logger.debug(message, readable(fields)),
    info: (message, fields) => logger.info(message, readable(fields)),
    warn: (message, fields) => logger.warn(message, readable(fields)),
    error: (message, fields) => logger.error(message, readable(fields)),
  }
}

function levelFromEnvironment(): logLevel | undefined {
  const name = (process.env['KAFKAJS_LOG_LEVEL'] ?? '').toUpperCase()
  return name === 'NOTHING' || name === 'ERROR' || name === 'WARN' || name === 'INFO' || name === 'DEBUG' ? logLevel[name] : undefined
}

/** A line of JSON each, to the stream that fits. */
const consoleLog: logCreator = () => (entry: LogEntry) => {
  const { namespace, level, label, log } = entry
  const text = JSON.stringify({ level: label, ...log, message: namespace === '' ? log.message : `[${namespace}] ${log.message}` })
  if (level === logLevel.ERROR) console.error(text)
  else if (level === logLevel.WARN) console.warn(text)
  else if (level === logLevel.INFO) console.info(text)
  else console.log(text)
}

/** From the most talkative to the quietest. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'off'] as const
export type LogLevel = (typeof logLevels)[number]
/** A level at which something can be said. */
export type SpokenLevel = Exclude<LogLevel, 'off'>

/** The numbers of pino, which tools that read JSON lines know. */
export const severityOf: Readonly<Record<LogLevel, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, off: 1000 }

/** The words that Kafka's tools use for levels. FATAL is said as ERROR. */
const kafkaLevels: Readonly<Record<string, LogLevel>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'error',
  OFF: 'off',
}

/** The level that a user means, in Kafka's or our spelling; undefined for a word that is none. */
export function parseLevel(text: string): LogLevel | undefined {
  return kafkaLevels[text.trim().toUpperCase()]
}

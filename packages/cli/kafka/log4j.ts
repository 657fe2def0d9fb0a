import type { ClientLogger, LogFields } from '@odradek/client'
import type { Terminal } from '../terminal.ts'
import { javaDate } from './java-date.ts'

/** Warnings and errors on stderr, as log4j writes them under Kafka's tools: `[2026-11-28 04:07:11,123] WARN … (odradek.client)`. */
export function log4jLogger(terminal: Terminal, name = 'odradek.client'): ClientLogger {
  const say = (level: 'WARN' | 'ERROR', message: string, fields: LogFields = {}): void => {
    const more = Object.entries(fields).map(([field, value]) => ` ${field}=${wordsOf(value)}`)
    terminal.err(log4jLine(level, `${message}${more.join('')}`, name))
  }
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, fields) => say('WARN', message, fields),
    error: (message, fields) => say('ERROR', message, fields),
  }
}

export function log4jLine(level: 'WARN' | 'ERROR', message: string, name: string): string {
  return `[${javaDate(new Date())}] ${level} ${message} (${name})\n`
}

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? value.message : JSON.stringify(value)
}

import { severityOf } from './level.ts'
import type { LogLine } from './logger.ts'
import { plainValue } from './plain-value.ts'

/**
 * One JSON object a line, in the shape of pino, which log shippers and `pino-pretty` know. An error stands under `err`.
 *
 * ```json
 * {"level":30,"time":1767225600000,"name":"broker","msg":"ready","port":9092}
 * ```
 */
export function jsonFormat({ level, timeMs, name, message, fields }: LogLine): string {
  const line: Record<string, unknown> = { level: severityOf[level], time: timeMs, ...(name === '' ? {} : { name }), msg: message }
  for (const [key, value] of Object.entries(fields)) {
    // A field must not replace what every line has.
    const free = key === 'error' ? 'err' : key in line || key === 'name' ? `_${key}` : key
    line[free] = plainValue(value)
  }
  return `${JSON.stringify(line)}\n`
}

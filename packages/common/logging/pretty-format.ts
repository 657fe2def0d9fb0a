import type { SpokenLevel } from './level.ts'
import type { LogLine } from './logger.ts'
import { plainValue } from './plain-value.ts'

const colourOf: Readonly<Record<SpokenLevel, number>> = { trace: 90, debug: 36, info: 32, warn: 33, error: 31 }
const grey = 90

/**
 * Lines for people, with the time of day where they are:
 *
 * ```text
 * 09:41:07.123 INFO  broker  ready  port=9092 topics=3
 * ```
 */
export function prettyFormat(options: { readonly colours: boolean }): (line: LogLine) => string {
  const paint = (colour: number, text: string): string => (options.colours ? `\u001b[${colour}m${text}\u001b[39m` : text)
  return ({ level, timeMs, name, message, fields }) => {
    const parts = [paint(grey, timeOfDay(timeMs)), paint(colourOf[level], level.toUpperCase().padEnd(5))]
    if (name !== '') parts.push(paint(grey, name))
    parts.push(printable(message))
    const stacks: string[] = []
    const shown = Object.entries(fields).map(([key, value]) => {
      if (value instanceof Error && value.stack !== undefined && (level === 'error' || level === 'debug')) stacks.push(value.stack)
      return `${paint(grey, `${key}=`)}${shortValue(value)}`
    })
    const line = [...parts, ...(shown.length > 0 ? ['', shown.join(' ')] : [])].join(' ')
    return `${[line, ...stacks.map(indented)].join('\n')}\n`
  }
}

/**
 * Whether to colour what goes to a stream: on a terminal, unless NO_COLOR is set to anything (no-color.org).
 * FORCE_COLOR wins over both, also as 0.
 */
export function wantsColours(stream: { readonly isTTY?: boolean }, environment: Readonly<Record<string, string | undefined>>): boolean {
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
}

function timeOfDay(timeMs: number): string {
  const date = new Date(timeMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function shortValue(value: unknown): string {
  if (value instanceof Error) return quoted(value.message)
  const plain = plainValue(value)
  return quoted(typeof plain === 'string' ? plain : (JSON.stringify(plain) ?? 'undefined'))
}

/** Text with blanks or anything that could pass for another field in quotes; client ids may hold whatever their owner likes. */
function quoted(text: string): string {
  return /^[^\s"=\p{C}]+$/u.test(text) || /^[[{]/.test(text) ? printable(text) : JSON.stringify(text)
}

/** Without line feeds and control sequences, which would let a client write lines of its own. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${printable(line.trim())}`)
    .join('\n')
}

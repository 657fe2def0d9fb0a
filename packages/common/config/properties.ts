import { UserError } from '../errors/user-error.ts'

/**
 * Reads a Java `.properties` file: `key=value`, `key: value` or `key value`, lines that begin with # or ! are comments, a
 * backslash at the end continues a line. A key that comes twice has its last value.
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const { key, rest } = keyOf(line)
    properties.set(unescaped(key), unescaped(rest.replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')))
  }
  return properties
}

/** Writes a `.properties` file that Java reads back as it was; in ASCII, since Java takes other bytes for Latin-1. */
export function formatProperties(properties: Iterable<readonly [string, string]>): string {
  let text = ''
  for (const [key, value] of properties) {
    text += `${escaped(key).replace(/[ =:#!]/g, '\\$&')}=${escaped(value).replace(/^ /, '\\ ')}\n`
  }
  return text
}

/** Lines with their continuations, without comments and blank ones. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let unfinished: string | undefined
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line: string = (unfinished ?? '') + natural.replace(/^[ \t\f]+/, '')
    if (unfinished === undefined && /^([#!]|$)/.test(line)) continue
    // An odd number of backslashes at the end: the last one escapes the line feed.
    const isContinued = (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1
    unfinished = isContinued ? line.slice(0, -1) : undefined
    if (!isContinued) lines.push(line)
  }
  if (unfinished !== undefined && unfinished !== '') lines.push(unfinished)
  return lines
}

/** The key ends at the first blank, `=` or `:` that has no backslash before it. */
function keyOf(line: string): { readonly key: string; readonly rest: string } {
  const key = /^(?:\\.|[^\\ \t\f=:])*/s.exec(line)?.[0] ?? ''
  return { key, rest: line.slice(key.length) }
}

function unescaped(text: string): string {
  return text.replace(/\\(u[\da-fA-F]{4}|u|.)/gs, (_match, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (code === 'u') throw new UserError(`Malformed \\uxxxx encoding in "${text}": four hexadecimal digits have to follow \\u.`)
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[code] ?? code
  })
}

function escaped(text: string): string {
  return text.replace(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (character) => shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const shortEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\f': '\\f' }

/**
 * The text format of Kafka's checkpoints: a version line, a line with the number of entries, and a line an entry.
 *
 * ```
 * 0
 * 2
 * orders 0 1042
 * orders 1 977
 * ```
 *
 * It has no checksum. What can be noticed is noticed: a wrong version, count, or line makes the whole file unreadable,
 * and whoever needs it builds it anew from something better.
 */
export class MalformedCheckpoint extends Error {
  constructor(path: string, reason: string) {
    super(`${path} is not a readable checkpoint: ${reason}`)
    this.name = 'MalformedCheckpoint'
  }
}

const version = '0'

export function formatCheckpoint(lines: readonly string[]): string {
  return `${version}\n${lines.length}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** The entries as lists of words, `words` in each. An empty file has none, as in Kafka. Throws `MalformedCheckpoint`. */
export function parseCheckpoint(path: string, text: string, words: number): readonly (readonly string[])[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new MalformedCheckpoint(path, 'its last line is cut off')
  if (lines[0] !== version) throw new MalformedCheckpoint(path, `version ${lines[0]} is not known`)
  const count = parseWhole(lines[1] ?? '')
  const entries = lines.slice(2).map((line) => line.split(' '))
  if (count !== entries.length) throw new MalformedCheckpoint(path, `it announces ${lines[1]} entries and has ${entries.length}`)
  const wrong = entries.findIndex((entry) => entry.length !== words)
  if (wrong >= 0) throw new MalformedCheckpoint(path, `line ${wrong + 3} is malformed`)
  return entries
}

/** A whole number of 0 or more, as Kafka writes it; NaN for anything else. */
export function parseWhole(text: string): number {
  const value = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : Number.NaN
}

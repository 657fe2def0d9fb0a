import { UsageError } from '../usage-error.ts'

/** The only word of a command that takes one. */
export function oneWord(words: readonly string[], what: string): string {
  const [word, another] = words
  if (word === undefined) throw new UsageError(`name ${what}`)
  if (another !== undefined) throw new UsageError(`"${another}" is too much: name one ${what.replace(/^an? /, '')}`)
  return word
}

export function someWords(words: readonly string[], what: string): readonly string[] {
  if (words.length === 0) throw new UsageError(`name ${what}, one or several`)
  return [...new Set(words)]
}

export function noWords(words: readonly string[]): void {
  if (words[0] !== undefined) throw new UsageError(`"${words[0]}" is too much here`)
}

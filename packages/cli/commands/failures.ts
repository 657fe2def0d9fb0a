import type { Outcome } from '@odradek/client'
import type { Terminal } from '../terminal.ts'
import { told } from './told.ts'

/** Says what failed, a line each; gives the exit code: 1 when anything did. */
export function failures<Key>(
  outcomes: Iterable<readonly [Key, Outcome<unknown>]>,
  name: (key: Key) => string,
  terminal: Terminal,
  isNone: (error: Error) => boolean = () => false,
): number {
  let code = 0
  for (const [key, outcome] of outcomes) {
    if (outcome.ok || isNone(outcome.error)) continue
    terminal.err(`odradek: ${name(key)}: ${told(outcome.error)}\n`)
    code = 1
  }
  return code
}

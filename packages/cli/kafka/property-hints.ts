import { nearestName } from '@odradek/common/config'
import type { Terminal } from '../terminal.ts'

/** Kafka ignores properties that its readers and formatters do not know. So do we, but a word that was mistyped should not stay unseen. */
export function hintAtUnknown(
  terminal: Terminal,
  whose: string,
  given: Iterable<string>,
  known: readonly string[],
  isFree: (name: string) => boolean = () => false,
): void {
  for (const name of given) {
    if (known.includes(name) || isFree(name)) continue
    const near = nearestName(name, known)
    terminal.err(`The ${whose} has no property ${name}${near === undefined ? '.' : `: did you mean ${near}?`}\n`)
  }
}

import type { Terminal } from '../terminal.ts'

/** A failure that Kafka's tools tell by its message alone, and that is their exit code 1. */
export class Terse extends Error {
  override readonly name = 'Terse'
}

/** What is `Terse` ends with its message on stderr and code 1; everything else is for others to tell. */
export async function orSayTersely(terminal: Terminal, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Terse)) throw error
    terminal.err(`${error.message}\n`)
    return 1
  }
}

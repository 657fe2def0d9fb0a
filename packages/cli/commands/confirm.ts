import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { UserError } from '@odradek/common/errors'
import type { Terminal } from '../terminal.ts'

/** Asks a person. @throws UserError where there is none: a script has to say `--yes`. */
export async function confirmed(terminal: Terminal, question: string): Promise<boolean> {
  if (!terminal.inputIsTerminal) throw new UserError(`${question} There is no terminal to ask at: say --yes`)
  const lines = createInterface({ input: terminal.input, output: new Writable({ write: (_chunk, _encoding, done) => done() }) })
  terminal.err(`${question} [y/N] `)
  try {
    const answer = await lines.question('', { signal: terminal.interrupted })
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}

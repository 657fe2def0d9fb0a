import type { Terminal } from '../terminal.ts'
import { Exit } from './exit.ts'
import { inJava } from './in-java.ts'

/** As most of Kafka's tools end when something went wrong: the message and the stack trace on stderr, exit code 1. `before` stands before the message. */
export async function orSayFailure(terminal: Terminal, run: () => Promise<number>, before = ''): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Exit) throw error
    const { message, trace } = await inJava(error)
    terminal.err(`${before}${message}\n${trace}\n`)
    return 1
  }
}

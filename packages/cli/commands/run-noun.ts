import { nearestName } from '@odradek/common/config'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import type { Command } from './command.ts'
import { listOf } from './help-text.ts'
import { runCommand } from './run-command.ts'

/** Runs `topic create …`: the verb behind a noun. A noun alone shows its verbs. */
export async function runNoun(noun: string, commands: readonly Command[], args: readonly string[], terminal: Terminal): Promise<number> {
  const [verb, ...rest] = args
  if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
    await terminal.out(`${listOf(commands)}\nodradek ${noun} VERB --help says all about one.\n`)
    return 0
  }
  const found = commands.find(({ path }) => path === `${noun} ${verb}`)
  if (found !== undefined) return await runCommand(found, rest, terminal)
  const verbs = commands.map(({ path }) => path.slice(noun.length + 1))
  const nearest = nearestName(verb, verbs)
  throw new UsageError(
    `${noun} has no ${verb}.${nearest === undefined ? ` It has ${verbs.join(', ')}` : ` Did you mean odradek ${noun} ${nearest}?`}`,
  )
}

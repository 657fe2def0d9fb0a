import { nearestName } from '@odradek/common/config'
import { DiskError } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { nouns, verbs } from './commands/tree.ts'
import { help, version } from './help.ts'
import { systemTerminal } from './system-terminal.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** Programs beside the commands: what runs a broker, or asks one on this machine. */
const programs: ReadonlyMap<string, (args: readonly string[], terminal: Terminal) => Promise<number> | number> = new Map([
  ['start', async (args: readonly string[]) => (await import('./start/start.ts')).start(args)],
  ['status', async (args: readonly string[]) => (await import('./status/status.ts')).status(args)],
  ['health', async (args: readonly string[]) => (await import('./health/health.ts')).health(args)],
  ['wait', async (args: readonly string[]) => (await import('./health/health.ts')).wait(args)],
  ['container', async (args: readonly string[]) => (await import('./container/container.ts')).container(args)],
  [
    'test-broker',
    async (args: readonly string[], terminal: Terminal) =>
      (await import('./commands/test-broker/test-broker.ts')).testBroker(args, terminal),
  ],
  ['env', async (args: readonly string[], terminal: Terminal) => (await import('./env/env.ts')).env(args, terminal)],
  [
    '__complete',
    async (args: readonly string[], terminal: Terminal) => (await import('./commands/completion/answer.ts')).answer(args, terminal),
  ],
])

/** Runs one command; answers the exit code: 0 done, 1 it failed, 2 the command line was wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args
  const terminal = systemTerminal()
  try {
    if (first === undefined || ['help', '--help', '-h'].includes(first)) {
      await terminal.out(help)
      return 0
    }
    if (['version', '--version', '-V', '-v'].includes(first)) {
      await terminal.out(`${version}\n`)
      return 0
    }
    return await dispatch(first, rest, terminal)
  } catch (error) {
    return failed(error)
  }
}

async function dispatch(first: string, args: readonly string[], terminal: Terminal): Promise<number> {
  const program = programs.get(first)
  if (program !== undefined) {
    // What stands behind -- of a test broker is a command with options of its own.
    if (!['__complete', 'test-broker'].includes(first) && (args.includes('--help') || args.includes('-h'))) {
      await terminal.out(help)
      return 0
    }
    return await program(args, terminal)
  }
  const noun = nouns.get(first)
  if (noun !== undefined) {
    const { runNoun } = await import('./commands/run-noun.ts')
    return await runNoun(first, await noun.load(), args, terminal)
  }
  const verb = verbs.get(first)
  if (verb !== undefined) {
    const { runCommand } = await import('./commands/run-command.ts')
    return await runCommand(await verb(), args, terminal)
  }
  // `odradek topics` is kafka-topics, and so on for every tool of Kafka.
  const { tools } = await import('./kafka/tools.ts')
  const name = first.startsWith('kafka-') ? first : `kafka-${first}`
  if (tools.has(name)) {
    const { main: runTool } = await import('./kafka/main.ts')
    return await runTool(name, args)
  }
  const known = [...programs.keys(), ...nouns.keys(), ...verbs.keys(), ...[...tools.keys()].map((tool) => tool.replace(/^kafka-/, ''))]
  const nearest = nearestName(first, known)
  throw new UsageError(
    `there is no command "${first}".${nearest === undefined ? ' `odradek --help` lists them' : ` Did you mean odradek ${nearest}?`}`,
  )
}

function failed(error: unknown): number {
  if (error instanceof DiskError) {
    const advice =
      error.code === 'EISDIR'
        ? 'There is a folder where a file should be: move it away, and put the file back if there was one'
        : 'Check that the data directory (--data-dir, log.dirs) is a folder that can be written'
    process.stderr.write(`odradek: ${error.message}. ${advice}.\n`)
    return 1
  }
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`odradek: ${error.message}\n`)
  return error instanceof UsageError ? 2 : 1
}

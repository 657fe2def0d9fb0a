import { inspect } from 'node:util'
import { UserError } from '@odradek/common/errors'
import type { Admin, Kafka } from '@odradek/client'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import type { Command } from './command.ts'
import { helpOf } from './help-text.ts'
import { openKafka } from './connection/open-kafka.ts'
import { clientSettings } from './connection/client-settings.ts'
import type { ClientSettings } from './connection/client-settings.ts'
import { isOutputFormat, Output } from './output/output.ts'
import { wantedDurationMs } from './units/duration.ts'

/**
 * Runs one command: 0 it is done, 1 it failed, 2 the command line was wrong, 130 somebody interrupted it. A failure is one line that says what to do;
 * `--debug` shows its stack.
 */
export async function runCommand(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    await terminal.out(helpOf(command))
    return 0
  }
  const opened: { kafka?: Kafka; admin?: Admin } = {}
  const isDebugging = args.includes('--debug')
  try {
    const { common: options, run } = command.read(args)
    if (options.json && options.output !== undefined && options.output !== 'json')
      throw new UsageError(`--json and -o ${options.output} contradict each other`)
    const format = options.json ? 'json' : (options.output ?? 'table')
    if (!isOutputFormat(format)) throw new UsageError(`-o ${format}: there is no such form`)
    const timeoutMs = options.timeout === undefined ? 30_000 : wantedDurationMs('--timeout', options.timeout)
    const settings = (): ClientSettings => clientSettings(options, terminal.env)
    const kafka = async (): Promise<Kafka> => (opened.kafka ??= await openKafka(settings(), { terminal, timeoutMs, isDebugging }))
    const code = await run({
      terminal,
      output: new Output(terminal, format),
      kafka,
      admin: async () => (opened.admin ??= (await kafka()).admin({ defaultApiTimeoutMs: timeoutMs })),
      get settings() {
        return settings()
      },
      timeoutMs,
      now: () => Date.now(),
    })
    return code ?? 0
  } catch (error) {
    if (terminal.outputClosed.aborted) return 0
    if (terminal.interrupted.aborted) return 130
    if (error instanceof UsageError) {
      terminal.err(`odradek ${command.path}: ${error.message}\nSee odradek ${command.path} --help\n`)
      return 2
    }
    // Only here, since it knows the client's errors, and the client is large.
    const { told } = await import('./told.ts')
    terminal.err(isDebugging ? `${stackOf(error)}\n` : `odradek: ${told(error)}\n`)
    return 1
  } finally {
    await opened.kafka?.close().catch(() => undefined)
  }
}

function stackOf(error: unknown): string {
  const lines: string[] = []
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined)
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause))
  return error instanceof UserError ? lines.join('\n') : lines.join('\ncaused by ')
}

import { DiskError } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { help, version } from './help.ts'
import { UsageError } from './usage-error.ts'

/** Runs one command; answers the exit code: 0 done, 1 it failed, 2 the command line was wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args
  const command = rest.includes('--help') || rest.includes('-h') ? '--help' : first
  try {
    switch (command) {
      case undefined:
      case 'help':
      case '--help':
      case '-h':
        process.stdout.write(help)
        return 0
      case 'version':
      case '--version':
      case '-V':
      case '-v':
        process.stdout.write(`${version}\n`)
        return 0
      case 'start': {
        const { start } = await import('./start/start.ts')
        return await start(rest)
      }
      case 'status': {
        const { status } = await import('./status/status.ts')
        return await status(rest)
      }
      case 'env': {
        const { env } = await import('./env/env.ts')
        const { systemTerminal } = await import('./system-terminal.ts')
        return env(rest, systemTerminal())
      }
      case 'health': {
        const { health } = await import('./health/health.ts')
        return await health(rest)
      }
      case 'wait': {
        const { wait } = await import('./health/health.ts')
        return await wait(rest)
      }
      case 'container': {
        const { container } = await import('./container/container.ts')
        return await container(rest)
      }
      default:
        throw new UsageError(`there is no command "${command}"`)
    }
  } catch (error) {
    if (error instanceof DiskError) {
      const advice =
        error.code === 'EISDIR'
          ? 'There is a folder where a file should be: move it away, and put the file back if there was one'
          : 'Check that the data directory (--data-dir, log.dirs) is a folder that can be written'
      process.stderr.write(`odradek: ${error.message}. ${advice}.\n`)
      return 1
    }
    if (!(error instanceof UserError)) throw error
    const usage = error instanceof UsageError
    process.stderr.write(`odradek: ${error.message}\n${usage ? `\n${help}` : ''}`)
    return usage ? 2 : 1
  }
}

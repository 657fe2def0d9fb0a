import { UserError } from '@odradek/common/errors'
import { help, version } from './help.ts'
import { UsageError } from './usage-error.ts'

/** Runs one command; answers the exit code: 0 done, 1 it failed, 2 the command line was wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args
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
      default:
        throw new UsageError(`there is no command "${command}"`)
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const usage = error instanceof UsageError
    process.stderr.write(`odradek: ${error.message}\n${usage ? `\n${help}` : ''}`)
    return usage ? 2 : 1
  }
}

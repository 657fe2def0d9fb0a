import { DiskError } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import type { Terminal } from '../../terminal.ts'
import { propertiesFile } from '../clients.ts'
import { Exit } from '../exit.ts'
import { inJava } from '../in-java.ts'
import { log4jLine } from '../log4j.ts'
import { keyValues } from '../options/key-values.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'
import type { Tool } from '../tool.ts'

const parser = new OptionParser(
  {
    override: { doc: 'A setting that wins over the one of the file, as key=value.', argument: '' },
    version: { doc: 'Say which version of Kafka this tool is of, and do nothing else.' },
  },
  { bare: true },
)

const usageLine = 'USAGE: kafka-server-start [-daemon] server.properties [--override property=value]*'

export const tool: Tool = {
  name: 'kafka-server-start',
  async run(args, terminal) {
    if (args.length === 0) {
      void terminal.out(`${usageLine}\n`)
      return 1
    }
    const isDaemon = args[0] === '-daemon'
    try {
      const settings = await settingsFor(isDaemon ? args.slice(1) : args, terminal)
      if (isDaemon) {
        const { startDaemon } = await import('./daemon.ts')
        return await startDaemon(args.slice(1), settings, terminal)
      }
      const { serve } = await import('../../start/start.ts')
      return await serve({ settings, ephemeral: false })
    } catch (error) {
      if (error instanceof Exit) throw error
      return await fatal(error, terminal)
    }
  },
}

/** Our defaults for a machine of one's own, the file, `--override`; the later ones win. */
async function settingsFor(args: readonly string[], terminal: Terminal): Promise<ReadonlyMap<string, string>> {
  const usage = new Usage(terminal, parser)
  if (args.length === 0 || args.includes('--help')) usage.fail(usageLine)
  const [file = '', ...others] = args
  const { kafkaVersion } = await import('../kafka-version.ts')
  if (args.includes('--version')) {
    void terminal.out(`${kafkaVersion}\n`)
    throw new Exit(0)
  }
  // Whether it can be read is told first, and as Java tells it.
  propertiesFile(file)
  const options = parser.parse(others)
  if (options.rest.length > 0) usage.fail(`Found non argument parameters: ${options.rest.join(',')}`)
  const overrides = Object.entries(keyValues(options.values('override'))).flatMap(([name, value]) => ['--override', `${name}=${value}`])
  const { startArguments } = await import('../../start/arguments.ts')
  return startArguments(['--config', file, ...overrides], {}).settings
}

async function fatal(error: unknown, terminal: Terminal): Promise<number> {
  const isOurs = error instanceof UserError || error instanceof DiskError
  const where = isOurs ? 'Exiting Kafka due to fatal exception during startup.' : 'Exiting Kafka due to fatal exception'
  terminal.err(`${log4jLine('ERROR', where, 'kafka.Kafka$')}${isOurs ? `${inThisTool(error.message)}\n` : (await inJava(error)).trace}`)
  return 1
}

/** Advice for `odradek start`, for whoever has called it by another name. */
function inThisTool(message: string): string {
  return message.replace(/--port (\d+)/, '--override listeners=PLAINTEXT://localhost:$1').replace('--data-dir', '--override log.dirs=…')
}

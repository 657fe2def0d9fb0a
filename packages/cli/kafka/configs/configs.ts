import type { Terminal } from '../../terminal.ts'
import { propertiesFile } from '../clients.ts'
import { Exit } from '../exit.ts'
import { inJava, outOfFuture } from '../in-java.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { OptionException } from '../options/option-exception.ts'
import { Usage } from '../options/usage.ts'
import type { Tool } from '../tool.ts'
import { checkArguments } from './check-arguments.ts'
import { entitiesOf, specs } from './configs-options.ts'
import type { ConfigsCall } from './configs-options.ts'

/** Shows and changes settings of topics, brokers, groups, users and others. */
export const tool: Tool = {
  name: 'kafka-configs',
  async run(args, terminal) {
    try {
      return await run(args, terminal)
    } catch (error) {
      if (error instanceof Exit) throw error
      const { message, trace } = await inJava(await outOfFuture(error))
      if (isPlain(error)) terminal.err(`${message}\n`)
      else terminal.err(`Error while executing config command with args '${args.join(' ')}'\n${trace}`)
      return 1
    }
  },
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const parser = new OptionParser(specs)
  const usage = new Usage(terminal, parser)
  const options = parser.parse(args)
  usage.helpOrVersion(
    options,
    args,
    'This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or group',
  )
  const entities = entitiesOf(options)
  await checkArguments(options, entities, usage)
  const commandConfig = options.value('command-config')
  const properties = commandConfig === undefined ? {} : propertiesFile(commandConfig)
  if (options.has('alter') && entities.types.length !== entities.names.length)
    throw illegalArgument('An entity name must be specified for every entity type')
  await using admin = await openAdmin({
    terminal,
    properties,
    bootstrapServer: options.value('bootstrap-server'),
    bootstrapControllers: options.value('bootstrap-controller'),
  })
  const call: ConfigsCall = { options, entities, admin, say: (line) => void terminal.out(`${line}\n`) }
  if (options.has('alter')) await (await import('./alter.ts')).alter(call)
  else await (await import('./describe.ts')).describe(call)
  return 0
}

/** Mistakes on the command line are told without a stack trace. */
function isPlain(error: unknown): boolean {
  if (error instanceof OptionException) return true
  return error instanceof JavaError && plain.has(error.javaClass)
}

const plain: ReadonlySet<string> = new Set([
  'java.lang.IllegalArgumentException',
  'java.lang.NumberFormatException',
  'org.apache.kafka.common.errors.InvalidConfigurationException',
  'org.apache.kafka.common.errors.InvalidTopicException',
  'org.apache.kafka.common.errors.UnsupportedVersionException',
])

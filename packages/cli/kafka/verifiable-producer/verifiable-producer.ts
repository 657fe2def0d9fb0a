import { systemClock } from '@odradek/common/time'
import { exitCodeOf } from '../../interruption.ts'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf, propertiesFile } from '../clients.ts'
import { JsonLines } from '../json-lines.ts'
import { showRefusal } from '../options/argparse.ts'
import { sayRenamed } from '../options/renamed.ts'
import type { Tool } from '../tool.ts'
import { parser } from './options.ts'
import { produceNumbers } from './produce-numbers.ts'

export const tool: Tool = {
  name: 'kafka-verifiable-producer',
  async run(args, terminal) {
    try {
      return await produce(args.length === 0 ? ['--help'] : args, terminal)
    } catch (error) {
      showRefusal(error, terminal)
      return args.length === 0 ? 0 : 1
    }
  },
}

async function produce(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parser.parse(args)
  const properties = {
    'bootstrap.servers': options['bootstrap-server'] ?? '',
    acks: String(options.acks),
    retries: '0',
    ...fileOf(options, terminal),
  }
  await checkBootstrap({ terminal, bootstrapServer: properties['bootstrap.servers'] }, 'Failed to construct kafka producer')
  await using kafka = clientsOf({ terminal, properties })
  const lines = new JsonLines(terminal, () => systemClock.now())
  await produceNumbers({
    producer: kafka.producer(),
    topic: options.topic,
    count: options['max-messages'] < 0 ? Infinity : options['max-messages'],
    perSecond: options.throughput,
    createTime: options['message-create-time'] === -1 ? undefined : options['message-create-time'],
    valuePrefix: options['value-prefix'],
    keys: options['repeating-keys'],
    lines,
    clock: systemClock,
    stop: AbortSignal.any([terminal.interrupted, terminal.outputClosed]),
  })
  await lines.end()
  return exitCodeOf(terminal.interrupted)
}

function fileOf(options: ReturnType<typeof parser.parse>, terminal: Terminal): Readonly<Record<string, string>> {
  const { 'producer.config': old, 'command-config': now } = options
  if (old !== undefined && now !== undefined) {
    throw parser.exception('Options --producer.config and --command-config are mutually exclusive.')
  }
  if (old !== undefined) sayRenamed(terminal, 'command', 'producer.config', 'command-config')
  const path = now ?? old
  if (path === undefined) return {}
  try {
    return propertiesFile(path)
  } catch (error) {
    throw parser.exception(error instanceof Error ? error.message : String(error))
  }
}

import { nullable, string, topic } from '@odradek/client'
import { systemClock } from '@odradek/common/time'
import { exitCodeOf } from '../../interruption.ts'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf, propertiesFile } from '../clients.ts'
import { illegalArgument } from '../java-error.ts'
import { javaText } from '../java-names.ts'
import { JsonLines } from '../json-lines.ts'
import { log4jLine } from '../log4j.ts'
import { showRefusal } from '../options/argparse.ts'
import { sayRenamed } from '../options/renamed.ts'
import type { Tool } from '../tool.ts'
import { consumeAloud } from './consume-aloud.ts'
import { parser } from './options.ts'

export const tool: Tool = {
  name: 'kafka-verifiable-consumer',
  async run(args, terminal) {
    try {
      return await consume(args.length === 0 ? ['--help'] : args, terminal)
    } catch (error) {
      showRefusal(error, terminal)
      return args.length === 0 ? 0 : 1
    }
  },
}

type Options = ReturnType<typeof parser.parse>

async function consume(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parser.parse(args)
  const properties = { ...fileOf(options, terminal), ...settingsOf(options) }
  await checkBootstrap({ terminal, bootstrapServer: options['bootstrap-server'] }, 'Failed to construct kafka consumer')
  await using kafka = clientsOf({ terminal, properties })
  const spoken = topic(options.topic, { key: nullable(string), value: nullable(string) })
  const lines = new JsonLines(terminal, () => systemClock.now())
  await consumeAloud({
    consumer: kafka.consumer<typeof spoken>(),
    topic: spoken,
    count: options['max-messages'] < 0 ? Infinity : options['max-messages'],
    isVerbose: options.verbose,
    commits: !options['enable-autocommit'],
    lines,
    stop: AbortSignal.any([terminal.interrupted, terminal.outputClosed]),
    failed: (error) => {
      const message = 'Error during processing, terminating consumer process: '
      terminal.err(`${log4jLine('ERROR', message, 'org.apache.kafka.tools.VerifiableConsumer')}${javaText(error)}\n`)
    },
  })
  await lines.end()
  return exitCodeOf(terminal.interrupted)
}

function settingsOf(options: Options): Readonly<Record<string, string>> {
  const protocol = options['group-protocol'].toUpperCase()
  if (protocol !== 'CLASSIC' && protocol !== 'CONSUMER') {
    throw illegalArgument(`No enum constant org.apache.kafka.clients.consumer.GroupProtocol.${protocol}`)
  }
  const { 'group-remote-assignor': remote, 'session-timeout': session, 'group-instance-id': instance } = options
  return {
    'group.protocol': protocol.toLowerCase(),
    ...(protocol === 'CLASSIC' ? { 'partition.assignment.strategy': options['assignment-strategy'] } : {}),
    ...(protocol === 'CONSUMER' && remote !== undefined ? { 'group.remote.assignor': remote } : {}),
    ...(session === undefined ? {} : { 'session.timeout.ms': String(session) }),
    'group.id': options['group-id'],
    ...(instance === undefined ? {} : { 'group.instance.id': instance }),
    'bootstrap.servers': options['bootstrap-server'],
    'enable.auto.commit': String(options['enable-autocommit']),
    'auto.offset.reset': options['reset-policy'],
  }
}

function fileOf(options: Options, terminal: Terminal): Readonly<Record<string, string>> {
  const { 'consumer.config': old, 'command-config': now } = options
  if (old !== undefined && now !== undefined) {
    throw parser.exception('Options --consumer.config and --command-config are mutually exclusive.')
  }
  if (old !== undefined) sayRenamed(terminal, 'command', 'consumer.config', 'command-config')
  const path = now ?? old
  if (path === undefined) return {}
  try {
    return propertiesFile(path)
  } catch (error) {
    throw parser.exception(error instanceof Error ? error.message : String(error))
  }
}

import type { LogDirDescription } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { javaClass } from '../java-names.ts'
import { parseInt32 } from '../java-numbers.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'
import { orSayFailure } from '../say-failure.ts'
import type { Tool } from '../tool.ts'

const parser = new OptionParser({
  'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'The server(s) to use for bootstrapping' },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'Admin client property file' },
  describe: { doc: 'Tells of the log directories of brokers.' },
  'topic-list': { doc: 'Only of these topics, as "topic1,topic2"; without it, of all.', argument: 'Topic list', default: '' },
  'broker-list': { doc: 'Only of these brokers, as "0,1,2"; without it, of all.', argument: 'Broker list', default: '' },
})

/** What lies in the log directories of brokers, as JSON. */
export const tool: Tool = {
  name: 'kafka-log-dirs',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = optionsOf(args, terminal)
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    commandConfig: options.value('command-config'),
  })
  const topics = new Set(listOf(options.value('topic-list')))
  const present = (await admin.describeCluster()).brokers.map(({ id }) => id)
  const asked = listOf(options.value('broker-list')).map(parseInt32)
  const wanted = asked.length === 0 ? present : [...new Set(asked)]
  const unknown = wanted.filter((id) => !present.includes(id))
  if (unknown.length > 0) {
    terminal.err(
      `ERROR: The given brokers do not exist from --broker-list: ${unknown.join(',')}. Current existent brokers: ${present.join(',')}\n`,
    )
    return 1
  }
  void terminal.out('Querying brokers for log directories information\n')
  const found = await admin.describeLogDirs(wanted)
  void terminal.out(`Received log directory information from brokers ${wanted.join(',')}\n`)
  const brokers = wanted.map((broker) => ({
    broker,
    logDirs: [...(found.get(broker) ?? [])].map(([logDir, dir]) => dirOf(logDir, dir, topics)),
  }))
  void terminal.out(`${JSON.stringify({ brokers, version: 1 })}\n`)
  return 0
}

/** In the order of the fields of Kafka's tool. */
function dirOf(logDir: string, { error, replicas }: LogDirDescription, topics: ReadonlySet<string>): object {
  const partitions = [...replicas]
    .filter(([{ topic }]) => topics.size === 0 || topics.has(topic))
    .map(([{ topic, partition }, { sizeBytes, offsetLag, isFuture }]) => ({
      partition: `${topic}-${partition}`,
      size: sizeBytes,
      offsetLag,
      isFuture,
    }))
  return { partitions, error: error === undefined ? null : javaClass(error), logDir }
}

const listOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter((word) => word !== '')

function optionsOf(args: readonly string[], terminal: Terminal): ReturnType<typeof parser.parse> {
  const usage = new Usage(terminal, parser)
  const options = usage.parse(() => parser.parse(args))
  usage.helpOrVersion(options, args, 'This tool helps to query log directory usage on the specified brokers.')
  usage.required(options, 'bootstrap-server', 'describe')
  return options
}

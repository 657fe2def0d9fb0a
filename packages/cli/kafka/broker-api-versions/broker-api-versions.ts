import type { Terminal } from '../../terminal.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'
import { orSayFailure } from '../say-failure.ts'
import type { Tool } from '../tool.ts'
import { apiLines } from './usable.ts'

const parser = new OptionParser({
  'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'server(s) to use for bootstrapping' },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'command config property file' },
})

/** Which requests, in which versions, the brokers of a cluster understand. */
export const tool: Tool = {
  name: 'kafka-broker-api-versions',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = optionsOf(args, terminal)
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    commandConfig: options.value('command-config'),
  })
  const { brokers } = await admin.describeCluster()
  const ranges = await admin.describeApiVersions(brokers.map(({ id }) => id)).settled()
  for (const { id, host, port, rack } of brokers.toSorted((a, b) => a.id - b.id)) {
    const outcome = ranges.get(id)
    const name = `${host}:${port} (id: ${id} rack: ${rack ?? 'null'} isFenced: false)`
    if (outcome?.ok === true) {
      const lines = apiLines(outcome.value)
      void terminal.out(`${name} -> (\n\t${lines.join(',\n\t')}\n)\n`)
    } else {
      const { javaText } = await import('../java-names.ts')
      void terminal.out(`${name} -> ERROR: ${javaText(outcome?.error)}\n`)
    }
  }
  return 0
}

function optionsOf(args: readonly string[], terminal: Terminal): ReturnType<typeof parser.parse> {
  const usage = new Usage(terminal, parser)
  const options = parser.parse(args)
  usage.helpOrVersion(options, args, 'This tool helps to retrieve broker version information.')
  usage.required(options, 'bootstrap-server')
  return options
}

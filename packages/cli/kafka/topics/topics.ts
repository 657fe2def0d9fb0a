import type { Tool } from '../tool.ts'
import { clientsOf } from '../clients.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'

export const tool: Tool = {
  name: 'kafka-topics',
  async run(args, terminal) {
    const parser = new OptionParser({
      'bootstrap-server': { doc: 'REQUIRED: Which brokers to ask first.', argument: 'server to connect to' },
      list: { doc: 'Name all topics.' },
    })
    const usage = new Usage(terminal, parser)
    const options = parser.parse(args)
    usage.helpOrVersion(options, args, 'This tool helps to create, delete, describe, or change a topic.')
    await using kafka = clientsOf({ terminal, bootstrapServer: options.value('bootstrap-server') })
    const topics = await kafka.admin().listTopics({ listInternal: true })
    void terminal.out(`${[...topics.keys()].toSorted().join('\n')}\n`)
    return 0
  },
}

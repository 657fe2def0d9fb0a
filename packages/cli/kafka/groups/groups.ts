import type { GroupListing, GroupType } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { columnsLine, widthOf } from '../columns.ts'
import { Exit } from '../exit.ts'
import { inJava } from '../in-java.ts'
import { illegalArgument } from '../java-error.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import { log4jLine } from '../log4j.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'
import { orSayFailure } from '../say-failure.ts'
import type { Tool } from '../tool.ts'

const parser = new OptionParser({
  'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'server to connect to', required: true },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'command config property file' },
  list: { doc: 'Lists the groups.' },
  'group-type': { doc: "Only groups of this type: 'classic', 'consumer', 'share' or 'streams'.", argument: 'type' },
  protocol: { doc: 'Only groups of this protocol.', argument: 'protocol' },
  consumer: { doc: "Only groups of consumers: type 'consumer', and type 'classic' where the protocol is 'consumer' or none." },
  share: { doc: 'Only share groups.' },
  streams: { doc: 'Only groups of Kafka Streams.' },
})

type Filter = 'group-type' | 'protocol' | 'consumer' | 'share' | 'streams'
const about = 'This tool helps to list groups of all types.'
const names: Readonly<Record<GroupType, string>> = { classic: 'Classic', consumer: 'Consumer', share: 'Share', streams: 'Streams' }

/** Lists groups of every kind. */
export const tool: Tool = {
  name: 'kafka-groups',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const usage = new Usage(terminal, parser)
  const options = usage.parse(() => parser.parse(args))
  usage.helpOrVersion(options, args, about)
  if (!options.has('list')) usage.fail('Command must include exactly one action: --list.')
  const type = options.value('group-type')?.toLowerCase()
  if (type !== undefined && !Object.hasOwn(names, type)) throw illegalArgument('--group-type must be a valid group type.')
  usage.invalid(options, 'consumer', 'group-type', 'protocol', 'share', 'streams')
  usage.invalid(options, 'share', 'consumer', 'group-type', 'protocol', 'streams')
  usage.invalid(options, 'streams', 'consumer', 'group-type', 'protocol', 'share')
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    commandConfig: options.value('command-config'),
  })
  try {
    const { groups, errors } = await admin.listGroups({ timeoutMs: 30_000 })
    if (errors[0] !== undefined) throw errors[0].error
    void terminal.out(tableOf(groups.filter((group) => isMeant(group, options, type))))
    return 0
  } catch (error) {
    if (error instanceof Exit) throw error
    const { message, trace } = await inJava(error)
    void terminal.out(`Error while executing groups command : ${message}\n`)
    terminal.err(log4jLine('ERROR', trace, 'org.apache.kafka.tools.GroupsCommand'))
    return 1
  }
}

function isMeant({ type, protocolType }: GroupListing, options: Options<Filter>, wanted: string | undefined): boolean {
  const protocol = options.value('protocol')
  if (wanted !== undefined) return type === wanted && (protocol === undefined || protocol === protocolType)
  if (protocol !== undefined) return protocol === protocolType
  if (options.has('consumer')) return protocolType === 'consumer' || protocolType === '' || type === 'consumer'
  if (options.has('share')) return type === 'share'
  return !options.has('streams') || type === 'streams'
}

function tableOf(groups: readonly GroupListing[]): string {
  const rows = hashMapOrder(groups, ({ groupId }) => hashOfText(groupId)).map(({ groupId, type, protocolType }) => [
    groupId,
    type === undefined ? '' : names[type],
    protocolType,
  ])
  const width = widthOf(20, rows.flat())
  const line = (cells: readonly string[]): string => columnsLine([width, width, width], cells)
  return [`${line(['GROUP', 'TYPE', 'PROTOCOL'])}\n`, ...rows.map((row) => `${line(row)} \n`)].join('')
}

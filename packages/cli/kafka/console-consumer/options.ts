import type { Terminal } from '../../terminal.ts'
import { propertiesFile } from '../clients.ts'
import { hashMapOrder, hashOfText } from '../java-hash-order.ts'
import { JavaError } from '../java-error.ts'
import { keyValues } from '../options/key-values.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { OptionName } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'
import { hintAtUnknown } from '../property-hints.ts'
import { defaultFormatter, formatterNamed, formatterProperties } from './formatters.ts'
import type { Formatter } from './formatter.ts'

const properties =
  'What the formatter is told, as key=value. The default one knows:\n print.timestamp=true|false\n print.key=true|false\n print.offset=true|false\n print.epoch=true|false\n print.partition=true|false\n print.delivery=true|false\n print.headers=true|false\n print.value=true|false\n key.separator=<text>\n line.separator=<text>\n headers.separator=<text>\n null.literal=<text>\n key.deserializer=<class>\n value.deserializer=<class>\n headers.deserializer=<class>'

const specs = {
  topic: { doc: 'The topic to read.', argument: 'topic' },
  include: { doc: 'A regular expression: every topic with such a name is read.', argument: 'Java regex (String)' },
  partition: { doc: 'Only this partition; from its end, unless --offset says otherwise.', argument: 'partition', type: 'int' },
  offset: { doc: "Where to begin in the partition: a number, 'earliest' or 'latest'.", argument: 'consume offset', default: 'latest' },
  'consumer-property': { doc: 'The old name of --command-property.', argument: 'consumer_prop' },
  'command-property': { doc: 'A setting of the consumer, as key=value.', argument: 'consumer_prop' },
  'consumer.config': { doc: 'The old name of --command-config.', argument: 'config file' },
  'command-config': { doc: 'A file with settings of the consumer; --command-property wins over it.', argument: 'config file' },
  formatter: { doc: 'What writes the records.', argument: 'class', default: defaultFormatter },
  property: { doc: 'The old name of --formatter-property.', argument: 'prop' },
  'formatter-property': { doc: properties, argument: 'prop' },
  'formatter-config': { doc: 'A file with properties of the formatter; --formatter-property wins over it.', argument: 'config file' },
  'from-beginning': {
    doc: 'Where the group has read nothing yet, begins with the first record that is there, and not with the next one that comes.',
  },
  'max-messages': { doc: 'Ends after so many records.', argument: 'num_messages', type: 'int' },
  'timeout-ms': { doc: 'Ends when no record comes for so long.', argument: 'timeout_ms', type: 'long' },
  'skip-message-on-error': { doc: 'A record that cannot be written is left out, where it would end the tool otherwise.' },
  'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'server to connect to' },
  'key-deserializer': { doc: 'The class that makes text of keys.', argument: 'deserializer for keys' },
  'value-deserializer': { doc: 'The class that makes text of values.', argument: 'deserializer for values' },
  'enable-systest-events': { doc: 'Says on the output when the consumer has ended.' },
  'isolation-level': {
    doc: 'read_committed leaves out what transactions have not committed; read_uncommitted shows all.',
    argument: '',
    default: 'read_uncommitted',
  },
  group: { doc: 'The group to read as.', argument: 'consumer group id' },
} as const

type ToolOptions = Options<OptionName<typeof specs>>
const parser = new OptionParser(specs)

export interface ConsoleConsumerOptions {
  readonly bootstrapServer: string
  readonly settings: Readonly<Record<string, string>>
  readonly topic: string | undefined
  /** Throws when it is asked for and is no regular expression. */
  readonly include: RegExp
  readonly partition: number | undefined
  readonly offset: number | 'earliest' | 'latest'
  /** Throws when it is asked for and was no number: Kafka's tool has made its consumer by then. */
  readonly maxMessages: number
  readonly timeoutMs: number
  readonly skipsErrors: boolean
  readonly tellsEvents: boolean
  readonly formatter: Formatter
}

/** Reads the command line, in the order in which Kafka finds mistakes. `number` names the group of somebody who names none. */
export async function consoleConsumerOptions(
  args: readonly string[],
  terminal: Terminal,
  number: () => number,
): Promise<ConsoleConsumerOptions> {
  const usage = new Usage(terminal, parser)
  const options = usage.parse(() => parser.parse(args))
  usage.helpOrVersion(options, args, 'This tool helps to read data from Kafka topics and outputs it to standard output.')
  checkPlace(options, usage)
  usage.notTogether(options, 'consumer-property', 'command-property')
  usage.notTogether(options, 'consumer.config', 'command-config')
  const propertyName = usage.renamed(options, 'consumer', 'consumer-property', 'command-property')
  const configName = usage.renamed(options, 'consumer', 'consumer.config', 'command-config')
  const file = options.value(configName)
  const [fromFile, given] = [file === undefined ? {} : propertiesFile(file), keyValues(options.values(propertyName))]
  const groups = new Set([options.value('group'), fromFile['group.id'], given['group.id']].filter((group) => group !== undefined))
  if (groups.size > 1) {
    const names = hashMapOrder([...groups], hashOfText).map((group) => `'${group}'`)
    const places = "(directly using '--group', via '--consumer-property', or via '--consumer.config')"
    usage.fail(`The group ids provided in different places ${places} do not match. Detected group ids: ${names.join(', ')}`)
  }
  if (groups.size > 0 && options.has('partition')) usage.fail('Options group and partition cannot be specified together.')
  const settings = settingsOf(options, { ...fromFile, ...given }, groups, number, terminal, usage)
  return {
    bootstrapServer: options.value('bootstrap-server') ?? '',
    settings,
    topic: options.value('topic'),
    get include() {
      return regex(options.value('include') ?? '')
    },
    partition: options.number('partition'),
    offset: offsetOf(options, usage),
    get maxMessages() {
      return options.number('max-messages') ?? -1
    },
    timeoutMs: timeoutOf(options.long('timeout-ms')),
    skipsErrors: options.has('skip-message-on-error'),
    tellsEvents: options.has('enable-systest-events'),
    formatter: await formatterOf(options, usage, terminal),
  }
}

function checkPlace(options: ToolOptions, usage: Usage): void {
  usage.exactlyOne(options, 'topic', 'include')
  if (options.has('partition')) {
    if (!options.has('topic')) usage.fail('The topic is required when partition is specified.')
    if (options.has('from-beginning') && options.has('offset'))
      usage.fail('Options from-beginning and offset cannot be specified together.')
  } else if (options.has('offset')) usage.fail('The partition is required when offset is specified.')
  usage.required(options, 'bootstrap-server')
}

function settingsOf(
  options: ToolOptions,
  given: Readonly<Record<string, string>>,
  groups: ReadonlySet<string>,
  number: () => number,
  terminal: Terminal,
  usage: Usage,
): Readonly<Record<string, string>> {
  const reset = given['auto.offset.reset']
  if (reset !== undefined && options.has('from-beginning') && reset !== 'earliest') {
    terminal.err(`Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', please remove one option\n`)
    usage.exit(1)
  }
  const [group] = groups
  const isolation = { 'isolation.level': options.value('isolation-level') ?? '' }
  // It reads bytes, whatever a file says.
  const { 'key.deserializer': _key, 'value.deserializer': _value, ...others } = given
  return {
    'auto.offset.reset': options.has('from-beginning') ? 'earliest' : 'latest',
    'client.id': 'console-consumer',
    ...isolation,
    ...(group === undefined ? { 'enable.auto.commit': 'false' } : {}),
    ...others,
    ...(options.has('isolation-level') ? isolation : {}),
    'group.id': group ?? `console-consumer-${number()}`,
  }
}

function offsetOf(options: ToolOptions, usage: Usage): number | 'earliest' | 'latest' {
  if (!options.has('offset')) return options.has('from-beginning') ? 'earliest' : 'latest'
  const text = options.value('offset') ?? ''
  const word = text.toLowerCase()
  if (word === 'earliest' || word === 'latest') return word
  if (!/^\+?\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    usage.fail(`The provided offset value '${text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`)
  return Number(text)
}

const timeoutOf = (given: bigint | undefined): number => (given === undefined || given < 0n ? Infinity : Number(given))

async function formatterOf(options: ToolOptions, usage: Usage, terminal: Terminal): Promise<Formatter> {
  const name = options.value('formatter') ?? defaultFormatter
  usage.notTogether(options, 'property', 'formatter-property')
  const propertyName = usage.renamed(options, 'consumer', 'property', 'formatter-property')
  const file = options.value('formatter-config')
  const given = {
    ...(file === undefined ? {} : propertiesFile(file)),
    ...deserializer('key.deserializer', options.value('key-deserializer')),
    ...deserializer('value.deserializer', options.value('value-deserializer')),
    ...keyValues(options.values(propertyName)),
  }
  hintAtUnknown(terminal, 'formatter', Object.keys(given), formatterProperties, (property) =>
    /^(?:key|value|headers)\.deserializer\./.test(property),
  )
  const formatter = await formatterNamed(name, given, terminal)
  return formatter ?? usage.fail(name)
}

const deserializer = (property: string, name: string | undefined): Readonly<Record<string, string>> =>
  name === undefined || name === '' ? {} : { [property]: name }

function regex(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`)
  } catch (error) {
    throw new JavaError('java.util.regex.PatternSyntaxException', error instanceof Error ? error.message : String(error))
  }
}

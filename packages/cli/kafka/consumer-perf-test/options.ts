import type { Terminal } from '../../terminal.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'

/** `someGroup`: the group of those who name none. */
function parserFor(someGroup: string) {
  return new OptionParser({
    'bootstrap-server': { doc: 'REQUIRED: Which brokers to ask first.', argument: 'server to connect to' },
    topic: { doc: 'The topic to read.', argument: 'topic' },
    include: { doc: 'A regular expression; topics whose whole names match are read.', argument: 'Java regex (String)' },
    group: { doc: 'The group to be a member of.', argument: 'gid', default: someGroup },
    'fetch-size': { doc: 'The most bytes that one request brings of a partition.', argument: 'size', type: 'int', default: 1_048_576 },
    'command-property': {
      doc: 'A setting of the consumer. Given again and again for more; they win over those of a file.',
      argument: 'prop1=val1',
    },
    'from-latest': { doc: 'Where the group has committed nothing, begin with the newest record and not with the oldest.' },
    'socket-buffer-size': { doc: 'How much a socket may have received.', argument: 'size', type: 'int', default: 2_097_152 },
    'consumer.config': { doc: '(DEPRECATED) Like --command-config, which is its name now.', argument: 'config file' },
    'command-config': { doc: 'A properties file of the consumer.', argument: 'config file' },
    'print-metrics': { doc: 'Show all metrics of the consumer at the end.' },
    'show-detailed-stats': { doc: 'Say how it goes, as often as reporting-interval has it.' },
    timeout: {
      doc: 'How long to wait for the next records, in milliseconds.',
      optionalArgument: 'milliseconds',
      type: 'long',
      default: 10_000,
    },
    messages: { doc: '(DEPRECATED) Like --num-records, which is its name now.', argument: 'count', type: 'long' },
    'num-records': { doc: 'REQUIRED: How many records to read.', argument: 'count', type: 'long' },
    'reporting-interval': { doc: 'How often to say how it goes, in milliseconds.', argument: 'interval_ms', type: 'long', default: 5000 },
    'date-format': {
      doc: "How moments are written: a pattern of Java's SimpleDateFormat.",
      argument: 'date format',
      default: 'yyyy-MM-dd HH:mm:ss:SSS',
    },
    'hide-header': { doc: 'Leave the names of the columns out.' },
  })
}

export type PerfOptions = ReturnType<ReturnType<typeof parserFor>['parse']>

/** Ends the tool when they do not go together. */
export function readOptions(args: readonly string[], terminal: Terminal, someGroup: string): PerfOptions {
  const parser = parserFor(someGroup)
  const usage = new Usage(terminal, parser)
  const options = usage.parse(() => parser.parse(args))
  usage.helpOrVersion(options, args, 'This tool reads many records, and says how many a second there were.')
  usage.required(options, 'bootstrap-server')
  usage.exactlyOne(options, 'topic', 'include')
  usage.exactlyOne(options, 'messages', 'num-records')
  usage.invalid(options, 'consumer.config', 'command-config')
  usage.renamed(options, 'perf', 'messages', 'num-records')
  usage.renamed(options, 'perf', 'consumer.config', 'command-config')
  return options
}

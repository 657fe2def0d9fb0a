import type { Terminal } from '../../terminal.ts'
import { OptionParser } from '../options/joptsimple.ts'
import { Usage } from '../options/usage.ts'

const parser = new OptionParser({
  'bootstrap-server': { doc: 'REQUIRED: Which brokers to ask first: HOST1:PORT1,HOST2:PORT2.', argument: 'bootstrap-server' },
  topic: { doc: 'REQUIRED: Which topic the records go through.', argument: 'topic-name' },
  'num-records': { doc: 'REQUIRED: How many records to send, one after the other.', argument: 'count', type: 'int' },
  'producer-acks': { doc: "REQUIRED: Who must have a record before it counts as sent: '1' or 'all'.", argument: 'producer-acks' },
  'record-size': { doc: 'REQUIRED: How many bytes a value has.', argument: 'bytes', type: 'int' },
  'record-key-size': { doc: 'Optional: How many bytes a key has.', optionalArgument: 'bytes', type: 'int', default: 0 },
  'record-header-key-size': {
    doc: 'Optional: How many bytes the key of a header has.',
    optionalArgument: 'bytes',
    type: 'int',
    default: 0,
  },
  'record-header-size': {
    doc: 'Optional: How many bytes the value of a header has; -1 for null.',
    optionalArgument: 'bytes',
    type: 'int',
    default: 0,
  },
  'num-headers': { doc: 'Optional: How many headers a record has.', optionalArgument: 'count', type: 'int', default: 0 },
  'command-config': { doc: 'Optional: A properties file of producer, consumer and admin.', optionalArgument: 'config-file' },
})

export interface LatencyOptions {
  readonly bootstrapServer: string
  readonly topic: string
  readonly records: number
  readonly acks: 1 | 'all'
  readonly valueSize: number
  readonly keySize: number
  readonly headers: number
  readonly headerKeySize: number
  /** −1: the value is null. */
  readonly headerValueSize: number
  readonly commandConfig: string | undefined
}

/** Ends the tool when they do not go together. */
export function readOptions(args: readonly string[], terminal: Terminal): LatencyOptions {
  const usage = new Usage(terminal, parser)
  const options = usage.parse(() => parser.parse(args))
  usage.helpOrVersion(options, args, 'This tool sends records one after the other, and says how long each took to come back.')
  usage.required(options, 'bootstrap-server', 'topic', 'num-records', 'producer-acks', 'record-size')
  const acks = options.value('producer-acks')
  if (acks !== '1' && acks !== 'all') {
    return usage.fail("Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.")
  }
  const atLeast = (name: Parameters<typeof options.number>[0], least: number, words: string): number => {
    const value = options.number(name) ?? 0
    return value < least ? usage.fail(`Value for --${name} must be a ${words}.`) : value
  }
  return {
    records: atLeast('num-records', 1, 'positive integer'),
    valueSize: atLeast('record-size', 0, 'non-negative integer'),
    keySize: atLeast('record-key-size', 0, 'non-negative integer'),
    headerKeySize: atLeast('record-header-key-size', 0, 'non-negative integer'),
    headerValueSize: atLeast('record-header-size', -1, 'non-negative integer or -1 for null header value'),
    headers: atLeast('num-headers', 0, 'non-negative integer'),
    acks: acks === 'all' ? acks : 1,
    bootstrapServer: options.value('bootstrap-server') ?? '',
    topic: options.value('topic') ?? '',
    commandConfig: options.value('command-config'),
  }
}

import type { OffsetSpec, TopicPartition } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { addressProblem } from '../bootstrap-address.ts'
import { JavaError } from '../java-error.ts'
import { javaSplit, parseInt32, parseInt64 } from '../java-numbers.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { OptionName } from '../options/joptsimple.ts'
import { OptionException } from '../options/option-exception.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'
import { topicFilter } from '../topic-filter.ts'

/** A mistake that is told without a stack trace. */
export class Terse extends JavaError {
  constructor(message: string) {
    super('org.apache.kafka.tools.TerseException', message)
  }
}

const specs = {
  'bootstrap-server': { doc: 'REQUIRED: the brokers to ask first.', argument: 'HOST1:PORT1,...,HOST3:PORT3' },
  'topic-partitions': {
    doc: 'Which partitions, as a list of patterns: a regular expression for the name of topics, or nothing for all; then, behind a colon, a number, a range whose end is not in it, or a range that is open at one end; or nothing for all.',
    argument: 'topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3',
  },
  topic: { doc: 'Which topics, as a regular expression; by default all. Not beside --topic-partitions.', argument: 'topic' },
  partitions: { doc: 'Which partitions of them; by default all. Not beside --topic-partitions.', argument: 'partition ids' },
  time: {
    doc: 'Which offset: a word, its number, or that of the first record from a time in ms on. No offset is told where there is no such record.',
    argument:
      '<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload',
    default: 'latest',
  },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'config file' },
  'exclude-internal-topics': { doc: 'Without the topics in which Kafka keeps its own state.' },
} as const

export type OffsetsOptions = Options<OptionName<typeof specs>>

const about = 'An interactive shell for getting topic-partition offsets.'

export function offsetsOptions(args: readonly string[], terminal: Terminal): OffsetsOptions {
  const parser = new OptionParser(specs)
  const usage = new Usage(terminal, parser)
  if (args.length === 0) usage.fail(about)
  const options = parsed(() => parser.parse(args))
  usage.helpOrVersion(options, args, about)
  usage.required(options, 'bootstrap-server')
  const problem = addressProblem(options.value('bootstrap-server'))
  if (problem !== undefined) usage.fail(problem)
  if (options.has('topic-partitions') && (options.has('topic') || options.has('partitions')))
    throw new Terse('--topic-partitions cannot be used with --topic or --partitions')
  return options
}

function parsed<Parsed>(parse: () => Parsed): Parsed {
  try {
    return parse()
  } catch (error) {
    throw error instanceof OptionException ? new Terse(error.message) : error
  }
}

const words: Readonly<Record<string, OffsetSpec>> = {
  latest: 'latest',
  '-1': 'latest',
  earliest: 'earliest',
  '-2': 'earliest',
  'max-timestamp': 'maxTimestamp',
  '-3': 'maxTimestamp',
  'earliest-local': 'earliestLocal',
  '-4': 'earliestLocal',
  'latest-tiered': 'latestTiered',
  '-5': 'latestTiered',
  'earliest-pending-upload': 'earliestPendingUpload',
  '-6': 'earliestPendingUpload',
}

/** What `--time` says. */
export function offsetSpec(text: string): OffsetSpec {
  const word = Object.hasOwn(words, text) ? words[text] : undefined
  if (word !== undefined) return word
  try {
    return { timestamp: Number(parseInt64(text)) }
  } catch {
    throw new Terse(
      `Malformed time argument ${text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp`,
    )
  }
}

/** Which partitions are meant. */
export interface PartitionFilter {
  hasTopic(topic: string): boolean
  has(partition: TopicPartition): boolean
}

export function partitionFilter(options: OffsetsOptions): PartitionFilter {
  const patterns = options.has('topic-partitions') ? options.value('topic-partitions') : undefined
  if (patterns !== undefined) {
    const rules = javaSplit(patterns, ',').map(ruleOf)
    return {
      hasTopic: (topic) => rules.some((rule) => rule.hasTopic(topic)),
      has: (partition) => rules.some((rule) => rule.has(partition)),
    }
  }
  const hasTopic = topicFilter(options.value('topic') ?? '.*')
  const numbers = partitionNumbers(options.value('partitions') ?? '')
  return { hasTopic, has: ({ topic, partition }) => hasTopic(topic) && (numbers.size === 0 || numbers.has(partition)) }
}

function partitionNumbers(text: string): ReadonlySet<number> {
  if (text === '') return new Set()
  try {
    return new Set(javaSplit(text, ',').map(parseInt32))
  } catch {
    throw new Terse(`--partitions expects a comma separated list of numeric partition ids, but received: ${text}`)
  }
}

/** `topic`, `topic:1`, `topic:0-3`, `topic:5-`, `:-3`. */
function ruleOf(text: string): PartitionFilter {
  const match = /^([^:,]*)(?::(?:(\d*)|(?:(\d*)-(\d*))))?$/.exec(text)
  if (match === null) {
    const cause = new Terse(`Invalid rule specification: ${text}`)
    throw new JavaError('java.lang.RuntimeException', `${cause.javaClass}: ${cause.message}`, { cause })
  }
  const [, topic = '', single = '', from = '', to = ''] = match
  const hasTopic = topicFilter(topic === '' ? '.*' : topic)
  const first = parseInt32(single || from || '0')
  const end = single === '' ? parseInt32(to || '2147483647') : first + 1
  return { hasTopic, has: ({ topic, partition }) => hasTopic(topic) && partition >= first && partition < end }
}

import { KafkaError } from '@odradek/client'
import type { Admin, ElectionType, ErrorName, TopicPartition } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { propertiesFile } from '../clients.ts'
import { outOfFuture } from '../in-java.ts'
import { JavaError } from '../java-error.ts'
import { hashMapOrder, hashOfPartition } from '../java-hash-order.ts'
import { JsonValue } from '../java-json.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { OptionName } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'
import { orSayFailure } from '../say-failure.ts'
import { textFile } from '../text-file.ts'
import type { Tool } from '../tool.ts'

/** Has leaders of partitions elected anew. */
export const tool: Tool = {
  name: 'kafka-leader-election',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

const specs = {
  'bootstrap-server': { doc: 'The brokers to ask first, with commas between them. REQUIRED.', argument: 'host:port' },
  'admin.config': { doc: 'The old name of --command-config.', argument: 'config file' },
  'command-config': { doc: 'A file with settings of the client that asks.', argument: 'Config file' },
  'path-to-json-file': {
    doc: 'For which partitions, as a file:\n{"partitions":\n\t[{"topic": "foo", "partition": 1},\n\t {"topic": "foobar", "partition": 2}]\n}\nInstead of --topic and --all-topic-partitions.',
    argument: 'Path to JSON file',
  },
  topic: { doc: 'For a partition of this topic. Instead of --path-to-json-file and --all-topic-partitions.', argument: 'topic name' },
  partition: { doc: 'Which partition of the topic. REQUIRED beside --topic.', argument: 'partition id', type: 'int' },
  'all-topic-partitions': { doc: 'For all partitions that need it. Instead of --topic and --path-to-json-file.' },
  'election-type': {
    doc: 'preferred: the first of the replicas shall lead, where it does not and is in sync. unclean: any replica shall lead where none does, at the price of records. REQUIRED.',
    argument: 'election type',
    oneOf: ['PREFERRED', 'UNCLEAN'],
  },
} as const

type ElectionOptions = Options<OptionName<typeof specs>>

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const parser = new OptionParser(specs)
  const usage = new Usage(terminal, parser)
  const options = parser.parse(args)
  usage.helpOrVersion(
    options,
    args,
    'This tool attempts to elect a new leader for a set of topic partitions. The type of elections supported are preferred replicas and unclean replicas.',
  )
  check(options, usage)
  const electionType: ElectionType = options.value('election-type')?.toUpperCase() === 'UNCLEAN' ? 'UNCLEAN' : 'PREFERRED'
  const partitions = partitionsMeant(options)
  const commandConfig = options.value(usage.renamed(options, 'command', 'admin.config', 'command-config'))
  const given = commandConfig === undefined ? {} : propertiesFile(commandConfig)
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    properties: { 'default.api.timeout.ms': '30000', 'request.timeout.ms': '15000', ...given },
  })
  await electLeaders(admin, electionType, partitions, (line) => void terminal.out(`${line}\n`))
  return 0
}

function check(options: ElectionOptions, usage: Usage): void {
  const missing = (['bootstrap-server', 'election-type'] as const).filter((name) => !options.has(name))
  if (missing.length > 0) refuse(`Missing required option(s): ${missing.join(', ')}`)
  usage.invalid(options, 'admin.config', 'command-config')
  const choices = ['topic', 'all-topic-partitions', 'path-to-json-file'] as const
  if (choices.filter((name) => options.has(name)).length !== 1)
    refuse(`One and only one of the following options is required: ${choices.join(', ')}`)
  if (options.has('topic') && !options.has('partition')) refuse('Missing required option(s): partition')
  if (!options.has('topic') && options.has('partition')) refuse('Option partition is only allowed if topic is used')
}

/** Undefined: all. */
function partitionsMeant(options: ElectionOptions): readonly TopicPartition[] | undefined {
  const file = options.value('path-to-json-file')
  const [topic, partition] = [options.value('topic'), options.number('partition')]
  if (file !== undefined) return wrapped(() => partitionsOf(textFile(file)))
  return topic === undefined || partition === undefined ? undefined : [{ topic, partition }]
}

function partitionsOf(text: string): readonly TopicPartition[] {
  const json = JsonValue.parse(text) ?? operationError('Replica election data is empty')
  const list = json.optional('partitions') ?? operationError('Replica election data is missing "partitions" field')
  const partitions = list.elements().map((of) => ({ topic: of.field('topic').text(), partition: of.field('partition').int() }))
  const names = partitions.map(nameOf)
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  if (twice.length > 0) operationError(`Replica election data contains duplicate partitions: [${twice.join(', ')}]`)
  return partitions
}

async function electLeaders(
  admin: Admin,
  electionType: ElectionType,
  partitions: readonly TopicPartition[] | undefined,
  say: (line: string) => void,
): Promise<void> {
  const outcomes = await outcomesOf(admin, electionType, partitions, say)
  const succeeded: TopicPartition[] = []
  const unneeded: TopicPartition[] = []
  const failed: (readonly [TopicPartition, KafkaError])[] = []
  for (const place of hashMapOrder([...outcomes.keys()], hashOfPartition)) {
    const outcome = outcomes.get(place)
    if (outcome === undefined) continue
    if (outcome.ok) succeeded.push(place)
    else if (outcome.error.code === 'ELECTION_NOT_NEEDED') unneeded.push(place)
    else failed.push([place, outcome.error])
  }
  const names = (places: readonly TopicPartition[]): string => places.map(nameOf).join(', ')
  if (succeeded.length > 0) say(`Successfully completed leader election (${electionType}) for partitions ${names(succeeded)}`)
  if (unneeded.length > 0) say(`Valid replica already elected for partitions ${names(unneeded)}`)
  if (failed.length === 0) return
  const { javaText } = await import('../java-names.ts')
  for (const [place, error] of failed)
    say(`Error completing leader election (${electionType}) for partition: ${nameOf(place)}: ${javaText(error)}`)
  refuse(`${failed.length} replica(s) could not be elected`)
}

type Outcomes = Awaited<ReturnType<ReturnType<Admin['electLeaders']>['settled']>>

/** What went wrong with the whole of it is said by Kafka in its own way. */
async function outcomesOf(
  admin: Admin,
  electionType: ElectionType,
  partitions: readonly TopicPartition[] | undefined,
  say: (line: string) => void,
): Promise<Outcomes> {
  try {
    return await admin.electLeaders(electionType, partitions).settled()
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    const message = failures[error.code]
    const execution = await outOfFuture(error)
    if (message === undefined) {
      const { javaText } = await import('../java-names.ts')
      throw new JavaError('java.lang.RuntimeException', javaText(execution), { cause: execution })
    }
    say(message)
    throw new JavaError('org.apache.kafka.tools.AdminCommandFailedException', message, {
      cause: execution instanceof Error ? execution.cause : undefined,
    })
  }
}

const failures: Partial<Record<ErrorName, string>> = {
  REQUEST_TIMED_OUT: 'Timeout waiting for election results',
  CLUSTER_AUTHORIZATION_FAILED: 'Not authorized to perform leader election',
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

function refuse(message: string): never {
  throw new JavaError('org.apache.kafka.tools.AdminCommandFailedException', message)
}

/** What goes wrong with the file is a RuntimeException around what it really is; but mistakes in what it says are told as they are. */
function wrapped<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof JavaError) || cause.javaClass.startsWith('org.apache.kafka.')) throw cause
    throw new JavaError('java.lang.RuntimeException', `${cause.javaClass}: ${cause.message}`, { cause })
  }
}

function operationError(message: string): never {
  throw new JavaError('org.apache.kafka.tools.AdminOperationException', message)
}

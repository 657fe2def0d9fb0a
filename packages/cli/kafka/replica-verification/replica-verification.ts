import type {
  Admin,
  OffsetSpec,
  ReplicaBatches,
  ReplicaBatchesOptions,
  ReplicaPlace,
  TopicDescription,
  TopicPartition,
} from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { exitCodeOf } from '../../interruption.ts'
import { addressProblem } from '../bootstrap-address.ts'
import { Exit } from '../exit.ts'
import { javaDate } from '../java-date.ts'
import { JavaError } from '../java-error.ts'
import { hashMapOrder, hashOfPartition } from '../java-hash-order.ts'
import { log4jLine } from '../log4j.ts'
import { openAdmin } from '../open-admin.ts'
import { OptionParser } from '../options/joptsimple.ts'
import type { OptionName } from '../options/joptsimple.ts'
import type { Options } from '../options/options.ts'
import { Usage } from '../options/usage.ts'
import { orSayFailure } from '../say-failure.ts'
import { topicFilter } from '../topic-filter.ts'
import type { Tool } from '../tool.ts'
import { compare, lagSentence } from './verifier.ts'
import type { VerifiedPartition } from './verifier.ts'

/** Compares the replicas of partitions, again and again, until somebody stops it. */
export const tool: Tool = {
  name: 'kafka-replica-verification',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

const specs = {
  'broker-list': { doc: 'REQUIRED: the brokers to ask first.', argument: 'hostname:port,...,hostname:port' },
  'fetch-size': { doc: 'How much of a partition is read at once.', argument: 'bytes', type: 'int', default: 1_048_576 },
  'max-wait-ms': { doc: 'How long a broker may wait for something to come.', argument: 'ms', type: 'int', default: 1000 },
  'topics-include': { doc: 'Which topics, as a regular expression.', argument: 'Java regex (String)', default: '.*' },
  time: { doc: 'From where on, by time.', argument: 'timestamp/-1(latest)/-2(earliest)', type: 'long', default: -1 },
  'report-interval-ms': { doc: 'How often the greatest lag is told.', argument: 'ms', type: 'long', default: 30_000 },
} as const

type VerificationOptions = Options<OptionName<typeof specs>>

const logger = 'org.apache.kafka.tools.ReplicaVerificationTool'

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  terminal.err(log4jLine('WARN', 'This tool is deprecated and may be removed in a future major release.', logger))
  const options = optionsOf(args, terminal)
  const bootstrapServer = options.value('broker-list')
  const isIncluded = includedBy(options.value('topics-include') ?? '.*')
  await using admin = await openAdmin({ terminal, bootstrapServer })
  const listed = await admin.listTopics({ listInternal: true })
  const topics = [...(await admin.describeTopics([...listed.keys()].filter(isIncluded))).values()]
  if (topics.length === 0) {
    const message = 'No topics found. [topics-include] if specified, is either filtering out all topics or there is no topic.'
    terminal.err(log4jLine('ERROR', message, logger))
    return 1
  }
  const partitions = await partitionsFrom(admin, topics, Number(options.value('time')))
  await terminal.out(`${javaDate(new Date())}: verification process is started\n`)
  return await verify(admin, partitions, options, terminal)
}

function optionsOf(args: readonly string[], terminal: Terminal): VerificationOptions {
  const parser = new OptionParser(specs)
  const usage = new Usage(terminal, parser)
  const options = parser.parse(args)
  usage.helpOrVersion(options, args, 'Validate that all replicas for a set of topics have the same data.')
  usage.required(options, 'broker-list')
  const problem = addressProblem(options.value('broker-list'))
  if (problem !== undefined) usage.fail(problem)
  return options
}

function includedBy(regex: string): (topic: string) => boolean {
  try {
    return topicFilter(regex)
  } catch {
    // Kafka's other tools put a full stop behind that.
    throw new JavaError('java.lang.RuntimeException', `${regex} is an invalid regex`)
  }
}

/** A partition and its topic, as brokers know it. */
interface Place extends VerifiedPartition, TopicPartition {
  readonly topicId: string
}

async function partitionsFrom(admin: Admin, topics: readonly TopicDescription[], time: number): Promise<readonly Place[]> {
  const all = topics.flatMap(({ name, topicId, partitions }) =>
    partitions.map(({ partition, replicas }) => ({ topic: name, partition, topicId, name: `${name}-${partition}`, brokers: replicas })),
  )
  const offsetsAt = (at: OffsetSpec, of: readonly TopicPartition[]) =>
    admin.listOffsets(of.map(({ topic, partition }) => ({ topic, partition, at })))
  const at: OffsetSpec = time === -1 ? 'latest' : time === -2 ? 'earliest' : { timestamp: time }
  const offsets = await offsetsAt(at, all)
  // Where nothing is as new as that, all that comes is.
  const offsetOf = (of: TopicPartition): number => offsets.get({ topic: of.topic, partition: of.partition })?.offset ?? -1
  const ends = await offsetsAt(
    'latest',
    all.filter((of) => offsetOf(of) === -1),
  )
  // The first of those with the greatest lag is told of.
  return hashMapOrder(all, hashOfPartition).map((of) => ({
    ...of,
    offset: offsetOf(of) === -1 ? (ends.get({ topic: of.topic, partition: of.partition })?.offset ?? 0) : offsetOf(of),
  }))
}

/** Round after round. Ends with 1 when replicas have different offsets, with 130 or 143 when it is told to stop. */
async function verify(admin: Admin, partitions: readonly Place[], options: VerificationOptions, terminal: Terminal): Promise<number> {
  const say = (sentence: string): Promise<void> | undefined => terminal.out(`${javaDate(new Date())}: ${sentence}\n`)
  const maxWaitMs = options.number('max-wait-ms') ?? 1000
  const signal = terminal.interrupted
  const reading = { maxWaitMs, maxPartitionFetchBytes: options.number('fetch-size'), timeoutMs: maxWaitMs + 10_000, signal }
  const intervalMs = Number(options.value('report-interval-ms'))
  let reportedMs = Date.now()
  while (!signal.aborted && !terminal.outputClosed.aborted) {
    const held = await heldBy(admin, partitions, reading)
    if (held === undefined) break
    const lags: { readonly partition: Place; readonly maxHighWatermark: number }[] = []
    for (const partition of partitions) {
      const { sentences, isHopeless, maxHighWatermark } = compare(partition, held.get(partition.name) ?? new Map())
      for (const sentence of sentences) await say(sentence)
      if (isHopeless) throw new Exit(1)
      lags.push({ partition, maxHighWatermark })
    }
    if (Date.now() - reportedMs <= intervalMs) continue
    await say(lagSentence(lags))
    reportedMs = Date.now()
  }
  return signal.aborted ? exitCodeOf(signal) : 130
}

type Reading = ReplicaBatchesOptions & { readonly signal: AbortSignal }

/** What the brokers hold of the partitions from their offsets on, by partition and broker; undefined when it was not waited for. */
async function heldBy(
  admin: Admin,
  partitions: readonly Place[],
  reading: Reading,
): Promise<ReadonlyMap<string, Map<number, ReplicaBatches>> | undefined> {
  const replicas = partitions.flatMap(({ topic, partition, topicId, offset, brokers }) =>
    brokers.map((broker): ReplicaPlace => ({ topic, partition, topicId, broker, fetchOffset: offset })),
  )
  const held = new Map(partitions.map(({ name }) => [name, new Map<number, ReplicaBatches>()]))
  try {
    // A broker that can't be asked, or that has not got so far yet, holds nothing.
    for (const [{ topic, partition, broker }, outcome] of await admin.describeReplicaBatches(replicas, reading).settled())
      if (outcome.ok) held.get(`${topic}-${partition}`)?.set(broker, outcome.value)
    return held
  } catch (error) {
    if (reading.signal.aborted) return undefined
    throw error
  }
}

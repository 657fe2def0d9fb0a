import { KafkaError } from '@odradek/client'
import type { Admin, OffsetSpec, TopicPartition } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { Exit } from '../exit.ts'
import { inJava } from '../in-java.ts'
import { openAdmin } from '../open-admin.ts'
import type { Tool } from '../tool.ts'
import { offsetsOptions, offsetSpec, partitionFilter, Terse } from './offsets-options.ts'
import type { PartitionFilter } from './offsets-options.ts'

/** Offsets of partitions: first, last, or by time. */
export const tool: Tool = {
  name: 'kafka-get-offsets',
  async run(args, terminal) {
    try {
      return await run(args, terminal)
    } catch (error) {
      if (error instanceof Exit) throw error
      const { message, trace } = await inJava(error)
      terminal.err(`Error occurred: ${message}\n${error instanceof Terse ? '' : `${trace}\n`}`)
      return 1
    }
  },
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = offsetsOptions(args, terminal)
  const at = offsetSpec(options.value('time') ?? 'latest')
  const filter = partitionFilter(options)
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    commandConfig: options.value('command-config'),
    properties: { 'client.id': 'GetOffsetShell' },
  })
  const partitions = await partitionsMeant(admin, filter, options.has('exclude-internal-topics'))
  if (partitions.length === 0) throw new Terse('Could not match any topic-partitions with the specified filters')
  const outcomes = await offsetsOf(admin, partitions, at)
  const found = new Map<string, string>()
  for (const [{ topic, partition }, outcome] of outcomes) {
    if (!outcome.ok) {
      if (!(outcome.error instanceof KafkaError)) throw outcome.error
      const { javaText } = await import('../java-names.ts')
      terminal.err(`Skip getting offsets for topic-partition ${topic}-${partition} due to error: ${javaText(outcome.error)}\n`)
    } else if (outcome.value.offset !== -1) found.set(`${topic}-${partition}`, `${topic}:${partition}:${outcome.value.offset}`)
  }
  for (const name of [...found.keys()].toSorted()) void terminal.out(`${found.get(name)}\n`)
  return 0
}

type Outcomes = Awaited<ReturnType<ReturnType<Admin['listOffsets']>['settled']>>

/** Brokers have no offset for a number below those that mean something, and say so of each partition. */
async function offsetsOf(admin: Admin, partitions: readonly TopicPartition[], at: OffsetSpec): Promise<Outcomes> {
  if (typeof at === 'object' && at.timestamp < 0)
    return new Map(partitions.map((place) => [place, { ok: false, error: new KafkaError('UNSUPPORTED_VERSION') }]))
  return await admin.listOffsets(partitions.map((partition) => ({ ...partition, at }))).settled()
}

async function partitionsMeant(admin: Admin, filter: PartitionFilter, excludesInternal: boolean): Promise<readonly TopicPartition[]> {
  const topics = await admin.listTopics({ listInternal: !excludesInternal })
  const described = await admin.describeTopics([...topics.keys()].filter((topic) => filter.hasTopic(topic)))
  return [...described.values()]
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    .filter((partition) => filter.has(partition))
}

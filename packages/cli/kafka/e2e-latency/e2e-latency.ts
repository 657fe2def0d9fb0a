import { doubleText } from '@odradek/common/config'
import { systemRandom } from '@odradek/common/random'
import { systemClock } from '@odradek/common/time'
import type { Admin, Kafka } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { checkBootstrap } from '../bootstrap.ts'
import { clientsOf } from '../clients.ts'
import { fixed } from '../java-format.ts'
import { orSayFailure } from '../say-failure.ts'
import { orSayTersely } from '../terse.ts'
import type { Tool } from '../tool.ts'
import { readOptions } from './options.ts'
import { withNames } from './positions.ts'
import { roundTrips } from './round-trips.ts'

export const tool: Tool = {
  name: 'kafka-e2e-latency',
  run(args, terminal) {
    return orSayFailure(terminal, () => orSayTersely(terminal, () => measure(namesFor(args, terminal) ?? args, terminal)))
  },
}

function namesFor(args: readonly string[], terminal: Terminal): readonly string[] | undefined {
  const named = withNames(args)
  if (named === undefined) return undefined
  terminal.err(
    'WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: ' +
      '--bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config\n',
  )
  return named
}

async function measure(args: readonly string[], terminal: Terminal): Promise<number> {
  const say = (line: string): void => void terminal.out(`${line}\n`)
  const options = readOptions(args, terminal)
  const { bootstrapServer, commandConfig, topic, records } = options
  await checkBootstrap({ terminal, bootstrapServer }, 'Failed to construct kafka consumer')
  await using kafka = clientsOf({ terminal, bootstrapServer, commandConfig })
  await createIfMissing(kafka.admin(), topic, say)
  const producer = kafka.producer({ lingerMs: 0, maxBlockMs: Number.MAX_SAFE_INTEGER, acks: options.acks })
  const consumer = await consumerAtTheEnd(
    kafka,
    (await producer.partitionsFor(topic)).map(({ partition }) => ({ topic, partition })),
  )
  const took = new Float64Array(records)
  await roundTrips({
    producer,
    consumer,
    options,
    clock: systemClock,
    random: systemRandom,
    took: (number, ms) => {
      took[number] = ms
      if (number % 1000 === 0) say(`${number}\t${doubleText(Number(ms.toFixed(6)))}`)
    },
  })
  for (const line of summary(took)) say(line)
  await consumer.commit()
  return 0
}

/** The two lines at the end. Percentiles are whole milliseconds. */
export function summary(took: Float64Array): readonly string[] {
  const sorted = took.toSorted()
  const percentile = (part: number): number => Math.floor(sorted[Math.floor(sorted.length * part)] ?? 0)
  const sum = took.reduce((total, ms) => total + ms, 0)
  return [
    `Avg latency: ${fixed(sum / took.length, 4)} ms`,
    `Percentiles: 50th = ${percentile(0.5)}, 99th = ${percentile(0.99)}, 99.9th = ${percentile(0.999)}`,
  ]
}

async function createIfMissing(admin: Admin, topic: string, say: (line: string) => void): Promise<void> {
  const topics = await admin.listTopics({ listInternal: true })
  if (topics.has(topic)) return
  say(`Topic "${topic}" does not exist. Will create topic with 1 partition(s) and replication factor = 1`)
  try {
    await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }])
  } catch (error) {
    say(`Creation of topic ${topic} failed`)
    throw error
  }
}

async function consumerAtTheEnd(kafka: Kafka, partitions: readonly { readonly topic: string; readonly partition: number }[]) {
  const consumer = kafka.consumer({
    groupId: `test-group-${systemClock.now()}`,
    enableAutoCommit: false,
    autoOffsetReset: 'latest',
    fetchMaxWaitMs: 0,
  })
  consumer.assign(partitions)
  consumer.seekToEnd(partitions)
  await Promise.all(partitions.map((partition) => consumer.position(partition)))
  return consumer
}

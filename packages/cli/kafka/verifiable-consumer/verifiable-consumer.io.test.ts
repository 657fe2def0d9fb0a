import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { runTool } from '../main.ts'
import { tool } from './verifiable-consumer.ts'

type Event = Readonly<Record<string, unknown>>

const eventsOf = ({ stdout }: RecordedTerminal): readonly Event[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): Event => {
      const { timestamp, ...event }: Record<string, unknown> = JSON.parse(line)
      assert.ok(typeof timestamp === 'number')
      return event
    })

const words = (broker: RunningBroker, ...more: readonly string[]): readonly string[] => [
  '--bootstrap-server',
  broker.bootstrapServers,
  '--topic',
  'numbers',
  '--group-id',
  'readers',
  ...more,
]

async function brokerWithNumbers(count: number): Promise<RunningBroker> {
  const broker = await startBroker({ topics: { numbers: 1 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const records = Array.from({ length: count }, (_, number) => ({ key: `k${number}`, value: String(number) }))
  await kafka.producer().sendAll('numbers', records)
  return broker
}

test('so many records are read and committed, and all of it is told', async () => {
  await using broker = await brokerWithNumbers(5)
  const terminal = new RecordedTerminal()
  assert.equal(await tool.run(words(broker, '--max-messages', '3', '--verbose'), terminal), 0)
  const [partition] = [{ topic: 'numbers', partition: 0 }]
  const record = (offset: number): object => ({ name: 'record_data', key: `k${offset}`, value: String(offset), ...partition, offset })
  assert.deepEqual(eventsOf(terminal), [
    { name: 'startup_complete' },
    { name: 'partitions_assigned', partitions: [partition] },
    record(0),
    record(1),
    record(2),
    // Of all that the poll brought, and of those that are wanted.
    { name: 'records_consumed', count: 5, partitions: [{ ...partition, count: 3, minOffset: 0, maxOffset: 2 }] },
    { name: 'offsets_committed', offsets: [{ ...partition, offset: 3 }], success: true },
    { name: 'partitions_revoked', partitions: [partition] },
    { name: 'shutdown_complete' },
    { name: 'shutdown_requested' },
  ])
})

test('a group goes on where it was; whoever is ended says so before it closes', async () => {
  await using broker = await brokerWithNumbers(5)
  await tool.run(words(broker, '--max-messages', '3'), new RecordedTerminal())
  const terminal = new RecordedTerminal()
  const running = tool.run(words(broker), terminal)
  await terminal.said('offsets_committed')
  terminal.interrupt()
  assert.equal(await running, 130)
  const events = eventsOf(terminal)
  assert.deepEqual(
    events.map(({ name }) => name),
    [
      'startup_complete',
      'partitions_assigned',
      'records_consumed',
      'offsets_committed',
      'shutdown_requested',
      'partitions_revoked',
      'shutdown_complete',
    ],
  )
  assert.deepEqual(events[2]?.['partitions'], [{ topic: 'numbers', partition: 0, count: 2, minOffset: 3, maxOffset: 4 }])
  assert.equal(terminal.stderr, '')
})

test('with auto commit no commit is told, and the group has it all the same', async () => {
  await using broker = await brokerWithNumbers(5)
  const terminal = new RecordedTerminal()
  await tool.run(words(broker, '--max-messages', '5', '--enable-autocommit'), terminal)
  assert.ok(eventsOf(terminal).every(({ name }) => name !== 'offsets_committed'))
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const committed = await kafka.consumer({ groupId: 'readers' }).committed([{ topic: 'numbers', partition: 0 }])
  assert.equal(committed[0]?.offset, 5)
})

test('a limit of none reads none', async () => {
  await using broker = await brokerWithNumbers(1)
  const terminal = new RecordedTerminal()
  assert.equal(await tool.run(words(broker, '--max-messages', '0', '--enable-autocommit'), terminal), 0)
  assert.equal(terminal.stderr, '')
  assert.deepEqual(
    eventsOf(terminal).map(({ name }) => name),
    ['startup_complete', 'shutdown_complete', 'shutdown_requested'],
  )
})

test('what ends it early is said on stderr, and the events end in order, with code 0', async () => {
  await using broker = await brokerWithNumbers(1)
  const terminal = new RecordedTerminal()
  assert.equal(await tool.run(words(broker, '--reset-policy', 'none'), terminal), 0)
  assert.match(
    terminal.stderr,
    /ERROR Error during processing, terminating consumer process: {2}\(org\.apache\.kafka\.tools\.VerifiableConsumer\)\norg\.apache\.kafka\.clients\.consumer\.NoOffsetForPartitionException: /,
  )
  assert.deepEqual(
    eventsOf(terminal)
      .slice(-2)
      .map(({ name }) => name),
    ['shutdown_complete', 'shutdown_requested'],
  )
})

test('words that mean nothing are refused as Kafka refuses them', async () => {
  const terminal = new RecordedTerminal()
  const args = ['--bootstrap-server', 'b:1', '--topic', 't', '--group-id', 'g']
  assert.equal(await runTool(tool, [...args, '--group-protocol', 'nope'], terminal), 1)
  assert.equal(
    terminal.stderr,
    'Exception in thread "main" java.lang.IllegalArgumentException: No enum constant org.apache.kafka.clients.consumer.GroupProtocol.NOPE\n',
  )
  assert.equal(await runTool(tool, [...args, '--consumer.config', 'a', '--command-config', 'b'], new RecordedTerminal()), 1)
  assert.equal(await runTool(tool, [], new RecordedTerminal()), 0)
})

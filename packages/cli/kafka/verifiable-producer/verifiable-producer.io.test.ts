import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { runTool } from '../main.ts'
import { tool } from './verifiable-producer.ts'

type Event = Readonly<Record<string, unknown>>

const eventsOf = ({ stdout }: RecordedTerminal): readonly Event[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): Event => JSON.parse(line))

const named = (terminal: RecordedTerminal, name: string): readonly Event[] => eventsOf(terminal).filter((event) => event['name'] === name)

test('so many numbers are sent, and each acknowledgement is told', async () => {
  await using broker = await startBroker({ topics: { numbers: 2 } })
  const terminal = new RecordedTerminal()
  const args = ['--bootstrap-server', broker.bootstrapServers, '--topic', 'numbers', '--max-messages', '5', '--value-prefix', '3']
  assert.equal(await tool.run([...args, '--repeating-keys', '2'], terminal), 0)
  const events = eventsOf(terminal)
  assert.deepEqual(
    events.map(({ name }) => name),
    ['startup_complete', ...Array.from({ length: 5 }, () => 'producer_send_success'), 'shutdown_complete', 'tool_data'],
  )
  for (const event of events) assert.deepEqual(Object.keys(event).slice(0, 2), ['timestamp', 'name'])
  const sent = named(terminal, 'producer_send_success')
  assert.deepEqual(sent.map(({ key, value }) => `${String(key)} ${String(value)}`).toSorted(), [
    '0 3.0',
    '0 3.2',
    '0 3.4',
    '1 3.1',
    '1 3.3',
  ])
  assert.deepEqual(
    sent.filter(({ key }) => key === '0').map(({ offset, topic }) => [offset, topic]),
    [
      [0, 'numbers'],
      [1, 'numbers'],
      [2, 'numbers'],
    ],
  )
  const [{ sent: count, acked, target_throughput: target, avg_throughput: average } = {}] = named(terminal, 'tool_data')
  assert.deepEqual([count, acked, target], [5, 5, -1])
  assert.ok(typeof average === 'number' && average > 0)
})

test('without an end it goes on until somebody ends it, which it does in order and with the exit code of the signal', async () => {
  await using broker = await startBroker({ topics: { numbers: 1 } })
  const terminal = new RecordedTerminal()
  const running = tool.run(['--bootstrap-server', broker.bootstrapServers, '--topic', 'numbers', '--throughput', '500'], terminal)
  await terminal.said('"value":"9"')
  terminal.interrupt('SIGTERM')
  assert.equal(await running, 143)
  const [{ sent, acked, target_throughput: target } = {}] = named(terminal, 'tool_data')
  assert.ok(typeof sent === 'number' && sent >= 10)
  assert.equal(acked, sent)
  assert.equal(target, 500)
  assert.equal(named(terminal, 'producer_send_success').length, sent)
})

test('with throughput 0 nothing comes after the first record, and it can still be ended', async () => {
  await using broker = await startBroker({ topics: { numbers: 1 } })
  const terminal = new RecordedTerminal()
  const running = tool.run(['--bootstrap-server', broker.bootstrapServers, '--topic', 'numbers', '--throughput', '0'], terminal)
  await terminal.said('"value":"0"')
  terminal.interrupt()
  assert.equal(await running, 130)
  assert.equal(named(terminal, 'tool_data')[0]?.['sent'], 1)
})

test('a record that fails is told with the names of Java, and the others go on', async () => {
  await using broker = await startBroker()
  const terminal = new RecordedTerminal()
  const args = ['--bootstrap-server', broker.bootstrapServers, '--topic', 'no/topic', '--max-messages', '2']
  assert.equal(await tool.run(args, terminal), 0)
  const [{ timestamp, ...failure } = {}] = named(terminal, 'producer_send_error')
  assert.ok(typeof timestamp === 'number')
  assert.deepEqual(Object.keys(failure), ['name', 'topic', 'key', 'value', 'exception', 'message'])
  assert.equal(failure['exception'], 'class org.apache.kafka.common.errors.InvalidTopicException')
  assert.deepEqual([failure['topic'], failure['key'], failure['value']], ['no/topic', null, '0'])
  assert.deepEqual(
    named(terminal, 'tool_data').map(({ sent, acked }) => [sent, acked]),
    [[2, 0]],
  )
})

test('records begin at the time they are told to', async () => {
  await using broker = await startBroker({ topics: { numbers: 1 } })
  const terminal = new RecordedTerminal()
  const args = ['--bootstrap-server', broker.bootstrapServers, '--topic', 'numbers', '--max-messages', '1', '--message-create-time', '77']
  await tool.run(args, terminal)
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const consumer = kafka.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'numbers', partition: 0 }])
  const [batch] = await consumer.poll(10_000)
  assert.deepEqual(batch === undefined ? [] : [...batch].map(({ timestamp }) => timestamp), [77])
})

test('a file of properties wins over the options; its old name is said to be old, on stderr', async (t) => {
  await using broker = await startBroker({ topics: { numbers: 1 } })
  const directory = mkdtempSync(join(tmpdir(), 'odradek-verifiable-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'producer.properties')
  writeFileSync(file, 'acks=0\n')
  const terminal = new RecordedTerminal()
  const args = ['--bootstrap-server', broker.bootstrapServers, '--topic', 'numbers', '--max-messages', '1', '--producer.config', file]
  assert.equal(await tool.run(args, terminal), 0)
  assert.equal(named(terminal, 'producer_send_success')[0]?.['offset'], -1)
  assert.equal(
    terminal.stderr,
    'Option --producer.config has been deprecated and will be removed in a future version. Use --command-config instead.\n',
  )
})

test('what is wrong with the command line ends with code 1; help has code 1 too, but for no arguments at all', async () => {
  const said = async (...args: readonly string[]): Promise<readonly [number, string]> => {
    const terminal = new RecordedTerminal()
    const code = await runTool(tool, args, terminal)
    return [code, terminal.stdout === '' ? (terminal.stderr.trimEnd().split('\n').at(-1) ?? '') : terminal.stdout.slice(0, 26)]
  }
  assert.deepEqual(await said('--topic', 't', '--bootstrap-server', 'b:1', '--command-config', '/no/file'), [
    1,
    'verifiable-producer: error: /no/file',
  ])
  assert.deepEqual(await said('--topic', 't', '--bootstrap-server', 'b:1', '--acks', '2'), [1, 'from {0,1,-1})'])
  assert.deepEqual(await said('-h'), [1, 'usage: verifiable-producer'])
  assert.deepEqual(await said(), [0, 'usage: verifiable-producer'])
  assert.deepEqual(await said('--topic', 't', '--bootstrap-server', 'nowhere'), [
    1,
    'Caused by: org.apache.kafka.common.config.ConfigException: Invalid url in bootstrap.servers: nowhere',
  ])
})

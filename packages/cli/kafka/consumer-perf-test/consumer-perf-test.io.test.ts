import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './consumer-perf-test.ts'

const columns =
  'data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec'
const row = String.raw`\d+\.\d{4}, \S+, 1000, \S+, \d+, -?\d+, \S+, \S+`
const moment = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}`

async function filledBroker(): Promise<RunningBroker> {
  const broker = await startBroker({ topics: { load: 2, other: 1 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const producer = kafka.producer()
  await producer.sendAll(
    'load',
    Array.from({ length: 1_000 }, (_, number) => ({ key: 'k', value: 'x'.repeat(99), partition: number % 2 })),
  )
  await producer.sendAll('other', [{ value: 'y' }])
  return broker
}

function perform(broker: RunningBroker, ...args: readonly string[]): Promise<Seen> {
  return trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])
}

test('so many records are read, and a header and a row say how fast', async () => {
  await using broker = await filledBroker()
  const { code, out, err } = await perform(broker, '--topic', 'load', '--num-records', '1000', '--group', 'readers')
  assert.equal(err, '')
  assert.equal(code, 0)
  const [head, first, ...more] = out.split('\n')
  assert.equal(head, `start.time, end.time, ${columns}`)
  // 1000 records of 100 bytes.
  assert.match(first ?? '', new RegExp(`^${moment}, ${moment}, 0\\.0954, ${row.slice(row.indexOf(String.raw`\S`))}$`))
  assert.deepEqual(more, [''])
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const committed = await kafka.consumer({ groupId: 'readers' }).committed([0, 1].map((partition) => ({ topic: 'load', partition })))
  assert.deepEqual(
    committed.map((place) => place?.offset),
    [500, 500],
  )
})

test('topics whose whole names match are read; the header may be left out, and dates be written otherwise', async () => {
  await using broker = await filledBroker()
  const { out } = await perform(broker, '--include', 'loa.|the', '--num-records', '1000', '--hide-header', '--date-format', "yyyy'!'")
  assert.match(out, new RegExp(String.raw`^\d{4}!, \d{4}!, ${row}\n$`))
})

test('when no more come in time there is a warning, and the row is of what was read', async () => {
  await using broker = await filledBroker()
  const { code, out } = await perform(broker, '--topic', 'load', '--num-records', '1001', '--timeout', '200', '--hide-header')
  assert.equal(code, 0)
  const [warning, first] = out.split('\n')
  assert.equal(
    warning,
    'WARNING: Exiting before consuming the expected number of records: timeout (200 ms) exceeded. You can use the --timeout option to increase the timeout.',
  )
  assert.match(first ?? '', new RegExp(`${row}$`))
})

test('detailed, there is a row for each interval and none at the end; metrics come last', async () => {
  await using broker = await filledBroker()
  const args = ['--topic', 'load', '--num-records', '1000', '--show-detailed-stats', '--reporting-interval', '1', '--print-metrics']
  const { out } = await perform(broker, ...args, '--command-property', 'max.poll.records=100', '--command-property', 'client.id=mine')
  const [head, ...rows] = out.slice(0, out.indexOf('\n\n')).split('\n')
  assert.equal(head, `time, threadId, ${columns}`)
  assert.ok(rows.length > 0)
  for (const each of rows) assert.match(each, new RegExp(String.raw`^${moment}, 0, \d+\.\d{4}, \S+, \d+00, `))
  assert.match(out, /\n\nMetric Name +Value\n/)
  assert.match(out, /^consumer-fetch-manager-metrics:records-consumed-total:\{client-id=mine\} +: 1000\.000$/m)
})

test('from the latest on, what is there already is not read', async () => {
  await using broker = await filledBroker()
  const { out } = await perform(broker, '--topic', 'load', '--num-records', '1', '--from-latest', '--timeout', '100', '--hide-header')
  assert.match(out, /, 0\.0000, 0\.0000, 0, 0\.0000, /)
})

test('old names are taken with a word on stderr; what does not go together is refused', async () => {
  await using broker = await filledBroker()
  const { code, err } = await perform(broker, '--topic', 'load', '--messages', '1')
  assert.deepEqual([code, err], [0, 'Warning: --messages is deprecated. Use --num-records instead.\n'])
  const first = async (...args: readonly string[]): Promise<string | undefined> => {
    const seen = await perform(broker, ...args)
    assert.equal(seen.code, 1)
    return seen.err.split('\n')[0]
  }
  const one = ['--topic', 'load', '--num-records', '1']
  assert.equal(await first(...one, '--messages', '1'), 'Exactly one of the following arguments is required: [messages], [num-records]')
  assert.equal(await first('--num-records', '1'), 'Exactly one of the following arguments is required: [topic], [include]')
  assert.equal(await first(...one, '--reporting-interval', '0'), 'Reporting interval must be greater than 0.')
  assert.equal(await first(...one, '--date-format', 'jj'), "Illegal pattern character 'j'")
  assert.equal(await first('--include', '[', '--num-records', '1'), '[ is no regular expression')
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './producer-perf-test.ts'

const number = String.raw`\d+\.\d`
const total = (count: number, more = ''): RegExp =>
  new RegExp(
    String.raw`^${count}${more} records sent, ${number}{6} records/sec \(${number}{2} MB/sec\), ${number}{2} ms avg latency, ` +
      String.raw`${number}{2} ms max latency, \d+ ms 50th, \d+ ms 95th, \d+ ms 99th, \d+ ms 99\.9th\.$`,
  )

function perform(broker: RunningBroker, ...more: readonly string[]): Promise<Seen> {
  return trial(tool, ['--topic', 'load', '--throughput', '-1', '--bootstrap-server', broker.bootstrapServers, ...more])
}

async function valuesOf(broker: RunningBroker, count: number): Promise<readonly string[]> {
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const consumer = kafka.consumer({ autoOffsetReset: 'earliest' })
  consumer.assign([{ topic: 'load', partition: 0 }])
  const values: string[] = []
  for await (const { rawValue } of consumer.records()) {
    values.push(Buffer.from(rawValue ?? []).toString())
    if (values.length === count) break
  }
  return values
}

test('so many records of so many letters are sent, and one line sums them up', async () => {
  await using broker = await startBroker({ topics: { load: 1 } })
  const { code, out, err } = await perform(broker, '--num-records', '3000', '--record-size', '10')
  assert.equal(err, '')
  assert.equal(code, 0)
  assert.match(out.trimEnd(), total(3000))
  const values = await valuesOf(broker, 3000)
  assert.ok(values.every((value) => /^[A-Z]{10}$/.test(value)))
})

test('records of a warm-up are left out of a second line', async () => {
  await using broker = await startBroker({ topics: { load: 1 } })
  const { out } = await perform(broker, '--num-records', '100', '--payload-monotonic', '--warmup-records', '20')
  const [first, all, steady, ...more] = out.trimEnd().split('\n')
  assert.equal(first, 'Warmup first 20 records. Steady state results will print after the complete test summary.')
  assert.match(all ?? '', total(100))
  assert.match(steady ?? '', total(80, ' steady state'))
  assert.deepEqual(more, [])
  assert.deepEqual(await valuesOf(broker, 3), ['0', '1', '2'])
})

test('the rate is kept, and said from time to time', async () => {
  await using broker = await startBroker({ topics: { load: 1 } })
  const args = ['--num-records', '200', '--payload-monotonic', '--throughput', '1000', '--reporting-interval', '50']
  const { out } = await perform(broker, ...args)
  assert.match(out, /^\d+ records sent, \d+\.\d records\/sec \(0\.\d\d MB\/sec\), \d+\.\d ms avg latency, \d+\.\d ms max latency\.\n/)
  const rate = /^200 records sent, (\S+) records/m.exec(out)?.[1]
  assert.ok(Number(rate) <= 1030, rate)
})

test('properties win over those of a file, and the old names of both still go', async (t) => {
  await using broker = await startBroker({ topics: { load: 1 } })
  const directory = mkdtempSync(join(tmpdir(), 'odradek-perf-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'producer.properties')
  writeFileSync(file, `bootstrap.servers=${broker.bootstrapServers}\nacks=wrong\nclient.id=mine\n`)
  const args = ['--topic', 'load', '--throughput', '-1', '--num-records', '5', '--record-size', '3', '--producer.config', file]
  const { code, out, err } = await trial(tool, [...args, '--print-metrics', '--producer-props', 'acks=1', 'linger.ms=0'])
  assert.equal(code, 0)
  assert.equal(
    err,
    'Option --producer-props has been deprecated and will be removed in a future version. Use --command-property instead.\n' +
      'Option --producer.config has been deprecated and will be removed in a future version. Use --command-config instead.\n',
  )
  assert.match(out, /\n\nMetric Name +Value\n/)
  assert.match(out, /^producer-metrics:record-send-total:\{client-id=mine\} +: 5\.000$/m)
})

test('records that fail are counted on stderr, each reason once, and are no records sent', async () => {
  await using broker = await startBroker()
  const { code, out, err } = await perform(broker, '--num-records', '4', '--record-size', '2', '--topic', 'no/topic')
  assert.equal(code, 0)
  assert.match(out, /^0 records sent, .* NaN ms avg latency, 0\.00 ms max latency, 0 ms 50th, /)
  assert.match(err, /^org\.apache\.kafka\.common\.errors\.InvalidTopicException: .*\n4 records were not sent\.\n$/)
})

test('options that do not go together are refused before anything is opened', async () => {
  const last = async (...args: readonly string[]): Promise<string> => {
    const { code, err } = await trial(tool, ['--topic', 't', '--throughput', '-1', ...args], { env: { COLUMNS: '1000' } })
    assert.equal(code, 1)
    return err.trimEnd().split('\n').at(-1)?.replace('kafka-producer-perf-test: error: ', '') ?? ''
  }
  const one = ['--num-records', '1', '--payload-monotonic', '--bootstrap-server', 'b:1']
  assert.equal(await last('--num-records', '0', '--record-size', '1'), '--num-records should be greater than zero.')
  assert.equal(await last('--num-records', '1', '--record-size', '0'), '--record-size should be greater than zero.')
  assert.equal(await last(...one, '--reporting-interval', '0'), '--reporting-interval should be greater than zero.')
  assert.equal(await last(...one, '--transaction-duration-ms', '0'), '--transaction-duration-ms should be greater than zero.')
  assert.equal(
    await last('--num-records', '1', '--record-size', '1'),
    'At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.',
  )
  assert.equal(
    await last(...one, '--command-property', 'a=b', '--producer-props', 'a=b'),
    '--command-property and --producer-props cannot be specified together.',
  )
  assert.equal(await last(...one, '--record-size', '1'), 'argument --record-size: not allowed with argument --payload-monotonic')
  assert.equal(
    await last(...one, '--command-property', 'a'),
    'Exception in thread "main" java.lang.IllegalArgumentException: Invalid property: a',
  )
  assert.equal((await trial(tool, [])).code, 0)
  assert.equal((await trial(tool, ['-h'])).code, 1)
})

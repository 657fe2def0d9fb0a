import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import { tool } from './e2e-latency.ts'

test('records go through a topic, which is made if it is not there, and come back', async () => {
  await using broker = await startBroker()
  const args = ['--bootstrap-server', broker.bootstrapServers, '--topic', 'trips', '--num-records', '5', '--producer-acks', 'all']
  const headers = ['--num-headers', '2', '--record-header-key-size', '3', '--record-header-size', '-1']
  const { code, out, err } = await trial(tool, [...args, '--record-size', '10', '--record-key-size', '4', ...headers])
  assert.equal(err, '')
  assert.equal(code, 0)
  const [made, first, average, percentiles, ...more] = out.split('\n')
  assert.equal(made, 'Topic "trips" does not exist. Will create topic with 1 partition(s) and replication factor = 1')
  assert.match(first ?? '', /^0\t\d+\.\d+$/)
  assert.match(average ?? '', /^Avg latency: \d+\.\d{4} ms$/)
  assert.match(percentiles ?? '', /^Percentiles: 50th = \d+, 99th = \d+, 99\.9th = \d+$/)
  assert.deepEqual(more, [''])
})

test('arguments without names are taken as before 4.2, with a word on stderr', async () => {
  await using broker = await startBroker({ topics: { trips: 3 } })
  const { code, out, err } = await trial(tool, [broker.bootstrapServers, 'trips', '3', '1', '7'])
  assert.equal(code, 0)
  assert.match(out, /^0\t/)
  assert.match(err, /^WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5\.0\./)
})

test('options that mean nothing are refused', async () => {
  const all = ['--bootstrap-server', 'b:1', '--topic', 't', '--num-records', '1', '--producer-acks', '1', '--record-size', '1']
  const first = async (...args: readonly string[]): Promise<readonly [number, string]> => {
    const { code, err } = await trial(tool, args)
    return [code, err.split('\n')[0] ?? '']
  }
  const changed = (name: string, value: string): readonly string[] =>
    all.map((word, index) => (all[index - 1] === `--${name}` ? value : word))
  assert.deepEqual(await first(...changed('num-records', '0')), [1, 'Value for --num-records must be a positive integer.'])
  assert.deepEqual(await first(...changed('record-size', '-1')), [1, 'Value for --record-size must be a non-negative integer.'])
  assert.deepEqual(await first(...all, '--record-header-size', '-2'), [
    1,
    'Value for --record-header-size must be a non-negative integer or -1 for null header value.',
  ])
  assert.match((await first(...changed('producer-acks', '0')))[1], /^Invalid value for --producer-acks\./)
  assert.deepEqual(await first(...all.slice(0, -2)), [1, 'Missing required argument "[record-size]"'])
  assert.match((await first('--help'))[1], /^Invalid number of arguments\. Expected 5 or 6 positional arguments, but got 1\. /)
  assert.match((await first())[1], /^This tool sends records one after the other/)
})

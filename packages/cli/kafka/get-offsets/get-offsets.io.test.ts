import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './get-offsets.ts'

const broker = await startBroker({ topics: { orders: 3, other: 1, __consumer_offsets: 1 } })
after(() => broker.stop())
const kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
const producer = kafka.producer()
for (const [partition, count] of [3, 1, 0].entries()) {
  for (let number = 0; number < count; number++)
    await producer.send('orders', { partition, value: new Uint8Array(1), timestamp: 1000 * (number + 1) })
}
await kafka.close()

const run = (...args: readonly string[]): Promise<Seen> => trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])
const gives = async (lines: readonly string[], ...args: readonly string[]): Promise<void> =>
  assert.deepEqual(await run(...args), { code: 0, out: lines.map((line) => `${line}\n`).join(''), err: '' })
const refuses = async (message: string, ...args: readonly string[]): Promise<void> =>
  assert.deepEqual(await run(...args), { code: 1, out: '', err: `Error occurred: ${message}\n` })

test('the ends of partitions, by name', async () => {
  await gives(['orders:0:3', 'orders:1:1', 'orders:2:0', 'other:0:0'], '--exclude-internal-topics')
  await gives(['orders:0:3', 'orders:1:1', 'orders:2:0'], '--topic', 'ord.*')
  await gives(['__consumer_offsets:0:0'], '--topic', '__.*')
})

test('other offsets, by word and by number', async () => {
  for (const time of ['earliest', '-2']) await gives(['orders:0:0', 'orders:1:0', 'orders:2:0'], '--topic', 'orders', '--time', time)
  for (const time of ['latest', '-1']) await gives(['orders:0:3', 'orders:1:1', 'orders:2:0'], '--topic', 'orders', '--time', time)
  for (const time of ['max-timestamp', '-3']) await gives(['orders:0:2', 'orders:1:0'], '--topic', 'orders', '--time', time)
  for (const time of ['earliest-local', '-4']) await gives(['orders:0:0', 'orders:1:0', 'orders:2:0'], '--topic', 'orders', '--time', time)
})

test('by time: the first record from then on, and nothing where there is none', async () => {
  await gives(['orders:0:1'], '--topic', 'orders', '--time', '1001')
  await gives([], '--topic', 'orders', '--time', '99999999')
  await refuses(
    'Malformed time argument soon. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp',
    '--topic',
    'orders',
    '--time',
    'soon',
  )
})

test('a number that means nothing is told of each partition, and the exit code is 0', async () => {
  const { code, out, err } = await run('--topic', 'other', '--time', '-7')
  assert.deepEqual([code, out], [0, ''])
  assert.match(
    err,
    /^Skip getting offsets for topic-partition other-0 due to error: org\.apache\.kafka\.common\.errors\.UnsupportedVersionException: /,
  )
})

test('partitions by number and by range', async () => {
  await gives(['orders:0:3', 'orders:2:0'], '--topic', 'orders', '--partitions', '0,2')
  await gives(['orders:1:1', 'orders:2:0'], '--topic-partitions', 'orders:1-')
  await gives(['orders:0:3', 'orders:1:1'], '--topic-partitions', 'orders:-2')
  await gives(['orders:0:3', 'other:0:0'], '--topic-partitions', 'orders:0,oth.*:0-1')
  await gives(['orders:2:0'], '--topic-partitions', ':2')
  await refuses('--partitions expects a comma separated list of numeric partition ids, but received: 0,x', '--partitions', '0,x')
  await refuses('--topic-partitions cannot be used with --topic or --partitions', '--topic-partitions', 'orders', '--topic', 'orders')
  const { code, err } = await run('--topic-partitions', 'orders:a')
  const message = 'org.apache.kafka.tools.TerseException: Invalid rule specification: orders:a'
  assert.deepEqual([code, err], [1, `Error occurred: ${message}\njava.lang.RuntimeException: ${message}\nCaused by: ${message}\n\n`])
})

test('nothing that fits is a failure', async () => {
  await refuses('Could not match any topic-partitions with the specified filters', '--topic', 'absent')
  await refuses('Could not match any topic-partitions with the specified filters', '--topic', 'orders', '--partitions', '7')
})

test('a command line that does not go', async () => {
  assert.deepEqual(await trial(tool, ['--tpic', 'x']), { code: 1, out: '', err: 'Error occurred: tpic is not a recognized option\n' })
  assert.match((await trial(tool, [])).err, /^An interactive shell for getting topic-partition offsets\.\nOption /)
  assert.match((await trial(tool, ['--topic', 'x'])).err, /^Missing required argument "\[bootstrap-server\]"\nOption /)
  for (const address of ['localhost', 'localhost:1,b'])
    assert.match(
      (await trial(tool, ['--bootstrap-server', address])).err,
      /^Please provide valid host:port like host1:9091,host2:9092\n\nOption /,
    )
})

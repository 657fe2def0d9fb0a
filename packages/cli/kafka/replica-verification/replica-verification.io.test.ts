import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { runTool } from '../main.ts'
import { trial } from '../trial.ts'
import { tool } from './replica-verification.ts'

const broker = await startBroker({ topics: { orders: 2 } })
after(() => broker.stop())
const kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
const producer = kafka.producer()
for (let number = 0; number < 5; number++) await producer.send('orders', { partition: 0, value: new Uint8Array([number]) })
await kafka.close()

const warning =
  /^\[T\] WARN This tool is deprecated and may be removed in a future major release\. \(org\.apache\.kafka\.tools\.ReplicaVerificationTool\)\n/

test('replicas are read from the beginning on, the lag is told, and Ctrl-C ends it', async () => {
  const terminal = new RecordedTerminal()
  const args = [
    '--broker-list',
    broker.bootstrapServers,
    '--topics-include',
    'orders',
    '--time',
    '-2',
    '--report-interval-ms',
    '0',
    '--max-wait-ms',
    '20',
  ]
  const ended = runTool(tool, args, terminal)
  await terminal.said(/max lag is 0/)
  terminal.interrupt()
  assert.equal(await ended, 130)
  const date = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}`
  assert.match(terminal.stdout, new RegExp(`^${date}: verification process is started\n`))
  assert.match(terminal.stdout, new RegExp(`\n${date}: max lag is 0 for partition orders-0 at offset 5 among 2 partitions\n`))
})

test('no topics to look at', async () => {
  const { code, out, err } = await trial(tool, ['--broker-list', broker.bootstrapServers, '--topics-include', 'absent'])
  assert.deepEqual([code, out], [1, ''])
  assert.match(err, warning)
  assert.match(
    err,
    /\n\[T\] ERROR No topics found\. \[topics-include\] if specified, is either filtering out all topics or there is no topic\. /,
  )
})

test('a command line that does not go', async () => {
  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await trial(tool, args)
    assert.deepEqual([code, out], [1, ''])
    return err.replace(warning, '')
  }
  assert.match(await said(), /^Validate that all replicas for a set of topics have the same data\.\nOption /)
  assert.match(await said('--time', '-1'), /^Missing required argument "\[broker-list\]"\nOption /)
  assert.match(await said('--broker-list', 'localhost'), /^Please provide valid host:port like host1:9091,host2:9092\n\nOption /)
  assert.equal(
    await said('--nope'),
    'nope is not a recognized option\njoptsimple.UnrecognizedOptionException: nope is not a recognized option\n\n',
  )
  assert.match(await said('--broker-list', broker.bootstrapServers, '--topics-include', '*'), /^\* is an invalid regex\n/)
})

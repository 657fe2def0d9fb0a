import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { runTool } from '../main.ts'
import { trial } from '../trial.ts'
import { tool } from './console-consumer.ts'

let broker: RunningBroker
before(async () => {
  broker = await startBroker({ topics: { users: 1, numbers: 1, live: 1 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const producer = kafka.producer()
  await producer.send('users', {
    key: '1',
    value: 'mitch',
    timestamp: 1000,
    headers: [
      ['a', 'x'],
      ['b', null],
    ],
  })
  await producer.send('users', { value: Buffer.from([0xff, 0x00]), timestamp: 2000 })
  await producer.send('users', { key: '3', value: null, timestamp: 3000 })
  const long = Buffer.alloc(8)
  long.writeBigInt64BE(9_007_199_254_740_993n)
  await producer.send('numbers', { value: long })
  await producer.send('numbers', { value: 'abc' })
  await producer.flush()
})
after(() => broker.stop())

const consume = (...args: readonly string[]) => trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])

test('values are written as the bytes they are, a line each, and how many there were on stderr', async () => {
  const terminal = new RecordedTerminal()
  const args = ['--bootstrap-server', broker.bootstrapServers, '--topic', 'users', '--from-beginning', '--max-messages', '3']
  assert.equal(await runTool(tool, args, terminal), 0)
  assert.deepEqual(Buffer.from(terminal.stdoutBytes), Buffer.from('mitch\n\xff\x00\nnull\n', 'latin1'))
  assert.equal(terminal.stderr, 'Processed a total of 3 messages\n')
})

test('columns come in their order, and the old spelling says its new one on stderr', async () => {
  const columns = ['timestamp', 'partition', 'offset', 'headers', 'key'].flatMap((name) => ['--property', `print.${name}=true`])
  const { out, err } = await consume(
    '--topic',
    'users',
    '--partition',
    '0',
    '--offset',
    'earliest',
    '--max-messages',
    '1',
    ...columns,
    '--property',
    'key.separator=|',
  )
  assert.equal(out, 'CreateTime:1000|Partition:0|Offset:0|a:x,b:null|1|mitch\n')
  assert.match(err, /^Option --property is deprecated and will be removed in a future version\. Use --formatter-property instead\.\n/)
})

test('a property that was mistyped is hinted at', async () => {
  const { err } = await consume(
    '--topic',
    'users',
    '--partition',
    '0',
    '--offset',
    '2',
    '--max-messages',
    '1',
    '--formatter-property',
    'print.header=true',
  )
  assert.match(err, /print\.header: did you mean print\.headers\?/)
})

test('deserializers make text; what they cannot read ends the tool, or is skipped', async () => {
  const long = ['--value-deserializer', 'org.apache.kafka.common.serialization.LongDeserializer']
  const one = await consume('--topic', 'numbers', '--from-beginning', '--max-messages', '1', ...long)
  assert.equal(one.out, '9007199254740993\n')
  const both = await consume('--topic', 'numbers', '--from-beginning', '--max-messages', '2', ...long)
  assert.equal(both.code, 1)
  assert.match(
    both.err,
    /Unknown error when running consumer: .*\n.*SerializationException: Size of data received by LongDeserializer is not 8/,
  )
  const skipped = await consume('--topic', 'numbers', '--from-beginning', '--max-messages', '2', '--skip-message-on-error', ...long)
  assert.deepEqual([skipped.code, skipped.out], [0, '9007199254740993\n'])
})

test('a silence that is too long ends it, with code 0 as with Kafka', async () => {
  const { code, out, err } = await consume(
    '--topic',
    'users',
    '--from-beginning',
    '--timeout-ms',
    '300',
    '--formatter',
    'org.apache.kafka.tools.consumer.NoOpMessageFormatter',
  )
  assert.deepEqual([code, out], [0, ''])
  assert.match(
    err,
    /terminating consumer process: .*\norg\.apache\.kafka\.common\.errors\.TimeoutException\nProcessed a total of 3 messages\n$/,
  )
})

test('a group goes on where the output ended', async () => {
  const read = [
    '--topic',
    'users',
    '--group',
    'readers',
    '--from-beginning',
    '--formatter-property',
    'print.offset=true',
    '--formatter-property',
    'print.value=false',
  ]
  assert.equal((await consume(...read, '--max-messages', '2')).out, 'Offset:0\nOffset:1\n')
  assert.equal((await consume(...read, '--max-messages', '1')).out, 'Offset:2\n')
  const committed = await consume(
    '--topic',
    '__consumer_offsets',
    '--partition',
    '0',
    '--offset',
    'earliest',
    '--timeout-ms',
    '300',
    '--formatter',
    'OffsetsMessageFormatter',
  )
  assert.match(
    committed.out,
    /\{"key":\{"type":1,"data":\{"group":"readers","topic":"users","partition":0\}\},"value":\{"version":\d,"data":\{"offset":3,/,
  )
})

test('it shows what comes until Ctrl-C', async () => {
  const terminal = new RecordedTerminal()
  const running = runTool(tool, ['--bootstrap-server', broker.bootstrapServers, '--topic', 'live', '--from-beginning'], terminal)
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  await kafka.producer().send('live', { value: 'now' })
  await terminal.said('now\n')
  terminal.interrupt()
  await running
  assert.match(terminal.stderr, /Processed a total of 1 messages\n$/)
})

test('nobody reads any more: it ends', async () => {
  const terminal = new RecordedTerminal()
  const running = runTool(tool, ['--bootstrap-server', broker.bootstrapServers, '--topic', 'users', '--from-beginning'], terminal)
  await terminal.said('mitch')
  terminal.closeOutput()
  await running
  assert.match(terminal.stderr, /Unable to write to standard out, closing consumer\.\nProcessed a total of 3 messages\n$/)
})

test('command lines that do not go are told, with exit code 1', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--topic', 't', '--include', 'x'], /^Exactly one of the following arguments is required: \[topic\], \[include\]/],
    [['--topic', 't', '--offset', '1'], /^The partition is required when offset is specified\./],
    [['--topic', 't', '--partition', '0', '--offset', '-1'], /^The provided offset value '-1' is incorrect\./],
    [['--topic', 't', '--partition', '0', '--group', 'g'], /^Options group and partition cannot be specified together\./],
    [['--topic', 't', '--formatter', 'x.Y'], /^x\.Y\n/],
    [
      ['--topic', 't', '--from-beginning', '--command-property', 'auto.offset.reset=latest'],
      /^Can't simultaneously specify --from-beginning/,
    ],
    [['--topic', 't', '--frm-beginning'], /^frm-beginning is not a recognized option/],
  ]
  for (const [args, words] of wrong) {
    const { code, err } = await consume(...args)
    assert.equal(code, 1, args.join(' '))
    assert.match(err, words)
  }
})

test('a number of records that is none is found when reading begins; a class that is not there is told of, and bytes are shown', async () => {
  const few = await consume('--topic', 'users', '--max-messages', 'few')
  assert.deepEqual([few.code, few.out], [1, ''])
  assert.match(
    few.err,
    /^Processed a total of 0 messages\n\[T\] ERROR Unknown error when running consumer: {2}\(.*ConsoleConsumer\)\njoptsimple\.OptionArgumentConversionException: Cannot parse argument 'few' of option max-messages\n$/,
  )
  const strange = await consume('--topic', 'users', '--from-beginning', '--max-messages', '1', '--value-deserializer', 'org.example.D')
  assert.deepEqual([strange.code, strange.out], [0, 'mitch\n'])
  assert.match(
    strange.err,
    /^\[T\] ERROR Unable to instantiate a deserializer from org\.example\.D \(.*DefaultMessageFormatter\)\njava\.lang\.ClassNotFoundException: org\.example\.D\nProcessed a total of 1 messages\n$/,
  )
})

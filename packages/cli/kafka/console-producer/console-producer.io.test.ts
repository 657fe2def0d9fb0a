import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Kafka } from '@odradek/client'
import type { Consumer } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import type { RecordedTerminalOptions } from '../../recorded-terminal.ts'
import { runTool } from '../main.ts'
import { trial } from '../trial.ts'
import { tool } from './console-producer.ts'

let broker: RunningBroker
let kafka: Kafka
before(async () => {
  broker = await startBroker()
  kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
})
after(async () => {
  await kafka.close()
  await broker.stop()
})

const produce = (topic: string, input: string, ...args: readonly string[]) => trialWith({ input }, topic, ...args)
const trialWith = (options: RecordedTerminalOptions, topic: string, ...args: readonly string[]) =>
  trial(tool, ['--bootstrap-server', broker.bootstrapServers, '--topic', topic, ...args], options)

/** All records of a topic with one partition, as `key=value headers`. */
async function recordsIn(topic: string): Promise<readonly string[]> {
  const consumer: Consumer = kafka.consumer()
  const place = { topic, partition: 0 }
  consumer.assign([place])
  consumer.seekToBeginning([place])
  const [end] = await consumer.endOffsets([place])
  const found: string[] = []
  const text = (bytes: Uint8Array | null): string => (bytes === null ? 'null' : Buffer.from(bytes).toString('latin1'))
  while (found.length < (end?.offset ?? 0))
    for (const batch of await consumer.poll(5000))
      for (const { key, value, headers } of batch)
        found.push(`${text(key)}=${text(value)}${[...headers].map(([name, bytes]) => ` ${name}:${text(bytes)}`).join('')}`)
  await consumer.close()
  return found
}

test('each line is a record; a key, headers and null by the words that say so', async () => {
  assert.equal((await produce('plain', 'one\ntwo\r\nthree')).code, 0)
  assert.deepEqual(await recordsIn('plain'), ['null=one', 'null=two', 'null=three'])
  await produce(
    'keyed',
    '1,mitch\n2,\nNIL,elyse\n',
    '--property',
    'parse.key=true',
    '--property',
    'key.separator=,',
    '--property',
    'null.marker=NIL',
  )
  assert.deepEqual(await recordsIn('keyed'), ['1=mitch', '2=', 'null=elyse'])
  await produce('headed', 'a:1,b:2\tk\tv\n', '--reader-property', 'parse.headers=true', '--reader-property', 'parse.key=true')
  assert.deepEqual(await recordsIn('headed'), ['k=v a:1 b:2'])
})

test('a line without its separator ends the tool with the number of the line, unless errors are ignored', async () => {
  const strict = await produce('strict', 'a:1\nb\n', '--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:')
  assert.equal(strict.code, 1)
  assert.match(strict.err, /^org\.apache\.kafka\.common\.KafkaException: No key separator found on line number 2: 'b'/)
  const lax = await produce(
    'lax',
    'a:1\nb\n',
    '--reader-property',
    'parse.key=true',
    '--reader-property',
    'key.separator=:',
    '--reader-property',
    'ignore.error=true',
  )
  assert.equal(lax.code, 0)
  assert.deepEqual(await recordsIn('lax'), ['a=1', 'null=b'])
})

test('a prompt is shown to a person, and to nobody else; Ctrl-D ends with code 0', async () => {
  const person = await trialWith({ input: 'a\nb\n', inputIsTerminal: true, outputIsTerminal: true }, 'prompted')
  assert.equal(person.code, 0)
  assert.equal(person.out, '>>>')
  assert.equal((await produce('prompted', 'c\n')).out, '')
})

test('Ctrl-C loses nothing that was typed', async () => {
  const terminal = new RecordedTerminal({ inputIsTerminal: true, outputIsTerminal: true })
  const running = runTool(tool, ['--bootstrap-server', broker.bootstrapServers, '--topic', 'interrupted'], terminal)
  terminal.type('kept\n')
  await terminal.said('>>')
  terminal.interrupt()
  await running
  assert.deepEqual(await recordsIn('interrupted'), ['null=kept'])
})

test('the old spelling says its new one on stderr, both together are refused', async () => {
  const old = await produce('old', 'x\n', '--property', 'parse.key=false')
  assert.equal(old.err, 'Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead.\n')
  const both = await produce('old', 'x\n', '--property', 'a=b', '--reader-property', 'a=b')
  assert.equal(both.code, 1)
  assert.match(both.err, /^Options --reader-property and --property cannot be specified together\.\n/)
  assert.match((await trial(tool, ['--bootstrap-server', broker.bootstrapServers])).err, /^Missing required argument "\[topic\]"\n/)
})

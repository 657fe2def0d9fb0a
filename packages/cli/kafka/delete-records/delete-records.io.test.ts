import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './delete-records.ts'

const broker = await startBroker({ topics: { orders: 2 } })
const folder = mkdtempSync(join(tmpdir(), 'odradek-delete-records-'))
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})
const kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
const producer = kafka.producer()
for (const partition of [0, 1]) {
  for (let number = 0; number < 5; number++) await producer.send('orders', { partition, value: new Uint8Array([number]) })
}
await kafka.close()

const file = (content: unknown): string => {
  const path = join(folder, 'offsets.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const run = (content: unknown): Promise<Seen> =>
  trial(tool, ['--bootstrap-server', broker.bootstrapServers, '--offset-json-file', file(content)])
const head = 'Executing records delete operation\nRecords delete operation completed:\n'
const partition = (number: number, offset: number): object => ({ topic: 'orders', partition: number, offset })

test('records go up to the offsets of the file, or up to the end', async () => {
  const { code, out, err } = await run({ partitions: [partition(0, 2), partition(1, -1)], version: 1 })
  const lines = 'partition: orders-0\tlow_watermark: 2\npartition: orders-1\tlow_watermark: 5\n'
  assert.deepEqual({ code, out, err }, { code: 0, out: head + lines, err: '' })
})

test('a file without a version is one of version 1', async () => {
  const { code, out } = await run({ partitions: [partition(0, 3)] })
  assert.deepEqual({ code, out }, { code: 0, out: `${head}partition: orders-0\tlow_watermark: 3\n` })
})

test('an offset that is not there is told of its partition, and the exit code is 0', async () => {
  const outOfRange =
    'org.apache.kafka.common.errors.OffsetOutOfRangeException: The requested offset is not within the range of offsets maintained by the server.'
  const { code, out } = await run({ partitions: [partition(0, 99), partition(1, -2)] })
  assert.deepEqual(
    { code, out },
    { code: 0, out: `${head}partition: orders-0\terror: ${outOfRange}\npartition: orders-1\terror: ${outOfRange}\n` },
  )
})

test('a file that is not as it should be is refused in the words of Kafka', async () => {
  const json = 'com.fasterxml.jackson.databind.JsonMappingException'
  const operation = 'org.apache.kafka.tools.AdminOperationException'
  const cases: readonly (readonly [unknown, string, string])[] = [
    ['{"partitions":[{"topic":"ord', operation, 'The input string is not a valid JSON'],
    ['', operation, 'The input string is not a valid JSON'],
    [{ version: 2, partitions: [] }, operation, 'Not supported version field value 2'],
    [{ version: '1', partitions: [] }, json, 'Expected `Integer` value, received "1"'],
    [{ version: 1 }, operation, 'Missing partitions field'],
    [[1], json, 'Expected JSON object, received [1]'],
    [{ partitions: {} }, json, 'Expected JSON array, received {}'],
    [{ partitions: [{ topic: 'orders', partition: 0 }] }, json, 'No such field exists: `offset`'],
    [{ partitions: [{ ...partition(0, 1), offset: '1' }] }, json, 'Expected `Long` value, received "1"'],
    [
      { partitions: [partition(0, 1), partition(0, 2)] },
      'org.apache.kafka.tools.AdminCommandFailedException',
      'Offset json file contains duplicate topic partitions: orders-0',
    ],
  ]
  for (const [content, javaClass, message] of cases)
    assert.deepEqual(await run(content), { code: 1, out: '', err: `${message}\n${javaClass}: ${message}\n\n` })
})

test('a file that can not be read, and one that is not named', async () => {
  const server = ['--bootstrap-server', broker.bootstrapServers]
  const { code, err } = await trial(tool, [...server, '--offset-json-file', join(folder, 'absent')])
  assert.equal(code, 1)
  assert.match(err, /^Unable to read file .*absent\njava\.io\.IOException: Unable to read file .*absent\n/)
  assert.match((await trial(tool, server)).err, /^Missing required argument "\[offset-json-file\]"\nOption /)
  assert.match(
    (await trial(tool, [])).err,
    /^This tool helps to delete records of the given partitions down to the specified offset\.\nOption /,
  )
})

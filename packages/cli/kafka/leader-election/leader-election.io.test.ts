import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import type { Seen } from '../trial.ts'
import { tool } from './leader-election.ts'

const broker = await startBroker({ topics: { orders: 2 } })
const folder = mkdtempSync(join(tmpdir(), 'odradek-leader-election-'))
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})
const file = (content: unknown): string => {
  const path = join(folder, 'partitions.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const run = (...args: readonly string[]): Promise<Seen> => trial(tool, ['--bootstrap-server', broker.bootstrapServers, ...args])
const preferred = ['--election-type', 'preferred'] as const
const twice = (message: string, javaClass: string): Seen => ({ code: 1, out: '', err: `${message}\n${javaClass}: ${message}\n\n` })
const refused = (message: string): Seen => twice(message, 'org.apache.kafka.tools.AdminCommandFailedException')

test('leaders that are the preferred ones already stay', async () => {
  const stays = (names: string): Seen => ({ code: 0, out: `Valid replica already elected for partitions ${names}\n`, err: '' })
  assert.deepEqual(await run(...preferred, '--topic', 'orders', '--partition', '1'), stays('orders-1'))
  assert.deepEqual(await run('--election-type', 'UNCLEAN', '--topic', 'orders', '--partition', '1'), stays('orders-1'))
  const partitions = [0, 1].map((partition) => ({ topic: 'orders', partition }))
  const { code, out } = await run(...preferred, '--path-to-json-file', file({ partitions }))
  assert.equal(code, 0)
  assert.match(out, /^Valid replica already elected for partitions orders-[01], orders-[01]\n$/)
  assert.deepEqual(await run(...preferred, '--all-topic-partitions'), { code: 0, out: '', err: '' })
})

test('a partition that is not there could not be elected', async () => {
  const { code, out, err } = await run(...preferred, '--topic', 'orders', '--partition', '9')
  assert.equal(code, 1)
  assert.match(
    out,
    /^Error completing leader election \(PREFERRED\) for partition: orders-9: org\.apache\.kafka\.common\.errors\.UnknownTopicOrPartitionException: /,
  )
  assert.match(
    err,
    /^1 replica\(s\) could not be elected\norg\.apache\.kafka\.tools\.AdminCommandFailedException: 1 replica\(s\) could not be elected\n/,
  )
})

test('what is missing, or too much, is named', async () => {
  assert.deepEqual(await trial(tool, ['--all-topic-partitions']), refused('Missing required option(s): bootstrap-server, election-type'))
  assert.deepEqual(
    await run(...preferred),
    refused('One and only one of the following options is required: topic, all-topic-partitions, path-to-json-file'),
  )
  assert.deepEqual(await run(...preferred, '--topic', 'orders'), refused('Missing required option(s): partition'))
  assert.deepEqual(
    await run(...preferred, '--all-topic-partitions', '--partition', '1'),
    refused('Option partition is only allowed if topic is used'),
  )
  const conversion = "Cannot parse argument 'other' of option election-type"
  assert.deepEqual(
    await run('--election-type', 'other', '--all-topic-partitions'),
    twice(conversion, 'joptsimple.OptionArgumentConversionException'),
  )
  const { code, err } = await run(...preferred, '--all-topic-partitions', '--admin.config', 'a', '--command-config', 'b')
  assert.equal(code, 1)
  assert.match(err, /^Option "\[admin\.config\]" can't be used with option "\[command-config\]"\nOption /)
  assert.match((await trial(tool, ['--help'])).err, /^This tool attempts to elect a new leader for a set of topic partitions\..*\nOption /)
})

test('a file that is not as it should be', async () => {
  const read = (content: unknown): Promise<Seen> => run(...preferred, '--path-to-json-file', file(content))
  const operation = 'org.apache.kafka.tools.AdminOperationException'
  assert.deepEqual(await read('{"partitions":['), twice('Replica election data is empty', operation))
  assert.deepEqual(await read({}), twice('Replica election data is missing "partitions" field', operation))
  const orders = { topic: 'orders', partition: 0 }
  assert.deepEqual(
    await read({ partitions: [orders, orders] }),
    twice('Replica election data contains duplicate partitions: [orders-0]', operation),
  )
  const cause = 'com.fasterxml.jackson.databind.JsonMappingException: Expected `Integer` value, received "0"'
  const { err } = await read({ partitions: [{ ...orders, partition: '0' }] })
  assert.equal(err, `${cause}\njava.lang.RuntimeException: ${cause}\nCaused by: ${cause}\n\n`)
  const { err: absent } = await run(...preferred, '--path-to-json-file', join(folder, 'absent'))
  assert.match(
    absent,
    /^java\.io\.IOException: Unable to read file .*absent\njava\.lang\.RuntimeException: java\.io\.IOException: Unable to read file /,
  )
})

test('the old name of --command-config goes, with a line on stderr', async () => {
  const path = join(folder, 'client.properties')
  writeFileSync(path, 'client.id=me\n')
  const { code, out, err } = await run(...preferred, '--all-topic-partitions', '--admin.config', path)
  assert.deepEqual([code, out], [0, ''])
  assert.equal(err, 'Option --admin.config has been deprecated and will be removed in a future version. Use --command-config instead.\n')
})

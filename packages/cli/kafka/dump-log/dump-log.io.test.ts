import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Kafka } from '@odradek/client'
import { startBroker } from '@odradek/testing'
import { trial } from '../trial.ts'
import { tool } from './dump-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'odradek-dump-'))
const segment = join(folder, 'orders-0', '00000000000000000000')

before(async () => {
  const broker = await startBroker({ disk: folder, topics: { orders: 1 } })
  const kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  const producer = kafka.producer({ compressionType: 'gzip' })
  await producer.send('orders', { key: 'a', value: 'one', timestamp: 1000, headers: { from: 'test' } })
  await producer.send('orders', { value: null, timestamp: 2000 })
  const consumer = kafka.consumer({ groupId: 'readers', topics: ['orders'], autoOffsetReset: 'earliest' })
  for await (const _record of consumer.records()) break
  await consumer.commit([{ topic: 'orders', partition: 0, offset: 1 }])
  await kafka.close()
  await broker.stop()
})
after(() => rmSync(folder, { recursive: true }))

test('batches are shown with what their headers say, and with --print-data-log their records', async () => {
  const { code, out, err } = await trial(tool, ['--files', `${segment}.log`, '--print-data-log'])
  assert.equal(code, 0, err)
  const lines = out.split('\n')
  assert.deepEqual(lines.slice(0, 2), [`Dumping ${segment}.log`, 'Log starting offset: 0'])
  assert.match(
    lines[2] ?? '',
    /^baseOffset: 0 lastOffset: 0 count: 1 baseSequence: 0 lastSequence: 0 producerId: \d+ producerEpoch: 0 partitionLeaderEpoch: \d+ isTransactional: false isControl: false deleteHorizonMs: OptionalLong\.empty position: 0 CreateTime: 1000 size: \d+ magic: 2 compresscodec: gzip crc: \d+ isvalid: true$/,
  )
  assert.equal(lines[3], '| offset: 0 CreateTime: 1000 keySize: 1 valueSize: 3 sequence: 0 headerKeys: [from] key: a payload: one')
  assert.equal(lines[5], '| offset: 1 CreateTime: 2000 keySize: -1 valueSize: -1 sequence: 1 headerKeys: []')
})

test('what a group has committed is read with --offsets-decoder', async () => {
  const { out } = await trial(tool, ['--files', join(folder, '__consumer_offsets-0', '00000000000000000000.log'), '--offsets-decoder'])
  assert.match(
    out,
    /key: \{"type":"1","data":\{"group":"readers","topic":"orders","partition":0\}\} payload: \{"version":"\d","data":\{"offset":1,/,
  )
  assert.match(
    out,
    /"members":\[\{"memberId":.*"subscription":\{"topics":\["orders"\],.*"assignment":\{"assignedPartitions":\[\{"topic":"orders","partitions":\[0\]\}\]/,
  )
})

test('a damaged batch is told to be one, and what a crash left behind', async () => {
  const bytes = readFileSync(`${segment}.log`)
  const damaged = join(folder, '00000000000000000000.log')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(damaged, Buffer.concat([bytes, Buffer.alloc(7)]))
  const { out } = await trial(tool, ['--files', damaged])
  assert.match(out, /isvalid: true\n.*isvalid: false\nFound 7 invalid bytes at the end of 00000000000000000000\.log\n$/)
})

test('an index that leads elsewhere is told at the end', async () => {
  const index = Buffer.alloc(8)
  index.writeInt32BE(5, 0)
  writeFileSync(`${segment}.index`, index)
  const seen = await trial(tool, ['--files', `${segment}.index`])
  assert.match(seen.out, /offset: 5 position: 0\n$/)
  assert.equal(seen.err, `Mismatches in :${segment}.index\n  Index offset: 5, log offset: 0\n`)
  assert.match((await trial(tool, ['--files', `${segment}.index`, '--index-sanity-check'])).out, /passed sanity check\.\n$/)
})

test('files and decoders that are not there are told as Kafka tells them', async () => {
  const none = await trial(tool, ['--files', '/nope/00000000000000000000.log'])
  assert.equal(none.code, 1)
  assert.match(none.err, /^Exception in thread "main" java\.nio\.file\.NoSuchFileException: \/nope/)
  assert.match((await trial(tool, ['--files', `${segment}.log`, '--value-decoder-class', 'x.Y'])).err, /Failed to load decoder class/)
  assert.match((await trial(tool, ['--files', 'readme.md'])).err, /^Ignoring unknown file readme\.md\n$/)
  assert.match((await trial(tool, [])).err, /^This tool helps to parse a log file/)
})

test('a wrong value of an option is found when it is needed', async () => {
  const unneeded = await trial(tool, ['--files', 'nothing', '--max-message-size', 'big'])
  assert.deepEqual(unneeded, { code: 0, out: 'Dumping nothing\n', err: 'Ignoring unknown file nothing\n' })
  const needed = await trial(tool, ['--files', `${segment}.log`, '--max-bytes', 'big'])
  const err = `Exception in thread "main" joptsimple.OptionArgumentConversionException: Cannot parse argument 'big' of option max-bytes\n`
  assert.deepEqual(needed, { code: 1, out: `Dumping ${segment}.log\n`, err })
})

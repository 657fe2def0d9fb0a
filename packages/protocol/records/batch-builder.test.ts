import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { codecs } from '../compression/codec.ts'
import * as batch from './batch.ts'
import { BatchBuilder, buildBatch, reencodeBatch } from './batch-builder.ts'
import type { RecordHeader, RecordInput } from './batch-builder.ts'
import { javaBatches } from './java-batches.ts'
import { inflateRecords, openBatch, openBatchSync } from './open-batch.ts'
import type { RecordCursor } from './record-cursor.ts'

const utf8 = (text: string): Buffer => Buffer.from(text)

test('a batch has the same bytes as the one the Java client makes of the same records', () => {
  assert.deepEqual(buildBatch([{ key: utf8('k1'), value: utf8('v1'), timestamp: 1_700_000_000_000 }]), javaBatches.plain)

  const records: RecordInput[] = [
    { value: utf8('v'), timestamp: 1_700_000_000_005 },
    { key: utf8('k'), headers: [{ key: 'h', value: null }], timestamp: 1_700_000_000_003 },
    {
      key: utf8(''),
      value: utf8(''),
      headers: [
        { key: 'hé', value: utf8('z') },
        { key: 'a', value: utf8('') },
      ],
    },
    { timestamp: 1_700_000_090_000 },
  ]
  const options = { baseOffset: 1000, leaderEpoch: 7, producerId: 4001, producerEpoch: 3, baseSequence: 2_147_483_640, transactional: true }
  assert.deepEqual(buildBatch(records, options), javaBatches.transactional)

  const stamped = [
    { key: utf8('a'), value: utf8('b'), timestamp: 1_700_000_000_005 },
    { key: utf8('c'), value: utf8('d'), timestamp: 1_700_000_000_009 },
  ]
  assert.deepEqual(buildBatch(stamped, { baseOffset: 42, leaderEpoch: 5, logAppendTimeMs: 1_800_000_000_000 }), javaBatches.stamped)
})

test('records come back as they went in, whatever the codec, alone and at once or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), fc.constantFrom(...codecs), async (records, codec) => {
      const builder = new BatchBuilder({ codec, baseOffset: 7 })
      for (const each of records) builder.append(each)
      assert.equal(builder.recordCount, records.length)
      const built = await builder.buildAsync()
      assert.equal(batch.crcIsValid(built, 0), true)
      assert.deepEqual(read(await openBatch(built, 0, 1_000_000)), expected(records, 7))
      assert.deepEqual(read(openBatchSync(built, 0, 1_000_000)), expected(records, 7))
      assert.equal(batch.maxTimestamp(built, 0), Math.max(-1, ...records.map((each) => each.timestamp ?? -1)))
    }),
    { numRuns: 60 },
  )
})

test('a batch in another codec keeps offsets, times and producer', async () => {
  const records = inflatedOf(javaBatches.transactional)
  for (const codec of codecs) {
    const other = await reencodeBatch(javaBatches.transactional, 0, records, codec)
    assert.equal(batch.crcIsValid(other, 0), true)
    assert.equal(batch.codecId(other, 0), codecs.indexOf(codec))
    assert.equal(batch.isTransactional(other, 0), true)
    const back = await reencodeBatch(other, 0, codec === 'none' ? records : await inflateRecords(other, 0, 1000), 'none')
    assert.deepEqual(back, javaBatches.transactional)
  }
})

test('the cleaner can keep some records of a batch, with their offsets, and the end of the batch', () => {
  const source = javaBatches.transactional
  const builder = new BatchBuilder({ baseOffset: 1000, deleteHorizonMs: 1_800_000_000_000 })
  const cursor = openBatchSync(source, 0, 0)
  while (cursor.next()) if (cursor.offset === 1001 || cursor.offset === 1002) builder.appendFrom(cursor)
  builder.endAt(1003)
  const kept = builder.build()
  assert.equal(batch.deleteHorizonMs(kept, 0), 1_800_000_000_000)
  assert.equal(batch.lastOffset(kept, 0), 1003)
  assert.equal(batch.recordCount(kept, 0), 2)
  assert.equal(batch.maxTimestamp(kept, 0), 1_700_000_000_003)
  const all = read(openBatchSync(source, 0, 0))
  assert.deepEqual(read(openBatchSync(kept, 0, 0)), [all[1], all[2]])
})

test('a batch emptied by the cleaner is a header that keeps its place', () => {
  const builder = new BatchBuilder({ baseOffset: 50, producerId: 9, producerEpoch: 0, baseSequence: 4 })
  builder.endAt(53)
  const emptied = builder.build()
  assert.equal(emptied.length, batch.BATCH_HEADER_SIZE)
  assert.equal(batch.lastOffset(emptied, 0), 53)
  assert.equal(batch.lastSequence(emptied, 0), 7)
  assert.equal(batch.baseTimestamp(emptied, 0), -1)
  assert.deepEqual(read(openBatchSync(emptied, 0, 0)), [])
})

const bytesOrNull = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
)
const header: fc.Arbitrary<RecordHeader> = fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 20 }), value: bytesOrNull })
const record = fc.record({
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(header, { maxLength: 3 }),
  timestamp: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 4_000_000_000_000 })),
}) satisfies fc.Arbitrary<RecordInput>

interface Read {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

function read(cursor: RecordCursor): Read[] {
  const records: Read[] = []
  while (cursor.next()) {
    const headers: RecordHeader[] = []
    cursor.visitHeaders((keyStart, keyLength, valueStart, valueLength) => {
      const key = cursor.buffer.toString('utf8', keyStart, keyStart + keyLength)
      headers.push({ key, value: valueLength < 0 ? null : cursor.buffer.subarray(valueStart, valueStart + valueLength) })
    })
    records.push({ offset: cursor.offset, timestamp: cursor.timestamp, key: cursor.key(), value: cursor.value(), headers })
  }
  return records
}

const expected = (records: readonly RecordInput[], baseOffset: number): Read[] =>
  records.map(({ key, value, headers, timestamp }, i) => ({
    offset: baseOffset + i,
    timestamp: timestamp ?? -1,
    key: key === null || key === undefined ? null : Buffer.from(key),
    value: value === null || value === undefined ? null : Buffer.from(value),
    headers: (headers ?? []).map((header) => ({ key: header.key, value: header.value })),
  }))

const inflatedOf = (bytes: Buffer): Buffer => bytes.subarray(batch.BATCH_HEADER_SIZE)

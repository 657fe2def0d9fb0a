import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { BATCH_HEADER_SIZE, batchField } from './batch.ts'
import { buildBatch } from './batch-builder.ts'
import { javaBatches } from './java-batches.ts'
import { scanRecords, walkRecords } from './record-checks.ts'
import { MalformedRecords, RecordCursor } from './record-cursor.ts'
import { findMaxTimestamp, seekTimestamp } from './record-search.ts'

const utf8 = (text: string): Buffer => Buffer.from(text)
const open = (bytes: Buffer): RecordCursor => new RecordCursor().openBatch(bytes, 0)

test('a cursor shows each record of a batch that Kafka wrote', () => {
  const cursor = open(javaBatches.transactional)
  const seen: string[] = []
  while (cursor.next())
    seen.push(`${cursor.offset} ${cursor.timestamp} ${String(cursor.key())} ${String(cursor.value())} ${cursor.headerCount}`)
  assert.deepEqual(seen, ['1000 1700000000005 null v 0', '1001 1700000000003 k null 1', '1002 -1   2', '1003 1700000090000 null null 0'])
})

test('with log append time every record has the time of the leader', () => {
  const cursor = open(javaBatches.stamped)
  const times: number[] = []
  while (cursor.next()) times.push(cursor.timestamp)
  assert.deepEqual(times, [1_800_000_000_000, 1_800_000_000_000])
})

test('one cursor serves one batch after the other', () => {
  const cursor = open(javaBatches.stamped)
  while (cursor.next());
  cursor.openBatch(javaBatches.plain, 0)
  assert.equal(cursor.next(), true)
  assert.equal(cursor.timestamp, 1_700_000_000_000)
  assert.equal(cursor.next(), false)
})

test('a scan gives the largest timestamp and the records without a key', () => {
  assert.deepEqual(scanRecords(javaBatches.transactional, 0), { maxTimestamp: 1_700_000_090_000, withoutKey: [0, 3] })
  assert.deepEqual(scanRecords(javaBatches.plain, 0), { maxTimestamp: 1_700_000_000_000, withoutKey: [] })
})

test('a walk ends early when the visitor says so', () => {
  const { transactional } = javaBatches
  const deltas: number[] = []
  walkRecords(transactional, BATCH_HEADER_SIZE, transactional.length, 4, (record) => {
    deltas.push(record.offsetDelta)
    return record.offsetDelta < 1
  })
  assert.deepEqual(deltas, [0, 1])
})

test('the first record at or after a time is found by offset, even where times fall', () => {
  const at = (timestamp: number): number | undefined => {
    const cursor = open(javaBatches.transactional)
    return seekTimestamp(cursor, timestamp) ? cursor.offset : undefined
  }
  assert.equal(at(0), 1000)
  assert.equal(at(1_700_000_000_005), 1000)
  assert.equal(at(1_700_000_000_006), 1003)
  assert.equal(at(1_700_000_090_001), undefined)
  assert.equal(seekTimestamp(open(javaBatches.transactional), 0, 1004), false)
})

test('of several records with the largest timestamp the first one counts', () => {
  const times = [5, 9, 9, 3]
  const bytes = buildBatch(times.map((timestamp) => ({ value: utf8('x'), timestamp })))
  assert.deepEqual(findMaxTimestamp(open(bytes)), { offset: 1, timestamp: 9 })
})

test('more records than announced, or fewer, are refused', () => {
  for (const count of [0, 1, 3, 5, 1_000_000, -1]) {
    const bytes = Buffer.from(javaBatches.transactional)
    bytes.writeInt32BE(count, batchField.recordCount)
    assert.throws(() => scanRecords(bytes, 0), MalformedRecords, `count ${count}`)
  }
})

test('offsets must rise and stay within the batch', () => {
  const [falling, behind] = [record(0), record(9)]
  const two = Buffer.concat([record(0), falling])
  assert.throws(() => walkRecords(two, 0, two.length, 2, () => {}), /record 1: offsets do not rise/)
  const bytes = buildBatch([{ value: utf8('x') }])
  assert.throws(() => scanRecords(bytes, 0, behind), /its offset lies behind the batch/)
})

/** Length 6, no attributes, timestamp delta 0, the offset delta, null key, null value, no headers. */
const record = (offsetDelta: number): Buffer => Buffer.from([12, 0, 0, offsetDelta * 2, 1, 1, 0])

test('every way to get a record wrong is noticed', () => {
  const cases: Readonly<Record<string, readonly number[]>> = {
    'longer than the batch': [14, 0, 0, 0, 1, 1, 0],
    'shorter than its parts': [10, 0, 0, 0, 1, 1, 0],
    'negative length': [13, 0, 0, 0, 1, 1, 0],
    'key longer than the record': [12, 0, 0, 0, 4, 1, 0],
    'key longer than the buffer': [12, 0, 0, 0, 0x7e, 1, 0],
    'value longer than the record': [12, 0, 0, 0, 1, 2, 0],
    'negative header count': [12, 0, 0, 0, 1, 1, 1],
    'headers without end': [12, 0, 0, 0, 1, 1, 0x7e],
    'header without a key': [16, 0, 0, 0, 1, 1, 2, 1, 0],
    'length of six bytes': [0x80, 0x80, 0x80, 0x80, 0x80, 0],
    'offset delta of six bytes': [22, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 1, 0],
    'timestamp of eleven bytes': [32, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0, 1, 1, 0],
    'timestamp beyond 2^53': [30, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 1, 0],
    'a byte left behind': [12, 0, 0, 0, 1, 1, 0, 0],
    'nothing at all': [],
  }
  for (const [name, numbers] of Object.entries(cases)) {
    const bytes = Buffer.from(numbers)
    assert.throws(() => walkRecords(bytes, 0, bytes.length, 1, () => {}), MalformedRecords, name)
  }
})

test('a scan refuses what a cursor refuses', () => {
  const refusal = (run: () => void): string => {
    try {
      run()
      return 'sound'
    } catch (error) {
      assert.ok(error instanceof MalformedRecords, String(error))
      return `refused at ${error.index}`
    }
  }
  const walk = (bytes: Buffer): void => {
    const cursor = open(bytes)
    while (cursor.next());
    if (cursor.offsetDelta > 4) throw new MalformedRecords('behind the batch', 4)
  }
  fc.assert(
    fc.property(fc.integer({ min: BATCH_HEADER_SIZE, max: sample.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const damaged = Buffer.from(sample)
      damaged[at] = byte
      assert.equal(
        refusal(() => scanRecords(damaged, 0)),
        refusal(() => walk(damaged)),
      )
    }),
    { numRuns: 3000 },
  )
})

test('a header count cannot keep the loop busy for longer than its record is long', () => {
  const bytes = Buffer.from([20, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f])
  assert.throws(() => walkRecords(bytes, 0, bytes.length, 1, () => {}), /cannot have so many headers/)
})

const sample = buildBatch(
  Array.from({ length: 5 }, (_, i) => ({
    key: utf8(`key ${i}`),
    value: Buffer.alloc(i * 50, i),
    headers: [{ key: `h${i}`, value: utf8('x') }],
    timestamp: 1_700_000_000_000 + i,
  })),
)

test('no prefix of a batch and no changed byte does worse than to be refused', () => {
  const sound = (bytes: Buffer): void => {
    try {
      const cursor = new RecordCursor().open(bytes, BATCH_HEADER_SIZE, bytes.length, 5)
      while (cursor.next()) {
        assert.ok(cursor.end <= bytes.length)
        assert.ok(cursor.keyStart + Math.max(0, cursor.keyLength) <= cursor.end)
        assert.ok(cursor.valueStart + Math.max(0, cursor.valueLength) <= cursor.end)
        cursor.visitHeaders((keyStart, keyLength, valueStart, valueLength) => {
          assert.ok(keyLength >= 0 && keyStart + keyLength <= cursor.end)
          assert.ok(valueStart + Math.max(0, valueLength) <= cursor.end)
        })
      }
    } catch (error) {
      assert.ok(error instanceof MalformedRecords, String(error))
    }
  }
  for (let length = BATCH_HEADER_SIZE; length < sample.length; length++) sound(Buffer.from(sample.subarray(0, length)))
  fc.assert(
    fc.property(fc.integer({ min: BATCH_HEADER_SIZE, max: sample.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const damaged = Buffer.from(sample)
      damaged[at] = byte
      sound(damaged)
    }),
    { numRuns: 2000 },
  )
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { buildMarkerBatch, writeCrc } from '@odradek/protocol/records'
import { batchOf, textOf } from '../consumer-fixture.ts'
import { LazyRecord } from '../records/lazy-record.ts'
import { ReadTopic } from '../records/read-topic.ts'
import { SliceIterator } from '../records/slice.ts'
import { AbortedTransactions } from './aborted-transactions.ts'
import type { FetchedDataOptions } from './fetched-data.ts'
import { FetchedData } from './fetched-data.ts'

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => String(from + at))

const dataOf = (batches: readonly Buffer[], more: Partial<FetchedDataOptions> = {}): FetchedData =>
  new FetchedData({
    topic: new ReadTopic('t'),
    partition: 0,
    bytes: Buffer.concat(batches),
    fetchOffset: 0,
    aborted: undefined,
    checkCrcs: true,
    decompressedBatchMaxBytes: 1 << 25,
    ...more,
  })

/** All that can be had, with pauses where batches are inflated elsewhere. */
async function readAll(data: FetchedData, maxRecords = 500): Promise<{ offset: number; value: string | null }[]> {
  const seen: { offset: number; value: string | null }[] = []
  for (;;) {
    const slice = data.take(maxRecords)
    if (slice !== undefined) {
      const before = seen.length
      for (const record of new SliceIterator(slice.segments, undefined))
        seen.push({ offset: record.offset, value: textOf(record.rawValue) })
      assert.equal(seen.length - before, slice.count)
      assert.equal(seen[before]?.offset, slice.firstOffset)
    } else if (data.inflating === undefined) return seen
    else await data.inflating
  }
}

const offsets = async (data: FetchedData, maxRecords?: number): Promise<number[]> =>
  (await readAll(data, maxRecords)).map(({ offset }) => offset)

test('records are taken in slices of any size, over the ends of batches', async () => {
  const batches = [
    batchOf(numbers(0, 7), { baseOffset: 0 }),
    batchOf(numbers(7, 10), { baseOffset: 7 }),
    batchOf(numbers(10, 30), { baseOffset: 10 }),
  ]
  for (const size of [1, 2, 7, 8, 100]) {
    const data = dataOf(batches)
    assert.deepEqual(
      (await readAll(data, size)).map(({ value }) => value),
      numbers(0, 30),
    )
    assert.equal(data.isFinished, true)
    assert.equal(data.offset, 30)
  }
})

test('a fetch from the middle of a batch begins at its offset', async () => {
  const data = dataOf([batchOf(numbers(0, 10), { baseOffset: 100 })], { fetchOffset: 104 })
  assert.deepEqual(await offsets(data, 3), [104, 105, 106, 107, 108, 109])
})

test('a compacted batch keeps its offsets, and reading goes on behind its last one even if that record is gone', async () => {
  const batch = batchOf(numbers(0, 4), { baseOffset: 50 })
  batch.writeInt32BE(9, 23) // last offset delta: offsets 54 to 59 were compacted away
  writeCrc(batch, 0)
  const data = dataOf([batch], { fetchOffset: 50 })
  const slice = data.take(10)
  assert.deepEqual([slice?.count, slice?.nextOffset], [4, 60])
})

test('a batch that lost all its records to compaction is passed over', async () => {
  const batch = batchOf(['x'], { baseOffset: 5 })
  const empty = Buffer.from(batch.subarray(0, 61))
  empty.writeInt32BE(61 - 12, 8)
  empty.writeInt32BE(0, 57)
  writeCrc(empty, 0)
  const data = dataOf([empty, batchOf(['y'], { baseOffset: 6 })], { fetchOffset: 5 })
  assert.deepEqual(await offsets(data), [6])
})

test('a batch that was cut off at the end of the answer is left for the next fetch', async () => {
  const whole = batchOf(numbers(0, 5))
  const data = dataOf([whole, batchOf(numbers(5, 10), { baseOffset: 5 }).subarray(0, 80)])
  assert.deepEqual(await offsets(data), [0, 1, 2, 3, 4])
  assert.equal(data.offset, 5)
  assert.equal(data.error, undefined)
})

test('four codecs, in all sizes: small batches at once, large ones on another thread', async () => {
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    for (const count of [3, 20_000]) {
      const values = numbers(0, count).map((value) => `${value}-${'abcdefgh'.repeat(4)}`)
      const data = dataOf([batchOf(values, { codec }), batchOf(['last'], { baseOffset: count })])
      assert.deepEqual(
        (await readAll(data)).map(({ value }) => value),
        [...values, 'last'],
        `${codec} ${count}`,
      )
    }
  }
})

test('control batches are never delivered, and their offsets are passed', async () => {
  const marker = buildMarkerBatch({ type: 'commit', coordinatorEpoch: 1, producerId: 5, producerEpoch: 0, timestampMs: 1, baseOffset: 2 })
  const data = dataOf([batchOf(['a', 'b'], { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true }), marker])
  const slice = data.take(10)
  assert.deepEqual([slice?.count, slice?.nextOffset], [2, 3])
  assert.equal(data.isFinished, true)
})

const damages: Readonly<Record<string, { readonly damage: (batch: Buffer) => void; readonly message: RegExp; readonly hint: RegExp }>> = {
  'a byte of a value': { damage: (batch) => void (batch[90] = batch[90]! ^ 1), message: /CRC/, hint: /offset: 10 / },
  'more records than there are': {
    damage: (batch) => {
      batch.writeInt32BE(9, 57)
      batch.writeInt32BE(8, 23)
      writeCrc(batch, 0)
    },
    message: /longer than its batch/,
    hint: /seek/,
  },
  'a negative number of records': {
    damage: (batch) => {
      batch.writeInt32BE(-5, 57)
      writeCrc(batch, 0)
    },
    message: /can't have -5 records/,
    hint: /seek/,
  },
  'fewer records than there are': {
    damage: (batch) => {
      batch.writeInt32BE(2, 57)
      writeCrc(batch, 0)
    },
    message: /bytes behind the last record/,
    hint: /seek/,
  },
  'a record length beyond the batch': {
    damage: (batch) => {
      batch[61] = 0xfe
      batch[62] = 0x7f
      writeCrc(batch, 0)
    },
    message: /longer than its batch/,
    hint: /seek/,
  },
  'a magic of the future': { damage: (batch) => void batch.writeInt8(7, 16), message: /magic/, hint: /seek/ },
  'a length below the header': { damage: (batch) => void batch.writeInt32BE(3, 8), message: /smaller than its header/, hint: /seek/ },
  'compressed bytes that are none': {
    damage: (batch) => {
      batch.writeInt16BE(4, 21)
      writeCrc(batch, 0)
    },
    message: /decompressed/,
    hint: /seek/,
  },
  'a codec that does not exist': {
    damage: (batch) => {
      batch.writeInt16BE(6, 21)
      writeCrc(batch, 0)
    },
    message: /compression type 6/,
    hint: /seek/,
  },
}

for (const [what, { damage, message, hint }] of Object.entries(damages)) {
  test(`damage is told with its place after what is sound: ${what}`, async () => {
    const bad = batchOf(
      numbers(5, 8).map((value) => `value ${value}`),
      { baseOffset: 5 },
    )
    damage(bad)
    const data = dataOf([batchOf(numbers(0, 5)), bad, batchOf(['after'], { baseOffset: 10 })])
    const seen = await offsets(data)
    assert.deepEqual(seen.slice(0, 5), [0, 1, 2, 3, 4])
    assert.ok(seen.every((offset) => offset < 10))
    const { error } = data
    assert.ok(error instanceof KafkaError)
    assert.equal(error.code, 'CORRUPT_MESSAGE')
    assert.match(error.message, message)
    assert.match(error.message, /t-0 .*offset \d+/)
    if (what !== 'a byte of a value') assert.match(error.hint, hint)
    assert.equal(data.take(10), undefined)
  })
}

test('without check.crcs the checksum is not looked at', async () => {
  const batch = batchOf(['abc'])
  batch.writeUInt32BE(1, 17)
  assert.deepEqual(await offsets(dataOf([batch], { checkCrcs: false })), [0])
})

test('a batch that would inflate to more than allowed is refused before it does', async () => {
  const bomb = batchOf(['x'.repeat(4 << 20)], { codec: 'zstd' })
  const data = dataOf([bomb], { decompressedBatchMaxBytes: 1 << 20 })
  assert.deepEqual(await offsets(data), [])
  assert.match(data.error?.message ?? '', /odradek\.decompressed\.batch\.max\.bytes/)
  const allowed = dataOf([bomb])
  assert.deepEqual(await offsets(allowed), [0])
})

test('random bytes give a typed error or nothing, and never hang', async () => {
  let seed = 12345
  const next = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff)
  const sound = Buffer.concat([batchOf(numbers(0, 20)), batchOf(numbers(20, 40), { baseOffset: 20, codec: 'lz4' })])
  for (let round = 0; round < 1_000; round++) {
    const bytes = Buffer.from(sound)
    for (let flips = 1 + (next() % 4); flips > 0; flips--) bytes[next() % bytes.length] = next() & 0xff
    const data = dataOf([bytes], { checkCrcs: round % 2 === 0 })
    for (let slices = 0; slices < 100; slices++) {
      const slice = data.take(7)
      if (slice === undefined) {
        if (data.inflating === undefined) break
        await data.inflating
        continue
      }
      for (const record of new SliceIterator(slice.segments, undefined)) {
        try {
          void [record.offset, record.timestamp, record.rawKey, record.rawValue, [...record.headers]]
          void [record.serializedKeySize, record.serializedValueSize]
        } catch (error) {
          assert.ok(error instanceof KafkaError && error.code === 'CORRUPT_MESSAGE', String(error))
        }
      }
    }
    assert.ok(data.isFinished || data.error instanceof KafkaError)
  }
})

const transactional = (producerId: number, baseOffset: number, values: readonly string[]): Buffer =>
  batchOf(values, { baseOffset, producerId, producerEpoch: 0, baseSequence: 0, transactional: true })
const abort = (producerId: number, baseOffset: number): Buffer =>
  buildMarkerBatch({ type: 'abort', coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: 1, baseOffset })
const commit = (producerId: number, baseOffset: number): Buffer =>
  buildMarkerBatch({ type: 'commit', coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: 1, baseOffset })

test('aborted records leak: two aborts of one producer, in any order of the list', async () => {
  const batches = [
    transactional(1, 0, ['a0', 'a1']), // aborted
    transactional(2, 2, ['b']), // committed
    abort(1, 3),
    transactional(1, 4, ['c']), // committed
    commit(2, 5),
    commit(1, 6),
    batchOf(['plain'], { baseOffset: 7 }),
    transactional(1, 8, ['d']), // aborted
    abort(1, 9),
    batchOf(['idempotent'], { baseOffset: 10, producerId: 1, producerEpoch: 0, baseSequence: 9 }),
  ]
  const list = [
    { producerId: 1, firstOffset: 0 },
    { producerId: 1, firstOffset: 8 },
  ]
  for (const aborted of [list, list.toReversed()]) {
    const data = dataOf(batches, { aborted: new AbortedTransactions(aborted) })
    assert.deepEqual(
      (await readAll(data)).map(({ value }) => value),
      ['b', 'c', 'plain', 'idempotent'],
    )
    assert.equal(data.offset, 11)
  }
})

test('aborted records leak: a transaction over three answers', async () => {
  const entry = [{ producerId: 1, firstOffset: 0 }]
  const answers = [
    [transactional(1, 0, ['a'])],
    [transactional(1, 1, ['b']), batchOf(['x'], { baseOffset: 2 })],
    [transactional(1, 3, ['c']), abort(1, 4), transactional(1, 5, ['d']), commit(1, 6)],
  ]
  const seen: (string | null)[] = []
  let fetchOffset = 0
  for (const batches of answers) {
    const data = dataOf(batches, { aborted: new AbortedTransactions(entry), fetchOffset })
    for (const { value } of await readAll(data)) seen.push(value)
    fetchOffset = data.offset
  }
  assert.deepEqual(seen, ['x', 'd'])
  assert.equal(fetchOffset, 7)
})

test('an aborted batch whose first record lies before the answer is known by its last offset', async () => {
  // The transaction began at 3, in the middle of nothing the answer shows; its batch is 0 to 5.
  const data = dataOf([transactional(1, 0, numbers(0, 6))], {
    aborted: new AbortedTransactions([{ producerId: 1, firstOffset: 3 }]),
    fetchOffset: 4,
  })
  assert.deepEqual(await offsets(data), [])
})

test('LogAppendTime: all records of a batch have the time of the broker, and say so', () => {
  const data = dataOf([
    batchOf(
      [
        { value: Buffer.from('a'), timestamp: 5 },
        { value: Buffer.from('b'), timestamp: 9 },
      ],
      { logAppendTimeMs: 1_700_000_000_123 },
    ),
  ])
  const records = [...new SliceIterator(data.take(10)!.segments, undefined)]
  assert.deepEqual(
    records.map(({ timestamp, timestampType }) => [timestamp, timestampType]),
    [
      [1_700_000_000_123, 'LogAppendTime'],
      [1_700_000_000_123, 'LogAppendTime'],
    ],
  )
})

test('timestamp delta ≥ 2^31: records 30 days apart in a batch', () => {
  const month = 30 * 24 * 3_600_000
  const data = dataOf([batchOf([0, month, 2 * month].map((after) => ({ value: null, timestamp: 1_700_000_000_000 + after })))])
  const times = [...new SliceIterator(data.take(10)!.segments, undefined)].map(({ timestamp }) => timestamp)
  assert.deepEqual(times, [1_700_000_000_000, 1_700_000_000_000 + month, 1_700_000_000_000 + 2 * month])
})

test('headers reshaped: duplicate, null, empty and binary values come in their order', () => {
  const headers = [
    { key: 'a', value: Buffer.from('1') },
    { key: 'b', value: null },
    { key: 'a', value: Buffer.alloc(0) },
    { key: '', value: Buffer.from([0, 255, 128]) },
    { key: 'ü', value: Buffer.from('ö') },
  ]
  const data = dataOf([batchOf([{ key: Buffer.from('k'), value: Buffer.from('v'), headers, timestamp: 1 }])])
  const [record] = [...new SliceIterator(data.take(1)!.segments, undefined)]
  assert.ok(record)
  assert.deepEqual(
    [...record.headers].map(([key, value]) => [key, value === null ? null : [...value]]),
    headers.map(({ key, value }) => [key, value === null ? null : [...value]]),
  )
  assert.equal(record.headers.size, 5)
  assert.equal(record.headers.last('a')?.length, 0)
  assert.equal(record.headers.last('b'), null)
  assert.equal(record.headers.last('none'), undefined)
  assert.equal(record.headers.all('a').length, 2)
  assert.equal(record.headers.text('ü'), 'ö')
})

test('a record tells how long its key and value are, with nothing made of them; null is −1', () => {
  const bytes = batchOf([
    { key: Buffer.from('kk'), value: Buffer.from('value') },
    { key: null, value: Buffer.alloc(0) },
    { key: Buffer.alloc(200), value: null },
  ])
  const sizes: number[][] = []
  for (const record of new SliceIterator(dataOf([bytes], { bytes }).take(3)!.segments, undefined)) {
    sizes.push([record.serializedKeySize, record.serializedValueSize])
  }
  assert.deepEqual(sizes, [
    [2, 5],
    [-1, 0],
    [200, -1],
  ])
})

test('detach copies a record out of its frame', () => {
  const bytes = batchOf(
    [{ key: Buffer.from('k'), value: Buffer.from('value'), headers: [{ key: 'h', value: Buffer.from('x') }], timestamp: 7 }],
    { baseOffset: 40, leaderEpoch: 2 },
  )
  const data = dataOf([bytes], { bytes, fetchOffset: 40 })
  const slice = data.take(1)!
  const cursor = new SliceIterator(slice.segments, new LazyRecord(slice.segments[0]!.batch, 0))
  const { value: record } = cursor.next()
  assert.ok(record)
  const copy = record.detach()
  bytes.fill(0xee)
  assert.deepEqual(
    [
      copy.topic,
      copy.partition,
      copy.offset,
      copy.timestamp,
      copy.leaderEpoch,
      textOf(copy.rawKey),
      textOf(copy.rawValue),
      copy.headers.text('h'),
    ],
    ['t', 0, 40, 7, 2, 'k', 'value', 'x'],
  )
})

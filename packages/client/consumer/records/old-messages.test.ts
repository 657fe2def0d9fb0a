import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { putInt64 } from '@odradek/common/bytes'
import { codecIdOf, compressSync } from '@odradek/protocol/compression'
import type { Codec } from '@odradek/protocol/compression'
import { batchOf, textOf } from '../consumer-fixture.ts'
import { FetchedData } from '../fetch/fetched-data.ts'
import { hasOldMessages, withNewBatches } from './old-messages.ts'
import { ReadTopic } from './read-topic.ts'
import { SliceIterator } from './slice.ts'

const options = { checkCrcs: true, decompressedBatchMaxBytes: 1 << 20 }

/** As brokers of before 0.11 wrote them. */
function message(
  magic: 0 | 1,
  offset: number,
  value: Buffer | string | null,
  more: { attributes?: number; timestamp?: number; key?: string } = {},
): Buffer {
  const part = (bytes: Buffer | string | null): Buffer => {
    const data = bytes === null ? Buffer.alloc(0) : Buffer.from(bytes)
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes === null ? -1 : data.length)
    return Buffer.concat([length, data])
  }
  const time = Buffer.alloc(magic === 1 ? 8 : 0)
  if (magic === 1) putInt64(time, 0, more.timestamp ?? -1)
  const body = Buffer.concat([Buffer.from([magic, more.attributes ?? 0]), time, part(more.key ?? null), part(value)])
  const head = Buffer.alloc(16)
  putInt64(head, 0, offset)
  head.writeInt32BE(body.length + 4, 8)
  head.writeUInt32BE(crc32(body), 12)
  return Buffer.concat([head, body])
}

function read(bytes: Buffer, fetchOffset = 0): { readonly seen: unknown[]; readonly data: FetchedData } {
  const data = new FetchedData({
    topic: new ReadTopic('t'),
    partition: 0,
    bytes: withNewBatches(bytes, options),
    fetchOffset,
    aborted: undefined,
    ...options,
  })
  const seen: unknown[] = []
  for (let slice = data.take(2); slice !== undefined; slice = data.take(2)) {
    for (const { offset, timestamp, timestampType, rawKey, rawValue } of new SliceIterator(slice.segments, undefined)) {
      seen.push([offset, timestamp, timestampType, textOf(rawKey), textOf(rawValue)])
    }
  }
  return { seen, data }
}

test('messages of magic 0 and 1, tombstones and gaps among them, are read beside new batches', () => {
  const bytes = Buffer.concat([
    message(0, 3, 'a', { key: 'k' }),
    message(1, 4, 'b', { timestamp: 1_000 }),
    message(1, 9, null, { timestamp: 2_000, key: 'gone' }),
    batchOf(['new'], { baseOffset: 10 }),
  ])
  assert.equal(hasOldMessages(bytes), true)
  assert.equal(hasOldMessages(batchOf(['x'])), false)
  assert.deepEqual(read(bytes).seen, [
    [3, -1, 'CreateTime', 'k', 'a'],
    [4, 1_000, 'CreateTime', null, 'b'],
    [9, 2_000, 'CreateTime', 'gone', null],
    [10, 1_700_000_000_000, 'CreateTime', null, 'new'],
  ])
})

test('compressed messages hold others: offsets count from the last one with magic 1, and are whole with magic 0', () => {
  for (const codec of ['gzip', 'snappy', 'lz4'] as const satisfies readonly Codec[]) {
    const inner1 = Buffer.concat([
      message(1, 0, 'a', { timestamp: 5 }),
      message(1, 2, 'b', { timestamp: 6 }),
      message(1, 3, 'c', { timestamp: 7 }),
    ])
    const outer1 = message(1, 23, compressSync(codec, inner1), { attributes: codecIdOf(codec), timestamp: 7 })
    const stamped = message(1, 23, compressSync(codec, inner1), { attributes: codecIdOf(codec) | 8, timestamp: 99 })
    assert.deepEqual(read(outer1, 21).seen, [
      [22, 6, 'CreateTime', null, 'b'],
      [23, 7, 'CreateTime', null, 'c'],
    ])
    assert.deepEqual(read(stamped, 23).seen, [[23, 99, 'LogAppendTime', null, 'c']])
    const outer0 = message(0, 8, compressSync(codec, Buffer.concat([message(0, 7, 'a'), message(0, 8, 'b')])), {
      attributes: codecIdOf(codec),
    })
    assert.deepEqual(
      read(outer0).seen.map((record) => (Array.isArray(record) ? record[0] : undefined)),
      [7, 8],
    )
  }
})

test('a message that was cut off is left for the next fetch; a damaged one is told after what is sound', () => {
  const whole = message(1, 0, 'a', { timestamp: 1 })
  const cut = read(Buffer.concat([whole, message(1, 1, 'b'.repeat(50)).subarray(0, 40)]))
  assert.deepEqual([cut.seen.length, cut.data.error, cut.data.offset], [1, undefined, 1])
  const bad = message(1, 1, 'b')
  bad[bad.length - 1]! ^= 1
  const damaged = read(Buffer.concat([whole, bad, message(1, 2, 'c')]))
  assert.equal(damaged.seen.length, 1)
  assert.match(damaged.data.error?.message ?? '', /CORRUPT_MESSAGE: t-0 .*offset 1: .*before Kafka 0\.11/)
})

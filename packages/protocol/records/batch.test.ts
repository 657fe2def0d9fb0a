import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import * as batch from './batch.ts'
import { javaBatches } from './java-batches.ts'

const { transactional, stamped, plain } = javaBatches

test('every field of a header is where Kafka has put it', () => {
  // Somewhere in a larger buffer, as batches lie in a frame.
  const buffer = Buffer.concat([Buffer.alloc(13, 0xee), transactional, Buffer.alloc(5, 0xee)])
  assert.equal(batch.baseOffset(buffer, 13), 1000)
  assert.equal(batch.batchSize(buffer, 13), transactional.length)
  assert.equal(batch.partitionLeaderEpoch(buffer, 13), 7)
  assert.equal(batch.magicOf(buffer, 13), 2)
  assert.equal(batch.storedCrc(buffer, 13), 0x96656afb)
  assert.equal(batch.attributesOf(buffer, 13), 0x10)
  assert.equal(batch.lastOffsetDelta(buffer, 13), 3)
  assert.equal(batch.lastOffset(buffer, 13), 1003)
  assert.equal(batch.nextOffset(buffer, 13), 1004)
  assert.equal(batch.baseTimestamp(buffer, 13), 1_700_000_000_005)
  assert.equal(batch.maxTimestamp(buffer, 13), 1_700_000_090_000)
  assert.equal(batch.producerId(buffer, 13), 4001)
  assert.equal(batch.producerEpoch(buffer, 13), 3)
  assert.equal(batch.baseSequence(buffer, 13), 2_147_483_640)
  assert.equal(batch.lastSequence(buffer, 13), 2_147_483_643)
  assert.equal(batch.recordCount(buffer, 13), 4)
  assert.equal(batch.codecId(buffer, 13), 0)
  assert.equal(batch.isCompressed(buffer, 13), false)
  assert.equal(batch.isTransactional(buffer, 13), true)
  assert.equal(batch.isControlBatch(buffer, 13), false)
  assert.equal(batch.hasLogAppendTime(buffer, 13), false)
  assert.equal(batch.deleteHorizonMs(buffer, 13), undefined)
})

test('the checksum of each batch that Kafka wrote is right, and one changed bit makes it wrong', () => {
  for (const [name, bytes] of Object.entries(javaBatches)) {
    assert.equal(batch.crcIsValid(bytes, 0), true, name)
    const damaged = Buffer.from(bytes)
    damaged[damaged.length - 3] = (damaged[damaged.length - 3] ?? 0) ^ 4
    assert.equal(batch.crcIsValid(damaged, 0), false, name)
  }
})

test('the codec is the lower three bits of the attributes', () => {
  const ids = (['plain', 'gzip', 'snappy', 'lz4', 'zstd'] as const).map((name) => batch.codecId(javaBatches[name], 0))
  assert.deepEqual(ids, [0, 1, 2, 3, 4])
})

test('a batch without a producer has no sequences', () => {
  assert.equal(batch.producerId(plain, 0), batch.NO_PRODUCER_ID)
  assert.equal(batch.baseSequence(plain, 0), batch.NO_SEQUENCE)
  assert.equal(batch.lastSequence(plain, 0), batch.NO_SEQUENCE)
})

test('sequences go on with 0 after 2^31 − 1', () => {
  assert.equal(batch.sequenceAfter(5, 3), 8)
  assert.equal(batch.sequenceAfter(2_147_483_647, 0), 2_147_483_647)
  assert.equal(batch.sequenceAfter(2_147_483_647, 1), 0)
  assert.equal(batch.sequenceAfter(2_147_483_640, 20), 12)
})

test('offset and leader epoch are written without touching what the checksum covers', () => {
  const bytes = Buffer.from(transactional)
  batch.assignOffset(bytes, 0, 9_007_199_254_740_000, 12)
  assert.equal(batch.baseOffset(bytes, 0), 9_007_199_254_740_000)
  assert.equal(batch.partitionLeaderEpoch(bytes, 0), 12)
  assert.equal(batch.crcIsValid(bytes, 0), true)
  assert.deepEqual(bytes.subarray(16), transactional.subarray(16))
})

test('a batch stamped with log append time is the one Kafka would have made', () => {
  const bytes = Buffer.from(stamped)
  bytes.writeInt16BE(0, batch.batchField.attributes)
  bytes.fill(0, batch.batchField.maxTimestamp, batch.batchField.producerId)
  batch.stampLogAppendTime(bytes, 0, 1_800_000_000_000)
  assert.deepEqual(bytes, stamped)
  assert.equal(batch.hasLogAppendTime(bytes, 0), true)
})

test('a wrong largest timestamp is put right, with a new checksum', () => {
  const bytes = Buffer.from(transactional)
  batch.correctMaxTimestamp(bytes, 0, 1_700_000_099_999)
  assert.equal(batch.maxTimestamp(bytes, 0), 1_700_000_099_999)
  assert.equal(batch.crcIsValid(bytes, 0), true)
  batch.correctMaxTimestamp(bytes, 0, 1_700_000_090_000)
  assert.deepEqual(bytes, transactional)
})

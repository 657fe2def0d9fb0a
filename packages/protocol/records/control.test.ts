import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { buildBatch } from './batch-builder.ts'
import { buildMarkerBatch, readMarker } from './control.ts'
import { javaBatches } from './java-batches.ts'
import { RecordCursor } from './record-cursor.ts'

const options = { producerId: 4001, producerEpoch: 3, coordinatorEpoch: 17, timestampMs: 1_700_000_000_123, baseOffset: 55, leaderEpoch: 9 }

function first(bytes: Buffer): RecordCursor {
  const cursor = new RecordCursor().openBatch(bytes, 0)
  assert.equal(cursor.next(), true)
  return cursor
}

test('markers are byte for byte those of Kafka', () => {
  assert.deepEqual(buildMarkerBatch({ ...options, type: 'commit' }), javaBatches.commit)
  assert.deepEqual(buildMarkerBatch({ ...options, type: 'abort' }), javaBatches.abort)
})

test('a marker tells how the transaction ended and who decided it', () => {
  assert.deepEqual(readMarker(first(javaBatches.commit)), { type: 'commit', coordinatorEpoch: 17 })
  assert.deepEqual(readMarker(first(javaBatches.abort)), { type: 'abort', coordinatorEpoch: 17 })
})

test('control records of kinds we do not know are nobody’s marker', () => {
  const value = Buffer.from([0, 0, 0, 0, 0, 1])
  const strange = [
    { key: Buffer.from([0, 0, 0, 2]), value },
    { key: Buffer.from([0, 0]), value },
    { key: Buffer.from([0, 0, 0, 1]), value: Buffer.alloc(2) },
    { key: null, value },
    { key: Buffer.from([0, 0, 0, 1]), value: null },
  ]
  for (const record of strange) assert.equal(readMarker(first(buildBatch([record]))), undefined)
})

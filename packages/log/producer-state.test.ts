import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { buildBatch, buildMarkerBatch } from '@odradek/protocol/records'
import type { BatchOptions } from '@odradek/protocol/records'
import { decodeSnapshot, encodeSnapshot } from './producer-snapshot.ts'
import { ProducerState } from './producer-state.ts'

const limits = { maxProducers: 100, expirationMs: 86_400_000 }
const day = 86_400_000

function batch(count: number, baseSequence: number, options: BatchOptions = {}, timestamp = 1000): Buffer {
  const records = Array.from({ length: count }, () => ({ value: Buffer.from('v'), timestamp }))
  return buildBatch(records, { producerId: 7, producerEpoch: 0, baseSequence, ...options })
}

const fails = (code: ErrorName) => (error: unknown) => error instanceof KafkaError && error.code === code

/** Checks and applies, as a log does; gives the offset behind the batch. */
function append(state: ProducerState, bytes: Buffer, offset: number): void {
  assert.equal(state.check(bytes, 0, 'client'), undefined)
  state.apply(bytes, 0, offset, false)
}

test('a batch that comes again is recognised among the last five, with its first offset', () => {
  const state = new ProducerState(limits)
  for (let i = 0; i < 6; i++) append(state, batch(10, i * 10, {}, 1000 + i), 100 + i * 10)
  assert.deepEqual(state.check(batch(10, 50), 0, 'client'), { baseOffset: 150, lastOffset: 159, timestamp: 1005 })
  assert.deepEqual(state.check(batch(10, 10), 0, 'client'), { baseOffset: 110, lastOffset: 119, timestamp: 1001 })
  assert.throws(() => state.check(batch(10, 0), 0, 'client'), fails('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  assert.throws(() => state.check(batch(5, 50), 0, 'client'), fails('OUT_OF_ORDER_SEQUENCE_NUMBER'))
})

test('a gap in the sequence is refused', () => {
  const state = new ProducerState(limits)
  append(state, batch(3, 0), 0)
  assert.throws(() => state.check(batch(1, 4), 0, 'client'), fails('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  append(state, batch(1, 3), 3)
})

test('an unknown producer may begin with any sequence', () => {
  append(new ProducerState(limits), batch(1, 4711), 0)
})

test('after 2^31 − 1 the sequence goes on with 0', () => {
  const state = new ProducerState(limits)
  append(state, batch(2, 2 ** 31 - 2), 0)
  assert.throws(() => state.check(batch(1, 1), 0, 'client'), fails('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  append(state, batch(1, 0), 2)

  const within = new ProducerState(limits)
  append(within, batch(4, 2 ** 31 - 2), 0)
  assert.equal(within.get(7)?.lastSequence, 1)
  assert.deepEqual(within.check(batch(4, 2 ** 31 - 2), 0, 'client')?.baseOffset, 0)
  append(within, batch(1, 2), 4)
})

test('a new epoch begins with sequence 0 and makes the old one fenced', () => {
  const state = new ProducerState(limits)
  append(state, batch(3, 0), 0)
  assert.throws(() => state.check(batch(1, 3, { producerEpoch: 1 }), 0, 'client'), fails('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  append(state, batch(1, 0, { producerEpoch: 1 }), 3)
  assert.throws(() => state.check(batch(3, 0), 0, 'client'), fails('INVALID_PRODUCER_EPOCH'))
})

test('what the coordinator writes needs no sequence, but a current epoch', () => {
  const state = new ProducerState(limits)
  append(state, batch(1, 0, { producerEpoch: 2 }), 0)
  const offsets = (producerEpoch: number) => batch(1, -1, { producerEpoch, transactional: true })
  assert.equal(state.check(offsets(2), 0, 'coordinator'), undefined)
  assert.throws(() => state.check(offsets(1), 0, 'coordinator'), fails('INVALID_PRODUCER_EPOCH'))
})

test('what a leader has taken, a follower takes without asking', () => {
  const state = new ProducerState(limits)
  append(state, batch(3, 0), 0)
  assert.equal(state.check(batch(1, 99), 0, 'replication'), undefined)
})

test('an open transaction keeps its first offset until its marker is replicated', () => {
  const state = new ProducerState(limits)
  append(state, batch(2, 0, { transactional: true }), 10)
  append(state, batch(2, 2, { transactional: true }), 12)
  assert.equal(state.firstUnstableOffset(14), 10)
  assert.throws(() => state.check(batch(1, 4), 0, 'client'), fails('INVALID_TXN_STATE'))

  const marker = buildMarkerBatch({ type: 'commit', coordinatorEpoch: 3, producerId: 7, producerEpoch: 0, timestampMs: 5000 })
  assert.equal(state.check(marker, 0, 'coordinator'), undefined)
  state.apply(marker, 0, 14, false)
  assert.equal(state.firstUnstableOffset(14), 10)
  assert.equal(state.firstUnstableOffset(15), undefined)
  assert.equal(state.get(7)?.lastTimestamp, 5000)
  append(state, batch(1, 4), 15)
})

test('a marker of a replaced coordinator is refused', () => {
  const state = new ProducerState(limits)
  append(state, batch(1, 0, { transactional: true }), 0)
  const marker = (coordinatorEpoch: number) =>
    buildMarkerBatch({ type: 'abort', coordinatorEpoch, producerId: 7, producerEpoch: 0, timestampMs: 0 })
  state.apply(marker(5), 0, 1, false)
  assert.throws(() => state.check(marker(4), 0, 'coordinator'), fails('TRANSACTION_COORDINATOR_FENCED'))
})

test('a producer is forgotten a day after its last batch, unless a transaction is open', () => {
  const state = new ProducerState(limits)
  state.apply(batch(1, 0, { producerId: 1 }, 1000), 0, 0, false)
  state.apply(batch(1, 0, { producerId: 2, transactional: true }, 1000), 0, 1, false)
  state.apply(batch(1, 0, { producerId: 3 }, 2000), 0, 2, false)
  state.expire(1000 + day)
  assert.deepEqual(
    Array.from(state.entries(), (entry) => entry.producerId),
    [2, 3],
  )
})

test('at the limit the longest idle makes room', () => {
  const state = new ProducerState({ maxProducers: 3, expirationMs: day })
  for (const [producerId, offset] of [
    [1, 0],
    [2, 1],
    [3, 2],
    [1, 3],
    [4, 4],
  ] as const)
    state.apply(batch(1, offset, { producerId, transactional: producerId === 2 }), 0, offset, false)
  assert.deepEqual(
    Array.from(state.entries(), (entry) => entry.producerId).toSorted((a, b) => a - b),
    [1, 2, 4],
  )
})

test('what could not be written is taken back', () => {
  const state = new ProducerState(limits)
  append(state, batch(3, 0), 0)
  state.settle()
  state.apply(batch(2, 3), 0, 3, true)
  state.apply(batch(2, 0, { producerEpoch: 1 }), 0, 5, true)
  state.apply(batch(1, 0, { producerId: 8 }), 0, 7, true)
  assert.equal(state.undo(), true)
  assert.equal(state.get(8), undefined)
  assert.equal(state.get(7)?.epoch, 0)
  append(state, batch(1, 3), 3)
  state.apply(batch(1, 4, { transactional: true }), 0, 4, true)
  assert.equal(state.undo(), false)
})

test('a snapshot gives back the last batch of each producer', () => {
  const state = new ProducerState(limits)
  append(state, batch(3, 0), 100)
  append(state, batch(2, 3, { transactional: true }, 1500), 103)
  state.apply(buildMarkerBatch({ type: 'abort', coordinatorEpoch: 4, producerId: 9, producerEpoch: 2, timestampMs: 77 }), 0, 105, false)
  const read = new ProducerState(limits)
  read.restore(decodeSnapshot(encodeSnapshot(state.entries())))

  assert.equal(read.firstUnstableOffset(1000), 103)
  assert.deepEqual(read.check(batch(2, 3, { transactional: true }), 0, 'client'), { baseOffset: 103, lastOffset: 104, timestamp: 1500 })
  assert.throws(() => read.check(batch(3, 0, { transactional: true }), 0, 'client'), fails('OUT_OF_ORDER_SEQUENCE_NUMBER'))
  const other = read.get(9)
  assert.deepEqual([other?.epoch, other?.coordinatorEpoch, other?.lastTimestamp, other?.lastSequence], [2, 4, 77, -1])
})

test('a damaged snapshot is noticed, whatever byte it is', () => {
  const state = new ProducerState(limits)
  append(state, batch(3, 0), 100)
  const bytes = encodeSnapshot(state.entries())
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ 0x10
    assert.throws(() => decodeSnapshot(flipped), /not readable/)
    assert.throws(() => decodeSnapshot(bytes.subarray(0, at)), /not readable/)
  }
})

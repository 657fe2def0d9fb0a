import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplicaBatches } from '@odradek/client'
import { compare, lagSentence } from './verifier.ts'
import type { VerifiedPartition } from './verifier.ts'

const partition = (offset = 0): VerifiedPartition => ({ name: 'orders-0', brokers: [1, 2, 3], offset })
/** Batches by their last offset and checksum. */
const holding = (highWatermark: number, ...batches: readonly (readonly [number, number])[]): ReplicaBatches => ({
  highWatermark,
  batches: batches.map(([lastOffset, crc]) => ({ lastOffset, crc })),
})

test('replicas that are the same move the offset behind what they all have', () => {
  const of = partition()
  const same = holding(6, [2, 70], [5, 71])
  const held = new Map([
    [1, same],
    [2, same],
    [3, holding(6, [2, 70])],
  ])
  assert.deepEqual(compare(of, held), { sentences: [], isHopeless: false, maxHighWatermark: 6 })
  assert.equal(of.offset, 3)
})

test('what is not below the high watermark of a replica is not compared yet', () => {
  const of = partition()
  const held = new Map([
    [1, holding(6, [2, 70], [5, 71])],
    [2, holding(6, [2, 70], [5, 71])],
    [3, holding(5, [2, 70], [5, 999])],
  ])
  assert.deepEqual(compare(of, held).sentences, [])
  assert.equal(of.offset, 3)
})

test('a replica with other bytes is told of, and verification goes on', () => {
  const of = partition()
  const held = new Map([
    [1, holding(6, [2, 70], [5, 71])],
    [2, holding(6, [2, 99], [5, 71])],
    [3, holding(6, [2, 70], [5, 71])],
  ])
  assert.deepEqual(compare(of, held).sentences, [
    "partition orders-0 has unmatched checksum at offset 2; replica 1's checksum 70; replica 2's checksum 99",
  ])
  assert.equal(of.offset, 6)
})

test('replicas with other offsets have nothing to compare', () => {
  const held = new Map([
    [1, holding(6, [2, 70])],
    [2, holding(6, [3, 70])],
    [3, holding(6, [2, 70])],
  ])
  const { sentences, isHopeless } = compare(partition(), held)
  assert.equal(isHopeless, true)
  assert.deepEqual(sentences, ["partition orders-0: replica 1's offset 2 doesn't match replica 2's offset 3"])
})

test('a replica that can not be asked holds everything up', () => {
  const of = partition(4)
  assert.deepEqual(compare(of, new Map([[1, holding(6, [5, 70])]])), { sentences: [], isHopeless: false, maxHighWatermark: 6 })
  assert.equal(of.offset, 4)
})

test('the report names the partition that is furthest behind', () => {
  const lags = [
    { partition: { ...partition(5), name: 'a-0' }, maxHighWatermark: 5 },
    { partition: { ...partition(5), name: 'b-0' }, maxHighWatermark: 9 },
    { partition: { ...partition(1), name: 'c-0' }, maxHighWatermark: 3 },
  ]
  assert.equal(lagSentence(lags), 'max lag is 4 for partition b-0 at offset 5 among 3 partitions')
})

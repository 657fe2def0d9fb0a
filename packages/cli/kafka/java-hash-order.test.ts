import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashMapOrder, hashOfPartition, hashOfText } from './java-hash-order.ts'

// What a HashMap of Java 17 gave.
test('keys come in the order of a hash map of Java, also after it has grown', () => {
  assert.deepEqual(['min.insync.replicas', '', 'żółw'].map(hashOfText), [268_940_301, 0, 11_564_204])
  assert.deepEqual(hashMapOrder(['retention.ms', 'cleanup.policy', 'segment.bytes'], hashOfText), [
    'cleanup.policy',
    'retention.ms',
    'segment.bytes',
  ])
  const forty = hashMapOrder(
    Array.from({ length: 40 }, (_, index) => `key.${index * 7919}`),
    hashOfText,
  )
  assert.deepEqual(
    forty.slice(0, 8),
    [102_947, 174_218, 71_271, 142_542, 229_651, 308_841, 197_975, 31_676].map((n) => `key.${n}`),
  )
  assert.deepEqual(
    forty.slice(-4),
    [39_595, 261_327, 87_109, 277_165].map((n) => `key.${n}`),
  )
})

test('partitions come in the order of a hash map of Java', () => {
  const partitions = Array.from({ length: 14 }, (_, partition) => ({ topic: 'orders', partition }))
  assert.deepEqual(
    hashMapOrder(partitions, hashOfPartition).map(({ partition }) => partition),
    [7, 8, 9, 10, 11, 12, 13, 0, 1, 2, 3, 4, 5, 6],
  )
})

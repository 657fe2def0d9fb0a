import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Partitioners } from './partitioners.ts'

const partitionMetadata = (leaders: readonly number[]) =>
  leaders.map((leader, partitionId) => ({ partitionErrorCode: 0, partitionId, leader, replicas: [], isr: [] }))

function partitionsOf(
  keys: readonly (string | Buffer | null)[],
  count: number,
  create = Partitioners.DefaultPartitioner,
): readonly number[] {
  const partition = create()
  return keys.map((key) =>
    partition({ topic: 't', partitionMetadata: partitionMetadata(Array<number>(count).fill(1)), message: { key, value: '' } }),
  )
}

test('keys come to the partitions of Java', () => {
  assert.deepEqual(partitionsOf(['1', '2', '3', '4'], 4), [3, 0, 3, 1])
  assert.deepEqual(partitionsOf(['1', '2', '3', Buffer.from('4')], 12), [3, 8, 11, 1])
  assert.equal(Partitioners.JavaCompatiblePartitioner, Partitioners.DefaultPartitioner)
})

test('the legacy partitioner puts keys where kafkajs 1 did', () => {
  const keys = ['key-1', 'a', 'foobar', 'é', '']
  assert.deepEqual(partitionsOf(keys, 12, Partitioners.LegacyPartitioner), [3, 7, 5, 1, 0])
  assert.notDeepEqual(partitionsOf(keys, 12, Partitioners.LegacyPartitioner), partitionsOf(keys, 12))
})

test('messages without a key take turns among partitions that have a leader; a partition that is named is taken', () => {
  const partition = Partitioners.DefaultPartitioner()
  const metadata = partitionMetadata([1, -1, 2])
  const turns = [0, 1, 2, 3].map(() => partition({ topic: 't', partitionMetadata: metadata, message: { value: 'x' } }))
  assert(turns.every((turn, i) => turn === turns[i % 2]))
  assert.deepEqual(new Set(turns), new Set([0, 2]))
  assert.equal(partition({ topic: 't', partitionMetadata: metadata, message: { key: 'k', value: 'x', partition: 1 } }), 1)
})

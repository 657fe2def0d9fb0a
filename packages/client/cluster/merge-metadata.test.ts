import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_UUID } from '@odradek/common/bytes'
import type { MetadataAnswer } from './merge-metadata.ts'
import { bootstrapMetadata, mergeMetadata, withLeader } from './merge-metadata.ts'
import type { ClusterMetadata } from './metadata.ts'

const idA = 'AAAAAAAAAAAAAAAAAAAAAg'
const idB = 'AAAAAAAAAAAAAAAAAAAABA'
const start = bootstrapMetadata([{ host: 'b', port: 9092 }])

type Leader = readonly [leader: number, epoch: number] | undefined

function answer(
  topics: Readonly<Record<string, { readonly id?: string; readonly error?: number; readonly partitions?: readonly Leader[] }>>,
): MetadataAnswer {
  return {
    throttleTimeMs: 0,
    brokers: [1, 2].map((nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092, rack: null })),
    clusterId: 'c',
    controllerId: 1,
    topics: Object.entries(topics).map(([name, { id = idA, error = 0, partitions = [] }]) => ({
      errorCode: error,
      name,
      topicId: id,
      isInternal: false,
      partitions: partitions.flatMap((leader, partitionIndex) =>
        leader === undefined
          ? []
          : [
              {
                errorCode: 0,
                partitionIndex,
                leaderId: leader[0],
                leaderEpoch: leader[1],
                replicaNodes: [1, 2],
                isrNodes: [leader[0]],
                offlineReplicas: [],
              },
            ],
      ),
      topicAuthorizedOperations: 0,
    })),
    clusterAuthorizedOperations: 0,
    errorCode: 0,
  }
}

const all = { version: 12, asked: undefined, isTracked: () => true }
const merge = (known: ClusterMetadata, next: MetadataAnswer, more: Partial<Parameters<typeof mergeMetadata>[1]> = {}) =>
  mergeMetadata(known, { ...all, asked: new Set(next.topics.map(({ name }) => name ?? '')), answer: next, ...more })
const leaders = ({ topics }: ClusterMetadata, topic = 't') =>
  topics.get(topic)?.partitions.map(({ leader, leaderEpoch }) => [leader, leaderEpoch])

test('lagging metadata are not adopted: a partition goes back to no older leader epoch', () => {
  const now = merge(start, answer({ t: { partitions: [[1, 7]] } })).metadata
  const lagging = merge(now, answer({ t: { partitions: [[2, 6]] } }))
  assert.deepEqual(leaders(lagging.metadata), [[1, 7]])
  assert(lagging.isIncomplete, 'asked for again')
  assert.deepEqual(leaders(merge(now, answer({ t: { partitions: [[2, 7]] } })).metadata), [[2, 7]])
  assert.deepEqual(leaders(merge(now, answer({ t: { partitions: [[2, 8]] } })).metadata), [[2, 8]])
})

test('a topic that was deleted and made again begins with any epoch', () => {
  const now = merge(
    start,
    answer({
      t: {
        partitions: [
          [1, 7],
          [1, 7],
        ],
      },
    }),
  ).metadata
  const anew = merge(now, answer({ t: { id: idB, partitions: [[2, 0]] } }))
  assert.deepEqual(leaders(anew.metadata), [[2, 0]])
  assert.equal(anew.metadata.topicNames.get(idB), 't')
  assert.equal(anew.metadata.topicNames.has(idA), false)
})

test('a partition that a lagging broker does not know yet is kept and asked for again', () => {
  const now = merge(
    start,
    answer({
      t: {
        partitions: [
          [1, 0],
          [1, 0],
          [2, 0],
        ],
      },
    }),
  ).metadata
  const lagging = merge(
    now,
    answer({
      t: {
        partitions: [
          [1, 0],
          [1, 0],
        ],
      },
    }),
  )
  assert.deepEqual(leaders(lagging.metadata)?.length, 3)
  assert(lagging.isIncomplete)
})

test('epochs of brokers before Metadata 9 are not relied on', () => {
  const now = merge(start, answer({ t: { id: ZERO_UUID, partitions: [[1, 7]] } }), { version: 8 }).metadata
  assert.deepEqual(leaders(now), [[1, -1]])
  assert.deepEqual(leaders(merge(now, answer({ t: { id: ZERO_UUID, partitions: [[2, 3]] } }), { version: 8 }).metadata), [[2, -1]])
})

test('a topic with an error keeps what was known, and the error is told', () => {
  const now = merge(start, answer({ t: { partitions: [[1, 7]] } })).metadata
  const failed = merge(now, answer({ t: { error: 3 }, u: { error: 29 } }))
  assert.deepEqual(leaders(failed.metadata), [[1, 7]])
  assert.deepEqual(
    [...failed.metadata.errors],
    [
      ['t', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['u', 'TOPIC_AUTHORIZATION_FAILED'],
    ],
  )
  assert(failed.isIncomplete)
  assert(!merge(now, answer({ u: { error: 29 } })).isIncomplete, 'time alone gives no rights')
})

test('an answer about some topics leaves the others as they were, and forgets those nobody wants', () => {
  const now = merge(start, answer({ t: { partitions: [[1, 7]] }, u: { id: idB, partitions: [[2, 1]] } })).metadata
  const next = answer({ v: { id: idB, partitions: [[1, 0]] } })
  assert.deepEqual([...merge(now, next).metadata.topics.keys()].toSorted(), ['t', 'u', 'v'])
  assert.deepEqual([...merge(now, next, { isTracked: (topic) => topic !== 't' }).metadata.topics.keys()].toSorted(), ['u', 'v'])
  assert.deepEqual([...merge(now, next, { asked: undefined }).metadata.topics.keys()], ['v'], 'all were asked for: the others are gone')
})

test('partitions are by their number without holes, whatever the broker says', () => {
  const holes = merge(start, answer({ t: { partitions: [undefined, [1, 0], undefined, [1, 0]] } }))
  assert.deepEqual(leaders(holes.metadata), [
    [-1, -1],
    [1, 0],
  ])
  assert(holes.isIncomplete)
})

test('a partition number beyond all reason allocates nothing', () => {
  const hostile = answer({ t: { partitions: [[1, 0]] } })
  const topic = hostile.topics[0]
  const partition = topic?.partitions[0]
  assert(topic !== undefined && partition !== undefined)
  const far = { ...hostile, topics: [{ ...topic, partitions: [{ ...partition, partitionIndex: 2 ** 31 - 1 }] }] }
  assert.equal(merge(start, far).metadata.topics.get('t')?.partitions.length, 1)
})

test('a new leader told in an answer is taken when its epoch is newer, with its address (KIP-951)', () => {
  const now = merge(start, answer({ t: { partitions: [[1, 7]] } })).metadata
  const node = { id: 3, host: 'b3', port: 9092, rack: undefined }
  const told = withLeader(now, { topic: 't', partition: 0, leader: 3, leaderEpoch: 8, node })
  assert(told !== undefined)
  assert.deepEqual(leaders(told), [[3, 8]])
  assert.equal(told.brokers.get(3), node)
  assert.equal(now.brokers.has(3), false)
  assert.equal(withLeader(now, { topic: 't', partition: 0, leader: 2, leaderEpoch: 7, node: undefined }), undefined, 'nothing new')
  assert.equal(
    withLeader(now, { topic: 't', partition: 0, leader: 9, leaderEpoch: 8, node: undefined }),
    undefined,
    'nobody knows broker 9',
  )
  assert.equal(withLeader(now, { topic: 'u', partition: 0, leader: 2, leaderEpoch: 8, node: undefined }), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPartitions } from './create-partitions.ts'
import type { GrownTopic, MorePartitions } from './create-partitions.ts'
import { TestCluster } from './test-cluster.ts'

const more = (name: string, count: number, assignments: MorePartitions['assignments'] = null): MorePartitions => ({
  name,
  count,
  assignments,
})
const grow = (cluster: TestCluster, ...topics: readonly MorePartitions[]): readonly GrownTopic[] =>
  cluster.decide((context) => createPartitions(context, { topics, validateOnly: false }))

test('a topic grows with the replication factor it has, and old partitions stay as they are', () => {
  const cluster = new TestCluster({ brokers: 3 })
  const before = cluster.addTopic('t', [[1, 2]], { leaderEpoch: 4 })
  grow(cluster, more('t', 4))
  const after = cluster.topic('t')
  assert.equal(after.id, before.id)
  assert.equal(after.partitions[0], before.partitions[0])
  assert.deepEqual(
    after.partitions.map(({ replicas, leaderEpoch }) => [replicas.length, leaderEpoch]),
    [
      [2, 4],
      [2, 0],
      [2, 0],
      [2, 0],
    ],
  )
})

test('new partitions go where they are told', () => {
  const cluster = new TestCluster({ brokers: 3 })
  cluster.addTopic('t', [[1, 2]])
  grow(
    cluster,
    more('t', 3, [
      [2, 3],
      [3, 1],
    ]),
  )
  assert.deepEqual(
    cluster.topic('t').partitions.map(({ replicas, leader }) => [replicas, leader]),
    [
      [[1, 2], 1],
      [[2, 3], 2],
      [[3, 1], 3],
    ],
  )
})

test('every topic of a request is answered by itself', () => {
  const cluster = new TestCluster({ brokers: 2, settings: { maxPartitionsPerBroker: 20 } })
  for (const name of ['good', 'same', 'less', 'twice', 'few', 'factor', 'dead', 'many', 'enormous']) cluster.addTopic(name, [[1], [1]])
  const results = grow(
    cluster,
    more('good', 3),
    more('same', 2),
    more('less', 1),
    more('none', 3),
    more('twice', 3),
    more('twice', 4),
    more('few', 4, [[1]]),
    more('factor', 3, [[1, 2]]),
    more('dead', 3, [[9]]),
    more('many', 60),
    more('enormous', 2 ** 31 - 1),
  )
  assert.deepEqual(
    results.map(({ name, error }) => [name, error]),
    [
      ['good', 'NONE'],
      ['same', 'INVALID_PARTITIONS'],
      ['less', 'INVALID_PARTITIONS'],
      ['none', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['twice', 'INVALID_REQUEST'],
      ['few', 'INVALID_REPLICA_ASSIGNMENT'],
      ['factor', 'INVALID_REPLICA_ASSIGNMENT'],
      ['dead', 'INVALID_REPLICA_ASSIGNMENT'],
      ['many', 'POLICY_VIOLATION'],
      ['enormous', 'POLICY_VIOLATION'],
    ],
  )
  assert.deepEqual(
    cluster.image.topics
      .all()
      .filter(({ partitions }) => partitions.length !== 2)
      .map(({ name }) => name),
    ['good'],
  )
})

test('validating changes nothing', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1]])
  const decision = createPartitions(cluster.context, { topics: [more('t', 2)], validateOnly: true })
  assert.deepEqual([decision.answer[0]?.error, decision.changes], ['NONE', []])
})

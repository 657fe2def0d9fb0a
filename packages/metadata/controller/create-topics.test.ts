import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopics } from './create-topics.ts'
import type { CreatedTopic, NewTopic } from './create-topics.ts'
import { TestCluster } from './test-cluster.ts'

const topic = (name: string, more: Partial<NewTopic> = {}): NewTopic => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...more,
})
const assigned = (...replicas: readonly (readonly number[])[]): Partial<NewTopic> => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: replicas.map((brokerIds, partition) => ({ partition, brokerIds })),
})
const create = (cluster: TestCluster, ...topics: readonly NewTopic[]): readonly CreatedTopic[] =>
  cluster.decide((context) => createTopics(context, { topics, validateOnly: false }))
const errors = (results: readonly CreatedTopic[]): readonly (readonly [string, string])[] => results.map(({ name, error }) => [name, error])

test('a topic is made with its partitions, leaders and settings', () => {
  const cluster = new TestCluster({ brokers: 3 })
  const [result] = create(cluster, topic('t', { numPartitions: 6, replicationFactor: 2, configs: [{ name: 'retention.ms', value: '5' }] }))
  const made = cluster.topic('t')
  assert.deepEqual(result?.created, { topicId: made.id, numPartitions: 6, replicationFactor: 2, configs: new Map([['retention.ms', '5']]) })
  assert.equal(made.partitions.length, 6)
  for (const { replicas, isr, leader, leaderEpoch, partitionEpoch } of made.partitions) {
    assert.equal(new Set(replicas).size, 2)
    assert.deepEqual([isr, leader, leaderEpoch, partitionEpoch], [replicas, replicas[0], 0, 0])
  }
  assert.equal(cluster.image.configs.of('topic', 't').get('retention.ms'), '5')
})

test('minus one takes the defaults of the broker', () => {
  const cluster = new TestCluster({ brokers: 3, settings: { numPartitions: 4, defaultReplicationFactor: 3 } })
  const [result] = create(cluster, topic('t', { numPartitions: -1, replicationFactor: -1 }))
  assert.deepEqual([result?.created?.numPartitions, result?.created?.replicationFactor], [4, 3])
})

test('good topics are made beside bad ones, and all are answered in the order of the request', () => {
  const cluster = new TestCluster()
  cluster.addTopic('exists', [[1]])
  cluster.addTopic('with.dot', [[1]])
  const results = create(
    cluster,
    topic('twice'),
    topic('good'),
    topic('exists'),
    topic('with_dot'),
    topic('twice'),
    topic('bad/name'),
    topic(''),
    topic('..'),
    topic('x'.repeat(250)),
    topic('__cluster_metadata'),
    topic('no-config', { configs: [{ name: 'no.such', value: '1' }] }),
    topic('null-config', { configs: [{ name: 'retention.ms', value: null }] }),
    topic('long-config', { configs: [{ name: 'retention.ms', value: '1'.repeat(40_000) }] }),
    topic('no-partitions', { numPartitions: 0 }),
    topic('few-partitions', { numPartitions: -2 }),
    topic('no-replicas', { replicationFactor: 0 }),
    topic('many-replicas', { replicationFactor: 2 }),
    topic('a.b'),
    topic('a_b'),
  )
  assert.deepEqual(errors(results), [
    ['twice', 'INVALID_REQUEST'],
    ['good', 'NONE'],
    ['exists', 'TOPIC_ALREADY_EXISTS'],
    ['with_dot', 'INVALID_TOPIC_EXCEPTION'],
    ['bad/name', 'INVALID_TOPIC_EXCEPTION'],
    ['', 'INVALID_TOPIC_EXCEPTION'],
    ['..', 'INVALID_TOPIC_EXCEPTION'],
    ['x'.repeat(250), 'INVALID_TOPIC_EXCEPTION'],
    ['__cluster_metadata', 'INVALID_REQUEST'],
    ['no-config', 'INVALID_CONFIG'],
    ['null-config', 'INVALID_CONFIG'],
    ['long-config', 'INVALID_CONFIG'],
    ['no-partitions', 'INVALID_PARTITIONS'],
    ['few-partitions', 'INVALID_PARTITIONS'],
    ['no-replicas', 'INVALID_REPLICATION_FACTOR'],
    ['many-replicas', 'INVALID_REPLICATION_FACTOR'],
    ['a.b', 'NONE'],
    ['a_b', 'INVALID_TOPIC_EXCEPTION'],
  ])
  assert.deepEqual(
    cluster.image.topics.all().map(({ name }) => name),
    ['a.b', 'exists', 'good', 'with.dot'],
  )
  assert.equal(results.find(({ name }) => name === 'exists')?.message, "Topic 'exists' already exists.")
})

test('replicas chosen by hand are taken as they are, the living ones in sync', () => {
  const cluster = new TestCluster({ brokers: 2 })
  cluster.addBroker(3, { fenced: true })
  create(cluster, topic('t', assigned([3, 1], [2, 3])))
  assert.deepEqual(
    cluster.topic('t').partitions.map(({ replicas, isr, leader }) => [replicas, isr, leader]),
    [
      [[3, 1], [1], 1],
      [[2, 3], [2], 2],
    ],
  )
})

test('replicas chosen by hand wrongly are refused', () => {
  const cluster = new TestCluster({ brokers: 2 })
  cluster.addBroker(3, { fenced: true })
  const refusals = (more: Partial<NewTopic>): string | undefined => create(cluster, topic('t', more))[0]?.error
  for (const replicas of [[[]], [[1, 1]], [[9]], [[1], [1, 2]], [[3]]])
    assert.equal(refusals(assigned(...replicas)), 'INVALID_REPLICA_ASSIGNMENT')
  assert.equal(refusals({ ...assigned([1]), numPartitions: 1 }), 'INVALID_REQUEST')
  assert.equal(refusals({ ...assigned([1]), replicationFactor: 1 }), 'INVALID_REQUEST')
  const gap = [{ partition: 1, brokerIds: [1] }]
  const same = [
    { partition: 0, brokerIds: [1] },
    { partition: 0, brokerIds: [2] },
  ]
  for (const assignments of [gap, same]) assert.equal(refusals({ ...assigned([1]), assignments }), 'INVALID_REPLICA_ASSIGNMENT')
  assert.equal(cluster.image.topics.size, 0)
})

test('a request that only validates makes all checks and no topic', () => {
  const cluster = new TestCluster()
  const decision = createTopics(cluster.context, { topics: [topic('t'), topic('t/')], validateOnly: true })
  assert.deepEqual(errors(decision.answer), [
    ['t', 'NONE'],
    ['t/', 'INVALID_TOPIC_EXCEPTION'],
  ])
  assert.equal(decision.changes.length, 0)
})

test('a request for more than 10,000 partitions is refused as a whole', () => {
  const cluster = new TestCluster({ settings: { maxPartitionsPerBroker: 1_000_000 } })
  const big = topic('big', { numPartitions: 10_000 })
  assert.deepEqual(errors(create(cluster, big, topic('small'))), [
    ['big', 'POLICY_VIOLATION'],
    ['small', 'POLICY_VIOLATION'],
  ])
  assert.deepEqual(errors(create(cluster, topic('huge', { numPartitions: 2 ** 31 - 1 }))), [['huge', 'POLICY_VIOLATION']])
  assert.deepEqual(errors(create(cluster, big)), [['big', 'NONE']])
})

test('a broker takes no more partitions than broker.max.partitions, but for topics of the brokers themselves', () => {
  const cluster = new TestCluster({ settings: { maxPartitionsPerBroker: 10 } })
  const results = create(cluster, topic('a', { numPartitions: 8 }), topic('b', { numPartitions: 3 }), topic('c', { numPartitions: 2 }))
  assert.deepEqual(errors(results), [
    ['a', 'NONE'],
    ['b', 'POLICY_VIOLATION'],
    ['c', 'NONE'],
  ])
  assert.match(results[1]?.message ?? '', /11 partitions, and broker.max.partitions allows 10/)
  assert.deepEqual(errors(create(cluster, topic('__consumer_offsets', { numPartitions: 50 }), topic('d'))), [
    ['__consumer_offsets', 'NONE'],
    ['d', 'POLICY_VIOLATION'],
  ])
})

test('without a living broker there are no topics', () => {
  const cluster = new TestCluster({ brokers: 0 })
  cluster.addBroker(1, { fenced: true })
  assert.deepEqual(errors(create(cluster, topic('t'))), [['t', 'INVALID_REPLICATION_FACTOR']])
})

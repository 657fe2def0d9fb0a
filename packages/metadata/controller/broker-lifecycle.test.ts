import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokerGone, registerBroker, startControlledShutdown, unfenceBroker } from './broker-lifecycle.ts'
import type { LastShutdown } from './broker-lifecycle.ts'
import { electLeaders } from './elect-leaders.ts'
import { registrationOf, TestCluster } from './test-cluster.ts'

const register = (cluster: TestCluster, id: number, lastShutdown: LastShutdown, fenced = false): string =>
  cluster.decide((context) => registerBroker(context, { registration: registrationOf(id), lastShutdown, fenced })).error
const leaders = (cluster: TestCluster, topic: string): unknown =>
  cluster.topic(topic).partitions.map(({ leader, leaderEpoch, isr }) => ({ leader, leaderEpoch, isr }))

test('each start of a broker has a larger epoch, and a second process of the same id is refused', () => {
  const cluster = new TestCluster({ brokers: 0 })
  assert.equal(register(cluster, 1, 'clean'), 'NONE')
  const first = cluster.image.brokers.get(1)?.epoch ?? 0
  assert.equal(register(cluster, 1, 'clean'), 'DUPLICATE_BROKER_REGISTRATION')
  cluster.loseBroker(1)
  assert.equal(register(cluster, 1, 'clean'), 'NONE')
  assert.ok((cluster.image.brokers.get(1)?.epoch ?? 0) > first)
})

test('a broker that cannot work at the levels of the cluster is refused', () => {
  const cluster = new TestCluster({ brokers: 0, features: { 'metadata.version': 31 } })
  assert.equal(register(cluster, 1, 'clean'), 'UNSUPPORTED_VERSION')
})

test('one node that was stopped in order leads on in the same epoch; after a crash it leads in a new one', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1], [1]])
  for (const [how, leaderEpoch] of [
    ['clean', 0],
    ['unclean', 1],
    ['clean', 1],
    ['lossy', 3],
  ] as const) {
    cluster.loseBroker(1)
    register(cluster, 1, how)
    const expected = { leader: 1, leaderEpoch, isr: [1] }
    assert.deepEqual(leaders(cluster, 't'), [expected, expected])
  }
})

test('when a broker goes, others lead what it led, and it leaves the ISR', () => {
  const cluster = new TestCluster({ brokers: 3 })
  cluster.addTopic('t', [[1, 2], [2, 3], [1]])
  cluster.loseBroker(1)
  cluster.decide((context) => brokerGone(context, 1))
  assert.deepEqual(leaders(cluster, 't'), [
    { leader: 2, leaderEpoch: 1, isr: [2] },
    { leader: 2, leaderEpoch: 0, isr: [2, 3] },
    { leader: -1, leaderEpoch: 1, isr: [1] },
  ])
  register(cluster, 1, 'clean', true)
  assert.equal(cluster.partition('t', 2).leader, -1)
  cluster.decide((context) => unfenceBroker(context, 1))
  assert.deepEqual(leaders(cluster, 't'), [
    { leader: 2, leaderEpoch: 1, isr: [2] },
    { leader: 2, leaderEpoch: 0, isr: [2, 3] },
    { leader: 1, leaderEpoch: 2, isr: [1] },
  ])
  assert.equal(cluster.image.brokers.isActive(1), true)
})

test('a broker on its way out gives leadership away and gets none', () => {
  const cluster = new TestCluster({ brokers: 2 })
  cluster.addTopic('t', [[1, 2]])
  cluster.decide((context) => startControlledShutdown(context, 1))
  assert.deepEqual(leaders(cluster, 't'), [{ leader: 2, leaderEpoch: 1, isr: [2] }])
  assert.equal(cluster.image.brokers.isActive(1), false)
})

test('elections on request answer each partition, or only those that changed when all were asked for', () => {
  const cluster = new TestCluster({ brokers: 3 })
  cluster.addTopic('good', [[1, 2]])
  cluster.addTopic('moved', [[1, 2]], { leader: 2 })
  cluster.addTopic('stuck', [[3, 2]], { leader: 2, isr: [2] })
  const named = (kind: 'preferred' | 'unclean', ...names: readonly string[]): unknown =>
    cluster
      .decide((context) => electLeaders(context, { kind, topics: names.map((name) => ({ name, partitions: [0, 9] })) }))
      .map(({ partitions }) => partitions.map(({ error }) => error))
  assert.deepEqual(named('preferred', 'good', 'none'), [
    ['ELECTION_NOT_NEEDED', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])
  const all = cluster.decide((context) => electLeaders(context, { kind: 'preferred', topics: null }))
  assert.deepEqual(
    all.map(({ name, partitions }) => [name, partitions.map(({ error }) => error)]),
    [
      ['good', []],
      ['moved', ['NONE']],
      ['stuck', ['PREFERRED_LEADER_NOT_AVAILABLE']],
    ],
  )
  assert.equal(cluster.partition('moved').leader, 1)
  cluster.addTopic('lost', [[1, 2]], { leader: -1, isr: [3] })
  assert.deepEqual(named('unclean', 'good', 'lost'), [
    ['ELECTION_NOT_NEEDED', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])
  for (const id of [1, 2]) cluster.loseBroker(id)
  cluster.addTopic('gone', [[1, 2]], { leader: -1, isr: [3] })
  assert.deepEqual(named('unclean', 'gone'), [['ELIGIBLE_LEADERS_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']])
})

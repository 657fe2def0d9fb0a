import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigResource } from '../image/config-resource.ts'
import { alterConfigs, incrementalAlterConfigs } from './alter-configs.ts'
import type { ConfigAlteration, ConfigOperation } from './alter-configs.ts'
import type { Outcome } from './outcome.ts'
import { TestCluster } from './test-cluster.ts'

const topic = (name: string): ConfigResource => ({ type: 'topic', name })
const op = (operation: ConfigOperation | undefined, name: string, value: string | null = null): ConfigAlteration => ({
  operation,
  name,
  value,
})
const alter = (cluster: TestCluster, resource: ConfigResource, ...configs: readonly ConfigAlteration[]): Outcome | undefined =>
  cluster.decide((context) => incrementalAlterConfigs(context, [{ resource, configs }], false))[0]
const settings = (cluster: TestCluster, { type, name }: ConfigResource): object => Object.fromEntries(cluster.image.configs.of(type, name))

test('settings are set, added to, taken from and deleted; the others stay', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1]])
  const t = topic('t')
  alter(cluster, t, op('set', 'retention.ms', '5'), op('append', 'cleanup.policy', 'compact'))
  assert.deepEqual(settings(cluster, t), { 'retention.ms': '5', 'cleanup.policy': 'delete,compact' })
  alter(cluster, t, op('append', 'cleanup.policy', 'compact'))
  assert.equal(cluster.image.configs.of('topic', 't').get('cleanup.policy'), 'delete,compact')
  alter(cluster, t, op('subtract', 'cleanup.policy', 'delete'))
  assert.deepEqual(settings(cluster, t), { 'retention.ms': '5', 'cleanup.policy': 'compact' })
  alter(cluster, t, op('delete', 'cleanup.policy'), op('delete', 'no.such.setting'))
  assert.deepEqual(settings(cluster, t), { 'retention.ms': '5' })
  alter(cluster, t, op('delete', 'retention.ms'))
  assert.deepEqual(cluster.image.configs.names('topic'), [])
})

test('a resource gets all of its changes or none', () => {
  const cluster = new TestCluster()
  cluster.addTopic('a', [[1]])
  cluster.addTopic('b', [[1]])
  const answer = cluster.decide((context) =>
    incrementalAlterConfigs(
      context,
      [
        { resource: topic('a'), configs: [op('set', 'retention.ms', '1'), op('set', 'no.such', '1')] },
        { resource: topic('b'), configs: [op('set', 'retention.ms', '2')] },
      ],
      false,
    ),
  )
  assert.deepEqual(
    answer.map(({ error }) => error),
    ['INVALID_CONFIG', 'NONE'],
  )
  assert.deepEqual([settings(cluster, topic('a')), settings(cluster, topic('b'))], [{}, { 'retention.ms': '2' }])
})

test('wrong changes are refused with the error of Kafka', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1]])
  const t = topic('t')
  const error = (resource: ConfigResource, ...configs: readonly ConfigAlteration[]): string | undefined =>
    alter(cluster, resource, ...configs)?.error
  assert.equal(error(t, op('set', 'retention.ms', 'x')), 'INVALID_CONFIG')
  assert.equal(error(t, op('append', 'retention.ms', '1')), 'INVALID_CONFIG')
  assert.equal(error(t, op('subtract', 'retention.ms', '1')), 'INVALID_CONFIG')
  assert.equal(error(t, op('set', 'retention.ms')), 'INVALID_REQUEST')
  assert.equal(error(t, op(undefined, 'retention.ms', '1')), 'INVALID_REQUEST')
  assert.equal(error(t, op('set', 'retention.ms', '1'), op('delete', 'retention.ms')), 'INVALID_REQUEST')
  assert.equal(error(t, op('set', 'retention.ms', '1'.repeat(32_768))), 'INVALID_CONFIG')
  assert.match(
    alter(cluster, t, op('set', 'retention.ms', 'ä'.repeat(16_384)))?.message ?? '',
    /exceeds the maximum value size of 32767 bytes/,
  )
  assert.equal(error(topic('none'), op('set', 'retention.ms', '1')), 'UNKNOWN_TOPIC_OR_PARTITION')
  assert.equal(error(topic('a/b'), op('set', 'retention.ms', '1')), 'INVALID_TOPIC_EXCEPTION')
  assert.equal(error({ type: 'broker', name: '9' }, op('set', 'retention.ms', '1')), 'BROKER_ID_NOT_REGISTERED')
  assert.equal(error({ type: 'broker', name: '' }, op('set', 'retention.ms', '1')), 'NONE')
  assert.equal(error({ type: 'group', name: 'anything' }, op('set', 'retention.ms', '1')), 'NONE')
  assert.deepEqual(settings(cluster, t), {})
})

test('a resource that is named twice is refused twice', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1]])
  const each = { resource: topic('t'), configs: [op('set', 'retention.ms', '1')] }
  const answer = cluster.decide((context) => incrementalAlterConfigs(context, [each, each], false))
  assert.deepEqual(
    answer.map(({ error }) => error),
    ['INVALID_REQUEST', 'INVALID_REQUEST'],
  )
})

test('AlterConfigs replaces the whole set', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1]])
  alter(cluster, topic('t'), op('set', 'retention.ms', '5'), op('set', 'min.insync.replicas', '1'))
  const full = (...configs: readonly { readonly name: string; readonly value: string | null }[]): Outcome | undefined =>
    cluster.decide((context) => alterConfigs(context, [{ resource: topic('t'), configs }], false))[0]
  assert.equal(full({ name: 'cleanup.policy', value: 'compact' })?.error, 'NONE')
  assert.deepEqual(settings(cluster, topic('t')), { 'cleanup.policy': 'compact' })
  assert.equal(full({ name: 'cleanup.policy', value: null })?.error, 'INVALID_REQUEST')
  assert.equal(full()?.error, 'NONE')
  assert.deepEqual(settings(cluster, topic('t')), {})
})

test('validating and changing nothing write nothing', () => {
  const cluster = new TestCluster()
  cluster.addTopic('t', [[1]])
  alter(cluster, topic('t'), op('set', 'retention.ms', '5'))
  const changes = (value: string, validateOnly: boolean): number =>
    incrementalAlterConfigs(cluster.context, [{ resource: topic('t'), configs: [op('set', 'retention.ms', value)] }], validateOnly).changes
      .length
  assert.deepEqual([changes('6', true), changes('5', false), changes('6', false)], [0, 0, 1])
})

test('with eligible leader replicas the minimum in sync is one for all brokers, and a change of it clears who was eligible', () => {
  const cluster = new TestCluster({ brokers: 3, features: { 'eligible.leader.replicas.version': 1 } })
  cluster.addTopic('a', [[1, 2]], { isr: [1], elr: [2] })
  cluster.addTopic('b', [[1, 2]], { isr: [1], elr: [2] })
  const minIsr = (resource: ConfigResource, value: string | null): Outcome | undefined =>
    alter(cluster, resource, op(value === null ? 'delete' : 'set', 'min.insync.replicas', value))
  assert.equal(
    minIsr({ type: 'broker', name: '1' }, '2')?.message,
    'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
  )
  assert.equal(minIsr(topic('a'), '2')?.error, 'NONE')
  assert.deepEqual([cluster.partition('a').elr, cluster.partition('b').elr], [[], [2]])
  assert.equal(minIsr({ type: 'broker', name: '' }, '2')?.error, 'NONE')
  assert.deepEqual([cluster.partition('b').elr, cluster.partition('b').partitionEpoch], [[], 1])
  assert.equal(
    minIsr({ type: 'broker', name: '' }, null)?.message,
    'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokerConfig, topicConfig } from './all-settings.ts'
import { configSource } from './config-layers.ts'
import { describeBroker, describeBrokerDefaults, describeClientMetrics, describeGroup, describeTopic } from './describe.ts'
import type { DescribedSetting } from './describe.ts'
import { layers } from './test-layers.ts'

const sourceNames = Object.fromEntries(Object.entries(configSource).map(([name, code]) => [code, name]))

/** In the notation of what Apache's broker was seen to answer: value, source, synonyms. */
function shown(all: readonly DescribedSetting[], name: string): string {
  const found = all.find((setting) => setting.name === name)
  if (found === undefined) return 'absent'
  const synonyms = found.synonyms.map((synonym) => `${sourceNames[synonym.source]}:${synonym.name}=${synonym.value}`)
  return [found.value, sourceNames[found.configSource], ...synonyms].join(' ')
}

const set = (entries: Readonly<Record<string, string>>): Map<string, string> => new Map(Object.entries(entries))

test('a topic has all settings of Kafka, with defaults that come from the broker', () => {
  const all = describeTopic(set({}), layers())
  assert.equal(all.length, 33)
  assert.deepEqual(
    all.map(({ name }) => name),
    Object.keys(topicConfig)
      .filter((name) => name !== 'internal.segment.bytes')
      .toSorted(),
  )
  assert.equal(shown(all, 'segment.bytes'), '1073741824 default default:log.segment.bytes=1073741824')
  assert.equal(shown(all, 'flush.ms'), '9223372036854775807 default')
  assert.equal(shown(all, 'retention.ms'), '604800000 default')
  assert.equal(shown(all, 'remote.storage.enable'), 'false default')
  assert.equal(shown(all, 'min.cleanable.dirty.ratio'), '0.5 default default:log.cleaner.min.cleanable.ratio=0.5')
  for (const { readOnly, isSensitive, configType, documentation } of all) {
    assert.deepEqual([readOnly, isSensitive], [false, false])
    assert.ok(configType > 0 && documentation !== null && documentation.length > 20)
  }
})

test('what is set for a topic is shown as Kafka understands it, with everything it overrides behind it', () => {
  const all = describeTopic(
    set({ 'cleanup.policy': 'compact, delete', 'retention.ms': '007', 'min.cleanable.dirty.ratio': '1', preallocate: 'TRUE' }),
    layers({ cluster: { 'log.retention.ms': '5000' } }),
  )
  assert.equal(shown(all, 'cleanup.policy'), 'compact,delete topic topic:cleanup.policy=compact,delete default:log.cleanup.policy=delete')
  assert.equal(
    shown(all, 'retention.ms'),
    '7 topic topic:retention.ms=7 dynamicDefault:log.retention.ms=5000 default:log.retention.hours=168',
  )
  assert.equal(
    shown(all, 'min.cleanable.dirty.ratio'),
    '1.0 topic topic:min.cleanable.dirty.ratio=1.0 default:log.cleaner.min.cleanable.ratio=0.5',
  )
  assert.equal(shown(all, 'preallocate'), 'true topic topic:preallocate=true default:log.preallocate=false')
})

test('a topic follows the broker: this one before all, dynamic before file, milliseconds before minutes before hours', () => {
  const retention = (given: Parameters<typeof layers>[0]): string => shown(describeTopic(set({}), layers(given)), 'retention.ms')
  assert.equal(
    retention({ cluster: { 'log.retention.ms': '5000' } }),
    '5000 dynamicDefault dynamicDefault:log.retention.ms=5000 default:log.retention.hours=168',
  )
  assert.equal(
    retention({ broker: { 'log.retention.ms': '7000' }, cluster: { 'log.retention.ms': '5000' }, file: { 'log.retention.ms': '3000' } }),
    '7000 dynamicBroker dynamicBroker:log.retention.ms=7000 dynamicDefault:log.retention.ms=5000 file:log.retention.ms=3000 default:log.retention.hours=168',
  )
  assert.equal(retention({ file: { 'log.retention.hours': '2' } }), '7200000 default')
  assert.equal(retention({ file: { 'log.retention.hours': '2', 'log.retention.minutes': '3' } }), '180000 default')
  assert.equal(
    retention({ file: { 'log.retention.hours': '2', 'log.retention.ms': '-5' } }),
    '-1 file file:log.retention.ms=-5 file:log.retention.hours=2 default:log.retention.hours=168',
  )
  assert.equal(
    shown(describeTopic(set({}), layers({ broker: { 'log.flush.interval.ms': '10' } })), 'flush.ms'),
    '10 dynamicBroker dynamicBroker:log.flush.interval.ms=10 default:log.flush.scheduler.interval.ms=9223372036854775807',
  )
})

test('an internal setting is shown when it is set, and only then', () => {
  const all = describeTopic(set({ 'internal.segment.bytes': '1000' }), layers())
  assert.equal(shown(all, 'internal.segment.bytes'), '1000 topic topic:internal.segment.bytes=1000')
})

test('a broker has all settings of Kafka and ours, with the scope of each', () => {
  const all = describeBroker(layers({ file: { 'node.id': '1', 'num.partitions': '3', 'internal.metadata.delete.delay.millis': '5' } }))
  const expected = Object.entries(brokerConfig).flatMap(([name, def]) => (def.isInternal ? [] : [name]))
  assert.deepEqual(
    all.map(({ name }) => name),
    [...expected, 'internal.metadata.delete.delay.millis'].toSorted(),
  )
  assert.equal(shown(all, 'num.partitions'), '3 file file:num.partitions=3 default:num.partitions=1')
  assert.equal(shown(all, 'log.retention.hours'), '168 default default:log.retention.hours=168')
  assert.equal(shown(all, 'log.retention.ms'), ' default')
  assert.equal(shown(all, 'log.dirs'), ' default')
  const readOnly = (name: string): boolean | undefined => all.find((setting) => setting.name === name)?.readOnly
  assert.deepEqual([readOnly('num.partitions'), readOnly('log.retention.ms'), readOnly('listeners')], [true, false, false])
})

test('a broker shows dynamic values as they were given and as they count', () => {
  const all = describeBroker(layers({ broker: { 'log.cleanup.policy': 'delete,delete', 'max.connections.per.ip': '007' } }))
  assert.equal(
    shown(all, 'log.cleanup.policy'),
    'delete dynamicBroker dynamicBroker:log.cleanup.policy=delete,delete default:log.cleanup.policy=delete',
  )
  assert.equal(
    shown(all, 'max.connections.per.ip'),
    '7 dynamicBroker dynamicBroker:max.connections.per.ip=007 default:max.connections.per.ip=1000',
  )
})

test('passwords, and names nobody knows, are shown without their values', () => {
  const all = describeBroker(
    layers({ broker: { 'foo.bar': 'x', 'listener.name.plain.ssl.key.password': 's3cr3t' }, file: { 'ssl.key.password': 's3cr3t' } }),
  )
  assert.equal(shown(all, 'foo.bar'), ' dynamicBroker dynamicBroker:foo.bar=null')
  assert.equal(shown(all, 'ssl.key.password'), ' file file:ssl.key.password=null')
  assert.equal(
    shown(all, 'listener.name.plain.ssl.key.password'),
    ' dynamicBroker dynamicBroker:listener.name.plain.ssl.key.password=null file:ssl.key.password=null',
  )
  const foo = all.find(({ name }) => name === 'foo.bar')
  assert.deepEqual([foo?.isSensitive, foo?.readOnly, foo?.configType, foo?.documentation], [true, true, 0, null])
  assert.ok(!JSON.stringify(all).includes('s3cr3t'))
})

test('a setting of one listener is a variant of the plain one', () => {
  const all = describeBroker(layers({ broker: { 'listener.name.plaintext.max.connections': '5' } }))
  assert.equal(
    shown(all, 'listener.name.plaintext.max.connections'),
    '5 dynamicBroker dynamicBroker:listener.name.plaintext.max.connections=5 default:max.connections=20000',
  )
  assert.equal(shown(all, 'max.connections'), '20000 default default:max.connections=20000')
  const jaas = 'listener.name.sasl.scram-sha-256.sasl.jaas.config'
  assert.equal(shown(describeBroker(layers({ file: { [jaas]: 'x' } })), jaas), ` file file:${jaas}=null`)
})

test('the defaults of all brokers are what was set for them, and nothing else', () => {
  const all = describeBrokerDefaults(
    layers({ cluster: { 'log.retention.ms': '5000', 'min.insync.replicas': '1' }, file: { 'log.retention.ms': '1' } }),
  )
  assert.deepEqual(
    all.map(({ name }) => shown(all, name)),
    ['5000 dynamicDefault dynamicDefault:log.retention.ms=5000', '1 dynamicDefault dynamicDefault:min.insync.replicas=1'],
  )
})

test('groups and subscriptions to client metrics', () => {
  const all = describeGroup(set({ 'consumer.session.timeout.ms': '50000', 'share.isolation.level': 'read_committed' }), layers())
  assert.equal(all.length, 17)
  assert.equal(
    shown(all, 'consumer.session.timeout.ms'),
    '50000 group group:consumer.session.timeout.ms=50000 default:group.consumer.session.timeout.ms=45000',
  )
  assert.equal(shown(all, 'consumer.assignment.interval.ms'), '1000 default default:group.consumer.assignment.interval.ms=1000')
  assert.equal(shown(all, 'share.auto.offset.reset'), 'latest default default:share.auto.offset.reset=latest')
  assert.equal(
    shown(all, 'share.isolation.level'),
    'read_committed group group:share.isolation.level=read_committed default:share.isolation.level=read_uncommitted',
  )
  const metrics = describeClientMetrics(set({ 'interval.ms': '1000' }))
  assert.equal(shown(metrics, 'interval.ms'), '1000 clientMetrics clientMetrics:interval.ms=1000')
  assert.equal(shown(metrics, 'metrics'), ' default')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterImage } from '@odradek/metadata'
import type { ConfigResourceType } from '@odradek/metadata'
import { SettingRules } from './setting-rules.ts'

const rules = (file: Readonly<Record<string, string>> = {}, image = ClusterImage.empty): SettingRules =>
  new SettingRules({ nodeId: 1, file: new Map(Object.entries(file)), image: () => image })

/** In the notation of what Apache's broker was seen to answer: `OK`, or error and message. */
function altered(
  type: ConfigResourceType,
  name: string,
  entries: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>> = {},
  file = {},
): string {
  const refused = rules(file).validate({ type, name }, new Map(Object.entries(entries)), new Map(Object.entries(before)))
  return refused === undefined ? 'OK' : `${refused.error}: ${refused.message}`
}

const topic = (entries: Readonly<Record<string, string>>, before = {}, file = {}): string => altered('topic', 't', entries, before, file)
const broker = (entries: Readonly<Record<string, string>>, name = '1'): string => altered('broker', name, entries)

test('settings of a topic are refused in the words of Kafka', () => {
  assert.equal(altered('topic', '', { 'retention.ms': '1' }), 'INVALID_REQUEST: Default topic resources are not allowed.')
  assert.equal(topic({ foo: '1' }), 'INVALID_CONFIG: Unknown topic config name: foo')
  assert.equal(topic({ toString: '1' }), 'INVALID_CONFIG: Unknown topic config name: toString')
  assert.equal(
    topic({ 'segment.bytes': '14' }),
    'INVALID_CONFIG: Invalid value 14 for configuration segment.bytes: Value must be at least 1048576',
  )
  assert.equal(
    topic({ 'retention.ms': 'abc' }),
    'INVALID_CONFIG: Invalid value abc for configuration retention.ms: Not a number of type LONG',
  )
  assert.equal(
    topic({ 'retention.ms': '-5' }),
    'INVALID_CONFIG: Invalid value -5 for configuration retention.ms: Value must be at least -1',
  )
  assert.equal(
    topic({ 'min.insync.replicas': '0' }),
    'INVALID_CONFIG: Invalid value 0 for configuration min.insync.replicas: Value must be at least 1',
  )
  assert.equal(
    topic({ 'compression.gzip.level': '0' }),
    'INVALID_CONFIG: Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
  )
  assert.equal(
    topic({ 'unclean.leader.election.enable': 'maybe' }),
    'INVALID_CONFIG: Invalid value maybe for configuration unclean.leader.election.enable: Expected value to be either true or false',
  )
  assert.equal(
    topic({ 'cleanup.policy': 'foo' }),
    'INVALID_CONFIG: Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete',
  )
  assert.equal(topic({ 'cleanup.policy': 'delete,,compact' }), "INVALID_CONFIG: Configuration 'cleanup.policy' values must not be empty.")
  assert.equal(
    topic({ 'leader.replication.throttled.replicas': 'a:b' }),
    "INVALID_CONFIG: Invalid value [a:b] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
  )
})

test('a star stands alone among throttled replicas', () => {
  assert.match(topic({ 'follower.replication.throttled.replicas': '*,*' }), /Invalid value \[\*, \*\] for configuration follower/)
})

test('what Kafka takes for a topic is taken', () => {
  for (const entries of [
    { 'cleanup.policy': 'delete,delete' },
    { 'cleanup.policy': '' },
    { 'cleanup.policy': ' compact , delete ' },
    { 'retention.ms': ' 42 ' },
    { 'internal.segment.bytes': '1000' },
    { 'leader.replication.throttled.replicas': '0:1,1:2' },
    { 'follower.replication.throttled.replicas': '*' },
    { 'max.compaction.lag.ms': '9223372036854775807', 'min.compaction.lag.ms': '9223372036854775807' },
    { 'compression.gzip.level': '-1' },
  ]) {
    assert.equal(topic(entries), 'OK', JSON.stringify(entries))
  }
})

test('settings of a topic that do not go together are refused', () => {
  assert.equal(
    topic({ 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' }),
    'INVALID_CONFIG: conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
  )
  assert.equal(
    topic({ 'remote.storage.enable': 'true' }),
    'INVALID_CONFIG: Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
  )
  const tiered = { 'remote.log.storage.system.enable': 'true' }
  assert.equal(topic({ 'remote.storage.enable': 'true' }, {}, tiered), 'OK')
  assert.match(
    topic({ 'remote.storage.enable': 'true', 'cleanup.policy': 'compact' }, {}, tiered),
    /only supports topics with cleanup.policy=delete/,
  )
  assert.match(
    topic({ 'remote.storage.enable': 'true', 'retention.ms': '10', 'local.retention.ms': '20' }, {}, tiered),
    /Invalid value 20 for configuration local.retention.ms: Value must not be more than retention.ms property value: 10/,
  )
  assert.match(
    topic({ 'remote.storage.enable': 'true', 'retention.bytes': '10', 'local.retention.bytes': '-1' }, {}, tiered),
    /Invalid value -1 for configuration local.retention.bytes: Value must not be -1 as retention.bytes value is set as 10./,
  )
  assert.match(
    topic({ 'remote.storage.enable': 'true', 'remote.log.copy.disable': 'true', 'local.retention.ms': '5' }, {}, tiered),
    /must be the same/,
  )
  assert.match(topic({}, { 'remote.storage.enable': 'true' }, tiered), /cannot be switched off/)
  assert.equal(topic({ 'remote.log.delete.on.disable': 'true' }, { 'remote.storage.enable': 'true' }, tiered), 'OK')
})

test('settings of a broker are refused in the words of Kafka', () => {
  assert.equal(
    broker({ 'num.partitions': '3', 'broker.rack': 'x' }),
    'INVALID_REQUEST: Cannot update these configs dynamically: [num.partitions, broker.rack]',
  )
  assert.equal(
    broker({ 'ssl.keystore.location': '/x' }),
    'INVALID_REQUEST: These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.location]',
  )
  assert.equal(
    broker({ listeners: 'PLAINTEXT://:1' }, ''),
    'INVALID_REQUEST: Cannot update these configs at default cluster level, broker id must be specified: [listeners]',
  )
  assert.equal(
    broker({ 'listener.name.plaintext.ssl.keystore.location': '/x' }, ''),
    'INVALID_REQUEST: Cannot update these configs at default cluster level, broker id must be specified: [listener.name.plaintext.ssl.keystore.location]',
  )
  assert.equal(
    broker({ 'log.cleaner.threads': '-5' }, ''),
    'INVALID_REQUEST: Invalid value -5 for configuration log.cleaner.threads: Value must be at least 0',
  )
  assert.equal(
    broker({ 'log.cleaner.threads': 'abc' }),
    'INVALID_REQUEST: Invalid value abc for configuration log.cleaner.threads: Not a number of type INT',
  )
  assert.equal(broker({ 'log.roll.ms': '0' }), 'INVALID_REQUEST: requirement failed: log.roll.ms must be greater than or equal to 1')
  assert.equal(
    broker({ 'log.retention.ms': '0' }),
    'INVALID_REQUEST: requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
  )
  assert.match(broker({ 'max.connections.per.ip.overrides': 'a' }), /^INVALID_REQUEST: /)
  assert.equal(
    broker({ 'log.local.retention.ms': '5', 'log.retention.ms': '3' }),
    'INVALID_REQUEST: Invalid value 5 for configuration log.local.retention.ms: Value must not be more than log.retention.ms property value: 3',
  )
  assert.equal(
    broker({ 'log.cleaner.dedupe.buffer.size': '1' }),
    'INVALID_REQUEST: requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.',
  )
  assert.equal(broker({ 'log.cleaner.threads': '1' }, '2'), 'INVALID_REQUEST: Unexpected broker id, expected 1, but received 2')
  assert.equal(broker({ 'log.cleaner.threads': '1' }, 'x'), 'INVALID_REQUEST: Node id must be an integer, but it is: x')
})

test('what Kafka takes for a broker is taken, names nobody knows included', () => {
  for (const entries of [
    { 'foo.bar': '1' },
    { 'listener.name.plaintext.max.connections': '5' },
    { 'log.retention.ms': '-5' },
    { 'leader.replication.throttled.rate': '100' },
    { 'max.connections.per.ip.overrides': '127.0.0.1:5' },
    { 'log.cleanup.policy': 'delete,compact' },
    { 'max.connections.per.ip': '007' },
  ]) {
    assert.equal(broker(entries), 'OK', JSON.stringify(entries))
  }
  assert.equal(broker({ 'listener.name.plaintext.max.connections': '5', 'log.retention.ms': '5000' }, ''), 'OK')
})

test('settings of groups keep to the bounds of the broker', () => {
  const group = (entries: Readonly<Record<string, string>>): string => altered('group', 'g', entries)
  assert.equal(altered('group', '', {}), 'INVALID_REQUEST: Default group resources are not allowed.')
  assert.equal(group({ foo: '1' }), 'INVALID_CONFIG: Unknown group config name: foo')
  for (const [setting, value, relation, bound] of [
    ['consumer.session.timeout.ms', '1', 'greater', 'group.consumer.min.session.timeout.ms'],
    ['consumer.session.timeout.ms', '100000', 'less', 'group.consumer.max.session.timeout.ms'],
    ['consumer.heartbeat.interval.ms', '50000', 'less', 'group.consumer.max.heartbeat.interval.ms'],
    ['consumer.assignment.interval.ms', '100000', 'less', 'group.consumer.max.assignment.interval.ms'],
    ['share.delivery.count.limit', '11', 'less', 'group.share.max.delivery.count.limit'],
    ['share.record.lock.duration.ms', '1000', 'greater', 'group.share.min.record.lock.duration.ms'],
    ['share.partition.max.record.locks', '100000', 'less', 'group.share.max.partition.max.record.locks'],
    ['streams.num.standby.replicas', '10', 'less', 'group.streams.max.standby.replicas'],
    ['streams.session.timeout.ms', '1', 'greater', 'group.streams.min.session.timeout.ms'],
  ] as const) {
    assert.equal(group({ [setting]: value }), `INVALID_CONFIG: ${setting} must be ${relation} than or equal to ${bound}`)
  }
  assert.equal(
    group({ 'share.auto.offset.reset': 'by_duration:-PT1H' }),
    "INVALID_CONFIG: Invalid value by_duration:-PT1H for configuration share.auto.offset.reset: The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
  )
  assert.equal(group({ 'share.auto.offset.reset': 'by_duration:PT1H', 'consumer.session.timeout.ms': '50000' }), 'OK')
})

test('subscriptions to client metrics', () => {
  const metrics = (entries: Readonly<Record<string, string>>, name = 'm'): string => altered('client-metrics', name, entries)
  assert.equal(metrics({ 'interval.ms': '1000' }, ''), "INVALID_REQUEST: Subscription name can't be empty")
  assert.equal(metrics({ foo: '1' }), 'INVALID_REQUEST: Unknown client metrics configuration: foo')
  assert.equal(
    metrics({ 'interval.ms': '5' }),
    'INVALID_REQUEST: Invalid value 5 for interval.ms, interval must be between 100 and 3600000 (1 hour)',
  )
  assert.equal(
    metrics({ 'interval.ms': 'abc' }),
    'INVALID_CONFIG: Invalid value abc for configuration interval.ms: Not a number of type INT',
  )
  for (const match of ['abc', 'foo=a', 'client_id', 'client_id=['])
    assert.equal(metrics({ match }), `INVALID_CONFIG: Illegal client matching pattern: ${match}`)
  assert.equal(metrics({ 'interval.ms': '1000', match: 'client_id=a.*, client_software_name=librdkafka', metrics: '*' }), 'OK')
})

test('the controller learns what holds where nothing is set', () => {
  const some = rules({ 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'TRUE', 'log.cleanup.policy': 'compact' })
  assert.equal(some.minInsyncReplicas(ClusterImage.empty, 't'), 2)
  assert.equal(some.uncleanLeaderElection(ClusterImage.empty, 't'), true)
  assert.equal(rules().uncleanLeaderElection(ClusterImage.empty, 't'), false)
  assert.equal(some.isList('topic', 'cleanup.policy'), true)
  assert.equal(some.isList('topic', 'retention.ms'), false)
  assert.equal(some.isList('broker', 'listener.name.a.ssl.enabled.protocols'), true)
  assert.equal(some.isList('topic', 'nothing'), false)
  assert.equal(some.defaultOf('topic', 'cleanup.policy'), 'delete')
  assert.equal(some.defaultOf('broker', 'log.cleanup.policy'), 'compact')
  assert.equal(some.defaultOf('broker', 'log.dirs'), undefined)
})

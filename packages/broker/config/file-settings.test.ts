import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '@odradek/common/config'
import { ClusterImage } from '@odradek/metadata'
import { effectiveBrokerConfig, effectiveTopicConfig } from './effective.ts'
import { readFileSettings } from './file-settings.ts'
import { LiveSettings } from './live-settings.ts'
import { layers } from './test-layers.ts'

const read = (given: Readonly<Record<string, string>>): ReturnType<typeof readFileSettings> =>
  readFileSettings(new Map(Object.entries(given)))

test('a broker starts with nothing given, and knows the old name of its number', () => {
  assert.equal(read({}).config['node.id'], 1)
  assert.equal(read({ 'broker.id': '7' }).config['node.id'], 7)
  assert.equal(read({ 'node.id': '3' }).texts.get('broker.id'), '3')
  assert.equal(read({}).texts.get('broker.id'), '1')
  assert.equal(read({ 'broker.id': '-1' }).config['node.id'], 1)
})

test('everything that is wrong with the settings is told at once', () => {
  assert.throws(
    () => read({ 'num.partitions': '0', 'log.retention.hours': 'week', 'listener.name.x.max.connections': 'many' }),
    (error) =>
      error instanceof ConfigError && /num.partitions: Value must be at least 1\n.*log.retention.hours: Not a number/.test(error.message),
  )
  assert.throws(() => read({ 'listener.name.x.max.connections': 'many' }), /listener.name.x.max.connections: Not a number of type INT/)
  assert.throws(
    () =>
      read({
        'node.id': '1',
        'broker.id': '2',
        'log.roll.ms': '0',
        'group.min.session.timeout.ms': '10',
        'group.max.session.timeout.ms': '5',
        'log.dir': 'x',
        'log.dirs': '',
      }),
    (error) => {
      assert.ok(error instanceof ConfigError)
      assert.equal(error.message.split('\n').length, 4)
      return true
    },
  )
  assert.throws(
    () => read({ 'group.share.session.timeout.ms': '44999' }),
    /group.share.session.timeout.ms must be greater than or equal to group.share.min.session.timeout.ms/,
  )
})

test('the operator is told of names that nobody knows, and of settings that have no effect', () => {
  const { remarks, withoutEffect } = read({
    'log.retention.hour': '1',
    'zookeeper.connect': 'z:2181',
    'num.io.threads': '4',
    'num.partitions': '2',
    'quite.another.thing': 'x',
  })
  assert.deepEqual(remarks, [
    'log.retention.hour is set, and there is no such setting. Did you mean log.retention.hours?',
    'quite.another.thing is set, and there is no such setting.',
  ])
  assert.deepEqual(withoutEffect, ['zookeeper.connect', 'num.io.threads'])
})

test('what holds for a broker: dynamic before file before default, and unreadable dynamic values are passed over', () => {
  const config = effectiveBrokerConfig(
    layers({
      broker: { 'max.connections': '5', 'log.cleaner.threads': 'broken', 'foo.bar': 'x' },
      cluster: { 'max.connections': '6', 'log.segment.bytes': '2000000' },
      file: { 'max.connections': '7', 'num.partitions': '4' },
    }),
  )
  assert.deepEqual(
    [config['max.connections'], config['log.segment.bytes'], config['num.partitions'], config['log.cleaner.threads']],
    [5, 2_000_000, 4, 1],
  )
})

test('what holds for a topic has the types of its settings', () => {
  const config = effectiveTopicConfig(
    new Map([['cleanup.policy', 'compact']]),
    layers({ file: { 'log.retention.minutes': '2', 'log.roll.hours': '1', 'compression.type': 'zstd' } }),
  )
  assert.deepEqual(config['cleanup.policy'], ['compact'])
  assert.deepEqual(
    [config['retention.ms'], config['segment.ms'], config['compression.type'], config['internal.segment.bytes']],
    [120_000, 3_600_000, 'zstd', null],
  )
  assert.equal(config['flush.messages'], 2 ** 63)
})

test('live settings follow the cluster', () => {
  let image = ClusterImage.empty
  const set = (key: string, value: Readonly<Record<string, string>>): void => {
    const revision = image.revision + 1
    image = image.apply({ revision, changes: [{ key, value: { key, value, createRevision: revision, modRevision: revision } }] }).image
  }
  const live = new LiveSettings({ nodeId: 1, file: new Map([['log.retention.ms', '1000']]), image: () => image })
  const before = live.broker
  assert.equal(live.broker, before, 'it is not worked out twice')
  assert.equal(live.topic('t')['retention.ms'], 1000)
  set('/config/broker/', { 'log.retention.ms': '2000' })
  assert.equal(live.broker['log.retention.ms'], 2000)
  assert.equal(live.topic('t')['retention.ms'], 2000)
  set('/config/topic/t', { 'retention.ms': '3000' })
  assert.equal(live.topic('t')['retention.ms'], 3000)
  assert.equal(live.topic('u')['retention.ms'], 2000)
  assert.equal(live.group('g')['consumer.session.timeout.ms'], 45_000)
})

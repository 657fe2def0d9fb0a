import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { DiskError } from '@odradek/common/disk'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry, metricsText, prometheusType } from '@odradek/common/metrics'
import { VirtualTime } from '@odradek/common/time'
import { newPartition } from '@odradek/metadata'
import type { ImageDelta, PartitionState, TopicImage } from '@odradek/metadata'
import { KafkaError } from '@odradek/protocol'
import { BrokerTopicMetrics } from '../topic-metrics.ts'
import { FakeLog, fakeLogSettings } from './fake-log.ts'
import { Replicas } from './replicas.ts'

const here = 1

function topicOf(name: string, partitions: readonly PartitionState[], id = `${name}-id`): TopicImage {
  return { id, name, internal: name.startsWith('__'), partitions, revision: 1 }
}

function changed(before: TopicImage | undefined, after: TopicImage | undefined): ImageDelta {
  return { revision: 2, topics: [{ before, after }], configs: [], brokers: [], features: false }
}

function setUp() {
  const time = new VirtualTime()
  const registry = new MetricsRegistry(time)
  const events: string[] = []
  let minInSyncReplicas = 1
  const replicas = new Replicas({
    brokerId: here,
    logs: {
      logFor: (topicId, topic, partition) => {
        events.push(`open ${topic}-${partition} of ${topicId}`)
        return new FakeLog()
      },
      remove: (topic, partition) => void events.push(`remove ${topic}-${partition}`),
    },
    settingsOf: () => ({ log: fakeLogSettings, minInSyncReplicas }),
    clock: time,
    timer: time,
    logger: silentLogger,
    metrics: new BrokerTopicMetrics(registry),
  })
  replicas.observe({
    elected: (topic, partition, epoch) => void events.push(`elected ${topic}-${partition} in ${epoch}`),
    resigned: (topic, partition) => void events.push(`resigned ${topic}-${partition}`),
    deleted: (topic) => void events.push(`deleted ${topic}`),
  })
  return {
    replicas,
    registry,
    events,
    take: () => events.splice(0),
    requireInSync: (count: number) => {
      minInSyncReplicas = count
    },
  }
}

test('a new topic is led and opens no file until it is used', () => {
  const { replicas, take } = setUp()
  replicas.apply(changed(undefined, topicOf('orders', [newPartition(0, [1], [1]), newPartition(1, [2], [2])])))
  assert.deepEqual(take(), ['elected orders-0 in 0'])
  assert.equal(replicas.topic('orders')?.partitionCount, 2)
  assert.equal(replicas.topicById('orders-id'), replicas.topic('orders'))
  assert.equal(replicas.partition('orders', 1), undefined)
  assert.throws(() => replicas.require('orders', 1), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  assert.equal(replicas.require('orders', 0).log.endOffset, 0)
  assert.deepEqual(take(), ['open orders-0 of orders-id'])
})

test('what the cluster has at the start is led without a word to nobody', () => {
  const { replicas, take } = setUp()
  const topics = [topicOf('a', [newPartition(0, [1], [1])]), topicOf('b', [newPartition(0, [1, 2], [1, 2])])]
  let listener: ((image: never, delta: ImageDelta) => void) | undefined
  replicas.follow({
    image: { topics: { values: () => topics } },
    onImage: (told) => {
      listener = told
      return () => undefined
    },
  })
  assert.deepEqual(take(), ['elected a-0 in 0', 'elected b-0 in 0'])
  assert.ok(listener !== undefined)
})

test('leadership comes and goes with the image, and only changes are told', () => {
  const { replicas, take } = setUp()
  const first = topicOf('orders', [newPartition(0, [1, 2], [1, 2]), newPartition(1, [1, 2], [1, 2])])
  replicas.apply(changed(undefined, first))
  take()
  const [zero, one] = first.partitions
  assert.ok(zero !== undefined && one !== undefined)
  const moved = topicOf('orders', [{ ...zero, leader: 2, leaderEpoch: 1 }, one])
  replicas.apply(changed(first, moved))
  assert.deepEqual(take(), ['resigned orders-0'])
  assert.throws(() => replicas.require('orders', 0).requireLeader(), { code: 'NOT_LEADER_OR_FOLLOWER' })
  const back = topicOf('orders', [{ ...zero, leader: 1, leaderEpoch: 2 }, one])
  replicas.apply(changed(moved, back))
  assert.deepEqual(take(), ['elected orders-0 in 2'])
  assert.equal(replicas.require('orders', 0).leaderEpoch, 2)
})

test('a deleted topic is gone at once, with its logs and its metrics', () => {
  const { replicas, registry, take } = setUp()
  const topic = topicOf('orders', [newPartition(0, [1], [1])])
  replicas.apply(changed(undefined, topic))
  replicas.topic('orders')?.metrics.produced(5, 100)
  const partition = replicas.require('orders', 0)
  take()
  replicas.apply(changed(topic, undefined))
  assert.deepEqual(take(), ['resigned orders-0', 'remove orders-0', 'deleted orders'])
  assert.equal(replicas.topic('orders'), undefined)
  assert.throws(() => partition.append(Buffer.alloc(1), { origin: 'client', apiVersion: 9, allInSync: true }), {
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
  assert.doesNotMatch([...metricsText(registry, prometheusType)].join(''), /orders/)
})

test('a topic that is deleted and made anew in one commit is the new one', () => {
  const { replicas, take } = setUp()
  const old = topicOf('orders', [newPartition(0, [1], [1])], 'old')
  const young = topicOf('orders', [newPartition(0, [1], [1])], 'young')
  replicas.apply(changed(undefined, old))
  take()
  const topics = [
    { before: undefined, after: young },
    { before: old, after: undefined },
  ]
  replicas.apply({ revision: 3, topics, configs: [], brokers: [], features: false })
  assert.deepEqual(take(), ['resigned orders-0', 'remove orders-0', 'deleted orders', 'elected orders-0 in 0'])
  assert.equal(replicas.topic('orders')?.id, 'young')
  assert.equal(replicas.topicById('old'), undefined)
})

test('settings are worked out once, and anew when the topic or the broker has new ones', () => {
  const { replicas, requireInSync } = setUp()
  replicas.apply(changed(undefined, topicOf('orders', [newPartition(0, [1, 2, 3], [1, 2])])))
  const partition = replicas.require('orders', 0)
  assert.equal(partition.spareInSync, 1)
  requireInSync(2)
  assert.equal(partition.spareInSync, 1)
  const nothing = { revision: 3, topics: [], brokers: [], features: false }
  replicas.apply({ ...nothing, configs: [{ type: 'topic', name: 'orders' }] })
  assert.equal(partition.spareInSync, 0)
  requireInSync(3)
  replicas.apply({ ...nothing, configs: [{ type: 'broker', name: '' }] })
  assert.equal(partition.spareInSync, -1)
})

test('errors of Kafka are answered as they are, of the disk as storage errors, and bugs as bugs', () => {
  const { replicas } = setUp()
  assert.equal(replicas.asKafkaError(new KafkaError('CORRUPT_MESSAGE'), 'read').code, 'CORRUPT_MESSAGE')
  assert.equal(replicas.asKafkaError(new DiskError('EIO', '/data'), 'read').code, 'KAFKA_STORAGE_ERROR')
  assert.equal(replicas.asKafkaError(new TypeError('no'), 'read').code, 'UNKNOWN_SERVER_ERROR')
})

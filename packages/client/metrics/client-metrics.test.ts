import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { ClientMetrics, ConnectionMetrics, ConsumerMetrics, CoordinatorMetrics, FetchMetrics, ProducerMetrics } from './index.ts'

const unknown = (): number => Number.NaN

test('a sensor shows average, most and least of the last minute, and the sum of all time', async () => {
  const time = new VirtualTime()
  const metrics = new ClientMetrics(time, 'c')
  const sensor = metrics
    .group('g')
    .sensor({ avg: ['avg', ''], max: ['max', ''], min: ['min', ''], total: ['total', ''], countTotal: ['count', ''] })
  const shown = () => ['avg', 'max', 'min', 'total', 'count'].map((name) => metrics.view().get(name))
  assert.deepEqual(shown(), [Number.NaN, Number.NaN, Number.NaN, 0, 0])
  sensor.record(10)
  await time.advance(31_000)
  sensor.record(2)
  assert.deepEqual(shown(), [6, 10, 2, 12, 2])
  await time.advance(30_000)
  sensor.record(4)
  assert.deepEqual(shown(), [3, 4, 2, 16, 3], 'the first window is forgotten')
  await time.advance(120_000)
  assert.deepEqual(shown().slice(0, 3), [Number.NaN, Number.NaN, Number.NaN], 'nothing was measured lately')
})

test('a rate is over one window at least, so that a young client does not look stormy', async () => {
  const time = new VirtualTime()
  const metrics = new ClientMetrics(time, 'c')
  const sensor = metrics.group('g').sensor({ rate: ['rate', ''], countRate: ['count-rate', ''], countPerHour: ['hourly', ''] })
  sensor.record(60)
  await time.advance(1_000)
  assert.equal(metrics.view().get('rate'), 60 / 31)
  await time.advance(29_000)
  assert.deepEqual([metrics.view().get('rate'), metrics.view().get('count-rate'), metrics.view().get('hourly')], [2, 1 / 30, 120])
})

test('metrics are found by name, group and tags, and go with their group', () => {
  const time = new VirtualTime()
  const metrics = new ClientMetrics(time, 'c')
  const [a, b] = [metrics.group('topics', { topic: 'a' }), metrics.group('topics', { topic: 'b' })]
  a.total('sent', 'Sent').add(1)
  const sent = b.total('sent', 'Sent')
  sent.value += 5
  const view = metrics.view()
  assert.equal(view.get('sent', { tags: { topic: 'b' } }), 5)
  assert.equal(view.get('sent', { group: 'others' }), undefined)
  assert.deepEqual(
    [...view].map((metric) => [metric.name, metric.group, metric.tags, metric.value()]),
    [
      ['sent', 'topics', { 'client-id': 'c', topic: 'a' }, 1],
      ['sent', 'topics', { 'client-id': 'c', topic: 'b' }, 5],
    ],
  )
  b.close()
  assert.deepEqual([view.size, view.get('sent', { tags: { topic: 'b' } })], [1, undefined])
})

test('names and groups are those of the Java client', () => {
  const metrics = new ClientMetrics(new VirtualTime(), 'c')
  new ProducerMetrics(metrics).topic('t')
  new FetchMetrics(metrics).partition('t', 0, { lag: unknown, lead: unknown, readReplica: unknown })
  void new CoordinatorMetrics(metrics, { assignedPartitions: unknown, secondsSinceHeartbeat: unknown, secondsSinceRebalance: unknown })
  void new ConsumerMetrics(metrics, unknown)
  new ConnectionMetrics(metrics, 'producer').node(1)
  const names = new Set([...metrics.view()].map(({ group, name }) => `${group} ${name}`))
  for (const known of [
    'producer-metrics record-send-total',
    'producer-metrics record-error-total',
    'producer-metrics batch-size-avg',
    'producer-metrics connection-creation-total',
    'producer-node-metrics request-latency-max',
    'producer-topic-metrics byte-total',
    'consumer-metrics time-between-poll-max',
    'consumer-coordinator-metrics rebalance-total',
    'consumer-fetch-manager-metrics records-lag',
    'consumer-fetch-manager-metrics records-lag-max',
  ]) {
    assert(names.has(known), known)
  }
})

test('metrics of topics, partitions and brokers are made once, and can be forgotten', () => {
  const metrics = new ClientMetrics(new VirtualTime(), 'c')
  const producer = new ProducerMetrics(metrics)
  assert.equal(producer.topic('t'), producer.topic('t'))
  const size = metrics.view().size
  producer.topic('u')
  producer.forgetTopic('u')
  assert.equal(metrics.view().size, size)
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { errorCode } from '@odradek/protocol'
import { inflateSync } from '@odradek/protocol/compression'
import { GetTelemetrySubscriptions, PushTelemetry } from '@odradek/protocol/messages'
import { ScriptedCluster } from '../admin/scripted-cluster.ts'
import type { Environment } from '../environment.ts'
import { ClientMetrics } from '../metrics/client-metrics.ts'
import { encodeMetrics } from './otlp.ts'
import { Points, telemetryName } from './points.ts'
import { TelemetryReporter } from './telemetry-reporter.ts'

const instance = '3ZrrVcH2QyOAAAAAAAAAAA'
const wanted = {
  errorCode: 0,
  clientInstanceId: instance,
  subscriptionId: 7,
  acceptedCompressionTypes: [] as number[],
  pushIntervalMs: 60_000,
  telemetryMaxBytes: 1_000_000,
  deltaTemporality: true,
  requestedMetrics: [''],
}

function reporting(cluster: ScriptedCluster) {
  const { time } = cluster
  const quiet = (): void => undefined
  const environment: Environment = {
    clock: time,
    timer: time,
    random: new SeededRandom(1),
    dialler: { resolve: () => assert.fail(), canonicalNames: () => assert.fail(), dial: () => assert.fail() },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    hold: () => quiet,
  }
  const metrics = new ClientMetrics(time, 'c')
  const sent = metrics.group('producer-metrics').sensor({ total: ['record-send-total', ''], rate: ['record-send-rate', ''] })
  return { reporter: new TelemetryReporter(cluster, environment, metrics.view()), sent, time }
}

test('what the cluster asks for is pushed, first after half to one and a half intervals, then at each', async () => {
  const cluster = new ScriptedCluster().on(GetTelemetrySubscriptions, () => wanted).on(PushTelemetry, () => ({ errorCode: 0 }))
  const { reporter, sent, time } = reporting(cluster)
  sent.record(3)
  await time.advance(29_999)
  assert.deepEqual(
    cluster.asked.map(({ api }) => api),
    ['GetTelemetrySubscriptions'],
  )
  await time.advance(60_001)
  await time.advance(60_000)
  const pushes = cluster.asked.filter(({ api }) => api === 'PushTelemetry')
  assert.equal(pushes.length, 2)
  assert.deepEqual(
    pushes.map(({ request }) => [request['subscriptionId'], request['clientInstanceId'], request['terminating']]),
    [
      [7, instance, false],
      [7, instance, false],
    ],
  )
  assert.match(String(pushes[0]?.request['metrics']), /org\.apache\.kafka\.producer\.record\.send\.total/)
  await reporter.close()
  assert.deepEqual(cluster.asked.at(-1)?.request['terminating'], true)
  await time.advance(600_000)
  assert.equal(cluster.asked.length, 4, 'nothing after the last push')
})

test('where nothing matches an empty body is pushed, not null', async () => {
  const cluster = new ScriptedCluster()
    .on(GetTelemetrySubscriptions, () => ({ ...wanted, requestedMetrics: ['org.apache.kafka.consumer.'] }))
    .on(PushTelemetry, () => ({ errorCode: 0 }))
  const { time, reporter } = reporting(cluster)
  await time.advance(90_000)
  assert.equal(Buffer.from(String(cluster.asked[1]?.request['metrics'])).length, 0)
  await reporter.close()
})

test('where nothing is wanted nothing is pushed, and it is asked again', async () => {
  const cluster = new ScriptedCluster().on(GetTelemetrySubscriptions, () => ({ ...wanted, requestedMetrics: [] }))
  const { time, reporter } = reporting(cluster)
  await time.advance(150_000)
  await reporter.close()
  assert.deepEqual(
    cluster.asked.map(({ api }) => api),
    ['GetTelemetrySubscriptions', 'GetTelemetrySubscriptions', 'GetTelemetrySubscriptions'],
  )
})

test('a subscription that has changed is asked for anew', async () => {
  let id = 1
  const cluster = new ScriptedCluster()
    .on(GetTelemetrySubscriptions, () => ({ ...wanted, subscriptionId: id }))
    .on(PushTelemetry, (request) => ({ errorCode: request.subscriptionId === id ? 0 : errorCode('UNKNOWN_SUBSCRIPTION_ID') }))
  const { time, reporter } = reporting(cluster)
  await time.advance(1_000)
  id = 2
  await time.advance(200_000)
  await reporter.close()
  assert.deepEqual(
    cluster.asked.slice(0, 4).map(({ api, request }) => [api, request['subscriptionId'] ?? request['clientInstanceId']]),
    [
      ['GetTelemetrySubscriptions', 'AAAAAAAAAAAAAAAAAAAAAA'],
      ['PushTelemetry', 1],
      ['GetTelemetrySubscriptions', instance],
      ['PushTelemetry', 2],
    ],
  )
})

test('brokers that do not have it are asked once, and a client closes without them', async () => {
  const cluster = new ScriptedCluster()
  const { time, reporter } = reporting(cluster)
  await time.advance(3_600_000)
  await reporter.close()
  assert.equal(time.pendingTimers, 0)
})

test('the compression is the first that the cluster takes', async () => {
  const cluster = new ScriptedCluster()
    .on(GetTelemetrySubscriptions, () => ({ ...wanted, acceptedCompressionTypes: [3, 1] }))
    .on(PushTelemetry, () => ({ errorCode: 0 }))
  const { time, reporter, sent } = reporting(cluster)
  sent.record(1)
  await time.advance(90_000)
  await reporter.close()
  const { compressionType, metrics } = cluster.asked[1]?.request ?? {}
  assert.equal(compressionType, 3)
  assert(metrics instanceof Uint8Array)
  assert.match(inflateSync('lz4', Buffer.from(metrics), 1_000_000).toString(), /record\.send\.rate/)
})

test('differences are since the last time, for a cluster that wants differences', () => {
  const { sent, reporter, time } = reporting(new ScriptedCluster())
  void reporter.close()
  const metrics = new ClientMetrics(time, 'c')
  const total = metrics.group('producer-topic-metrics', { topic: 'a' }).total('record-send-total', '')
  const points = new Points(metrics.view(), 0)
  total.add(5)
  sent.record(1)
  const values = (temporality: 'delta' | 'cumulative', nowMs: number) =>
    points.gather([''], nowMs, temporality).map(({ value, startMs, attributes }) => [value, startMs, attributes])
  assert.deepEqual(values('delta', 10), [[5, 0, { topic: 'a' }]])
  total.add(2)
  assert.deepEqual(values('delta', 20), [[2, 10, { topic: 'a' }]])
  assert.deepEqual(values('cumulative', 30), [[7, 0, { topic: 'a' }]])
})

test('names are those of KIP-714', () => {
  assert.equal(
    telemetryName({ group: 'producer-node-metrics', name: 'request-latency-avg' }),
    'org.apache.kafka.producer.node.request.latency.avg',
  )
  assert.equal(
    telemetryName({ group: 'consumer-fetch-manager-metrics', name: 'fetch-latency-avg' }),
    'org.apache.kafka.consumer.fetch.manager.fetch.latency.avg',
  )
})

test('the bytes are those that the protobuf classes of the Java client read back', () => {
  const point = { name: 'a', attributes: { t: 'x' }, value: 1.5, kind: 'sum' as const, startMs: 1 }
  assert.equal(
    encodeMetrics([point], 2, 'delta').toString('hex'),
    '0a380a0012340a0012300a01613a2b0a251140420f00000000001980841e000000000021000000000000f83f3a080a017412030a017810011801',
  )
  assert.equal(encodeMetrics([], 2, 'delta').length, 0)
})

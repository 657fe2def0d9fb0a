import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { VirtualTime } from '../time/virtual-time.ts'
import { declareCounter, declareGauge, declareHistogram, declareSummary } from './declare.ts'
import { Distribution } from './distribution.ts'
import { metricsText, metricsTypeFor, openMetricsType, prometheusType } from './exposition.ts'
import { MetricsRegistry } from './registry.ts'

const bytesIn = declareCounter({
  name: 'kafka_server_brokertopicmetrics_bytesin_total',
  jmx: 'kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec',
  help: 'Bytes of records that "clients" wrote.',
  labels: ['topic'],
})
const partitions = declareGauge({ name: 'kafka_server_replicamanager_partitioncount', help: 'Partitions of this broker.' })

const text = (registry: MetricsRegistry, type: typeof prometheusType | typeof openMetricsType = prometheusType): string =>
  [...metricsText(registry, type)].join('')

test('counters and gauges appear with their labels, sorted by name', () => {
  const registry = new MetricsRegistry(new VirtualTime())
  registry.gauge(partitions).of().set(7)
  const bytes = registry.counter(bytesIn)
  bytes.of('orders').add(1000)
  bytes.of('orders').increment()
  bytes.of('a"b\\c\nd').add(1.5)
  assert.equal(
    text(registry),
    `# HELP kafka_server_brokertopicmetrics_bytesin_total Bytes of records that "clients" wrote.
# TYPE kafka_server_brokertopicmetrics_bytesin_total counter
kafka_server_brokertopicmetrics_bytesin_total{topic="orders"} 1001
kafka_server_brokertopicmetrics_bytesin_total{topic="a\\"b\\\\c\\nd"} 1.5
# HELP kafka_server_replicamanager_partitioncount Partitions of this broker.
# TYPE kafka_server_replicamanager_partitioncount gauge
kafka_server_replicamanager_partitioncount 7
`,
  )
  assert.equal(
    text(registry, openMetricsType),
    `# HELP kafka_server_brokertopicmetrics_bytesin Bytes of records that \\"clients\\" wrote.
# TYPE kafka_server_brokertopicmetrics_bytesin counter
kafka_server_brokertopicmetrics_bytesin_total{topic="orders"} 1001
kafka_server_brokertopicmetrics_bytesin_total{topic="a\\"b\\\\c\\nd"} 1.5
# HELP kafka_server_replicamanager_partitioncount Partitions of this broker.
# TYPE kafka_server_replicamanager_partitioncount gauge
kafka_server_replicamanager_partitioncount 7
# EOF
`,
  )
})

test('a metric of a deleted topic goes away', () => {
  const registry = new MetricsRegistry(new VirtualTime())
  const bytes = registry.counter(bytesIn)
  bytes.of('orders').add(1)
  bytes.remove('orders')
  assert.doesNotMatch(text(registry), /orders/)
  assert.equal(bytes.of('orders').value, 0)
})

test('what is counted elsewhere is asked for when somebody looks', () => {
  const registry = new MetricsRegistry(new VirtualTime())
  let end = 10
  registry.observe(
    declareGauge({ name: 'kafka_log_log_logendoffset', help: 'End of a log.', labels: ['topic', 'partition'] }),
    (report) => {
      report(end, 'orders', '0')
      report(2, 'orders', '1')
    },
  )
  end = 11
  assert.match(text(registry), /logendoffset\{topic="orders",partition="0"\} 11\n.*partition="1"\} 2\n/)
})

test('however many topics clients name, the series of one metric have an end', () => {
  const registry = new MetricsRegistry(new VirtualTime())
  const bytes = registry.counter(bytesIn)
  for (let i = 0; i < 20_010; i++) bytes.of(`topic-${i}`).increment()
  assert.equal([...bytes.all()].length, 20_001)
  assert.equal(bytes.of('other').value, 10)
})

test('a summary tells the quantiles of the last minutes and the count since the start', async () => {
  const time = new VirtualTime()
  const registry = new MetricsRegistry(time)
  const total = registry
    .distribution(declareSummary({ name: 'kafka_network_requestmetrics_totaltimems', help: 'Time of a request.', labels: ['request'] }))
    .of('Fetch')
  const quantile = (rank: string): number => Number(new RegExp(`quantile="${rank}"} (.*)`).exec(text(registry))?.[1])
  assert.ok(Number.isNaN(quantile('0.5')))
  for (let i = 0; i < 99; i++) total.observe(2)
  total.observe(500)
  assert.ok(Math.abs(quantile('0.5') - 2) < 0.1)
  assert.ok(Math.abs(quantile('0.999') - 500) < 30)
  await time.advance(60_000)
  assert.ok(Math.abs(quantile('0.999') - 500) < 30, 'the window before still counts')
  total.observe(8)
  await time.advance(60_000)
  assert.ok(Math.abs(quantile('0.999') - 8) < 0.5, 'older ones do not')
  await time.advance(60_000)
  assert.ok(Number.isNaN(quantile('0.999')))
  assert.match(text(registry), /_sum\{request="Fetch"\} 706\n.*_count\{request="Fetch"\} 101\n/)
})

test('a histogram counts what stays at or below its bounds', () => {
  const registry = new MetricsRegistry(new VirtualTime())
  const sizes = registry
    .distribution(declareHistogram({ name: 'batch_bytes', help: 'Size of a batch.', resolution: 1, bounds: [10, 100, 1000] }))
    .of()
  for (const size of [5, 10, 11, 99, 5000]) sizes.observe(size)
  assert.match(
    text(registry),
    /batch_bytes_bucket\{le="10"\} 2\nbatch_bytes_bucket\{le="100"\} 4\nbatch_bytes_bucket\{le="1000"\} 4\nbatch_bytes_bucket\{le="\+Inf"\} 5\nbatch_bytes_sum 5125\nbatch_bytes_count 5\n/,
  )
})

test('every value lands in a bucket that is at most 1/16 away, whatever it is', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2_000_000, noNaN: true }), (value) => {
      const distribution = new Distribution(0.001)
      distribution.observe(value)
      const found = distribution.quantiles([0.5])[0] ?? Number.NaN
      assert.ok(Math.abs(found - value) <= Math.max(0.001, value / 16), `${value} was found as ${found}`)
    }),
  )
  const odd = new Distribution(0.001)
  for (const value of [-5, 0, Number.MAX_VALUE, Number.NaN]) odd.observe(value)
  assert.equal(odd.count, 4)
  assert.ok((odd.quantiles([1])[0] ?? 0) > 2_000_000)
})

test('names that Prometheus could not read, and names given twice, are bugs', () => {
  const registry = new MetricsRegistry(new VirtualTime())
  assert.throws(() => registry.gauge(declareGauge({ name: 'a-b', help: 'x' })), /no name for a metric/)
  assert.throws(() => registry.counter(declareCounter({ name: 'events', help: 'x' })), /must end in _total/)
  assert.throws(() => registry.gauge(declareGauge({ name: 'a', help: '' })), /sentence of help/)
  assert.throws(() => registry.gauge(declareGauge({ name: 'a', help: 'x', labels: ['client-id'] })), /no name for a label/)
  registry.gauge(partitions)
  assert.throws(() => registry.gauge(partitions), /registered twice/)
})

test('OpenMetrics is for who asks for it', () => {
  assert.equal(metricsTypeFor(undefined), prometheusType)
  assert.equal(metricsTypeFor('text/plain'), prometheusType)
  assert.equal(metricsTypeFor('application/openmetrics-text;version=1.0.0,text/plain;q=0.5'), openMetricsType)
})

import { VirtualTime } from '../time/virtual-time.ts'
import { declareCounter, declareGauge } from './declare.ts'
import { Distribution } from './distribution.ts'
import { metricsText, prometheusType } from './exposition.ts'
import { MetricsRegistry } from './registry.ts'

/** Nanoseconds of one call, best of five rounds. Run it with `node packages/common/metrics/metrics.bench.ts`. */
function measure(name: string, count: number, work: (count: number) => void): void {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint()
    work(count)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count)
  }
  console.log(`${name.padEnd(40)} ${best.toFixed(1)} ns`)
}

const distribution = new Distribution(0.001)
measure('observe a duration', 1e7, (count) => {
  for (let i = 0; i < count; i++) distribution.observe((i & 4095) * 0.037)
})
const registry = new MetricsRegistry(new VirtualTime())
const family = registry.counter(declareCounter({ name: 'bytes_total', help: 'Bytes.', labels: ['topic'] }))
const kept = family.of('orders')
measure('add to a counter that was kept', 1e7, (count) => {
  for (let i = 0; i < count; i++) kept.add(i)
})
measure('look a counter up and add', 1e7, (count) => {
  for (let i = 0; i < count; i++) family.of('orders').add(i)
})
registry.observe(declareGauge({ name: 'log_end', help: 'End.', labels: ['topic', 'partition'] }), (report) => {
  for (let i = 0; i < 10_000; i++) report(i * 1000, 'orders', String(i))
})
measure('text of 10 000 partitions', 5, (count) => {
  for (let i = 0; i < count; i++)
    for (const text of metricsText(registry, prometheusType)) if (text === '') throw new Error('nothing to tell')
})

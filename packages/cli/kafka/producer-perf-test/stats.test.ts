import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualTime } from '@odradek/common/time'
import { Stats } from './stats.ts'
import type { StatsOptions } from './stats.ts'

function statsOf(options: Partial<StatsOptions> & { readonly records: number }): {
  readonly stats: Stats
  readonly time: VirtualTime
  readonly said: readonly string[]
} {
  const time = new VirtualTime()
  const said: string[] = []
  const stats = new Stats({ reportingIntervalMs: 5000, clock: time, say: (line) => said.push(line), ...options })
  return { stats, time, said }
}

test('at the end all are summed up, as Kafka words it', async () => {
  const { stats, time, said } = statsOf({ records: 4 })
  await time.advance(500)
  for (const latency of [1, 2, 3, 40]) stats.record(latency, 100, time.now())
  stats.sayTotal()
  assert.deepEqual(said, [
    '4 records sent, 8.000000 records/sec (0.00 MB/sec), 11.50 ms avg latency, 40.00 ms max latency, 3 ms 50th, 40 ms 95th, 40 ms 99th, 40 ms 99.9th.',
  ])
})

test('from time to time it is said how the last of them went', async () => {
  const { stats, time, said } = statsOf({ records: 1_000, reportingIntervalMs: 1000 })
  for (let i = 0; i < 10; i++) {
    await time.advance(250)
    stats.record(i, 1 << 20, time.now())
  }
  assert.deepEqual(said, [
    '4 records sent, 4.0 records/sec (4.00 MB/sec), 1.5 ms avg latency, 3.0 ms max latency.',
    '4 records sent, 4.0 records/sec (4.00 MB/sec), 5.5 ms avg latency, 7.0 ms max latency.',
  ])
})

test('after the warm-up the second line is of the others alone', async () => {
  const { stats, time, said } = statsOf({ records: 10, isSteadyState: true, reportingIntervalMs: 100 })
  await time.advance(200)
  stats.record(1, 10, time.now())
  stats.sayTotal()
  assert.deepEqual(said, [
    'In steady state.',
    '1 records sent, 5.0 records/sec (0.00 MB/sec), 1.0 ms avg latency, 1.0 ms max latency.',
    '1 steady state records sent, 5.000000 records/sec (0.00 MB/sec), 1.00 ms avg latency, 1.00 ms max latency, 1 ms 50th, 1 ms 95th, 1 ms 99th, 1 ms 99.9th.',
  ])
})

test('hushed, it says nothing before the end; without a record the end says so', async () => {
  const { stats, time, said } = statsOf({ records: 10, reportingIntervalMs: 100 })
  stats.hush()
  await time.advance(1000)
  stats.sayTotal()
  assert.deepEqual(said, [
    '0 records sent, 0.000000 records/sec (0.00 MB/sec), NaN ms avg latency, 0.00 ms max latency, 0 ms 50th, 0 ms 95th, 0 ms 99th, 0 ms 99.9th.',
  ])
  stats.record(1, 1, time.now())
  assert.equal(said.length, 1)
})

test('of very many records some are kept for the percentiles, and all are counted', () => {
  const { stats, said } = statsOf({ records: 1_500_000 })
  for (let i = 0; i < 1_500_000; i++) stats.record(i % 3 === 0 ? 7 : 1_000, 1, 0)
  stats.sayTotal()
  assert.match(said[0] ?? '', /^1500000 records sent, .* 669\.00 ms avg latency, 1000\.00 ms max latency, 7 ms 50th, 7 ms 95th,/)
})

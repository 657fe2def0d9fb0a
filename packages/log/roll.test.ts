import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { append, batchOf, LogFixture, readAll } from './log-fixture.ts'
import type { AppendOptions } from './log.ts'

const names = (fixture: LogFixture): string[] => fixture.disk.list('/data/orders-0').map(({ name }) => name)
const size = (fixture: LogFixture, name: string): number | undefined => fixture.disk.stat(`/data/orders-0/${name}`)?.size

test('a partition has the files that Kafka gives it', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  assert.equal(fixture.disk.stat('/data/orders-0'), undefined, 'nothing on disk before the first batch')
  await append(fixture, log, batchOf(1))
  assert.deepEqual(names(fixture), [
    '00000000000000000000.index',
    '00000000000000000000.log',
    '00000000000000000000.timeindex',
    'partition.metadata',
  ])
  assert.deepEqual([size(fixture, '00000000000000000000.index'), size(fixture, '00000000000000000000.timeindex')], [10_485_760, 10_485_756])
  await fixture.directory.close()
  assert.deepEqual(names(fixture), [
    '00000000000000000000.index',
    '00000000000000000000.log',
    '00000000000000000000.timeindex',
    '00000000000000000001.snapshot',
    'leader-epoch-checkpoint',
    'partition.metadata',
  ])
  assert.deepEqual([size(fixture, '00000000000000000000.index'), size(fixture, '00000000000000000000.timeindex')], [0, 12])
})

test('a segment is closed when the next batch would make it too large', async () => {
  const batch = batchOf(2, { value: Buffer.alloc(100) })
  const fixture = await LogFixture.open({ settings: { segmentBytes: batch.length * 2 } })
  const log = fixture.log()
  for (let i = 0; i < 5; i++) await append(fixture, log, batch)
  assert.equal(log.segmentCount(), 3)
  assert.equal(log.sizeInBytes(), batch.length * 5)
  assert.deepEqual(
    names(fixture).filter((name) => !name.startsWith('0000000000000000000')),
    ['partition.metadata'],
  )
  assert.deepEqual(
    names(fixture).filter((name) => name.endsWith('.log') || name.endsWith('.snapshot')),
    [
      '00000000000000000000.log',
      '00000000000000000004.log',
      '00000000000000000004.snapshot',
      '00000000000000000008.log',
      '00000000000000000008.snapshot',
    ],
  )
  assert.equal(size(fixture, '00000000000000000000.timeindex'), 12)
  assert.equal(size(fixture, '00000000000000000004.index'), 0)
  assert.equal(size(fixture, '00000000000000000008.index'), 10_485_760)
})

test('a segment is closed when its first batch is older than segment.ms, counted in the time of the records', async () => {
  const fixture = await LogFixture.open({ settings: { segmentMs: 10_000 } })
  const log = fixture.log()
  const start = fixture.time.now()
  await append(fixture, log, batchOf(1, { timestamp: start }))
  await append(fixture, log, batchOf(1, { timestamp: start + 10_000 }))
  assert.equal(log.segmentCount(), 1)
  await append(fixture, log, batchOf(1, { timestamp: start + 10_001 }))
  assert.equal(log.segmentCount(), 2)
  await fixture.time.advance(100_000)
  await append(fixture, log, batchOf(1, { timestamp: start + 10_002 }))
  assert.equal(log.segmentCount(), 2)
})

test('without timestamps the age of the segment counts', async () => {
  const fixture = await LogFixture.open({ settings: { segmentMs: 10_000 } })
  const log = fixture.log()
  await append(fixture, log, batchOf(1, { timestamp: -1 }))
  await fixture.time.advance(10_001)
  await append(fixture, log, batchOf(1, { timestamp: -1 }))
  assert.equal(log.segmentCount(), 2)
})

test('the age is known after a restart too', async () => {
  const first = await LogFixture.open()
  const start = first.time.now()
  await append(first, first.log(), batchOf(1, { timestamp: start }))
  await first.directory.close()
  const second = await LogFixture.open({ disk: first.disk, settings: { segmentMs: 10_000 } })
  await append(second, second.log(), batchOf(1, { timestamp: start + 10_001 }))
  assert.equal(second.log().segmentCount(), 2)
})

test('jitter lets the partitions of a topic roll at different times', async () => {
  const fixture = await LogFixture.open({
    settings: { segmentMs: 10_000, segmentJitterMs: 9000 },
    options: { random: new SeededRandom(3) },
  })
  const start = fixture.time.now()
  const rolledAt = new Set<number>()
  for (let partition = 0; partition < 8; partition++) {
    const log = fixture.log('t', partition)
    let time = 0
    for (; log.segmentCount() < 2; time += 250) await append(fixture, log, batchOf(1, { timestamp: start + time }))
    assert.ok(time > 1000 && time <= 10_500, `${time}`)
    rolledAt.add(time)
  }
  assert.ok(rolledAt.size > 4)
})

test('a compacted topic closes its segments within max.compaction.lag.ms', async () => {
  const fixture = await LogFixture.open({ settings: { compacts: true, maxCompactionLagMs: 1000 } })
  const log = fixture.log()
  const start = fixture.time.now()
  const keyed = (timestamp: number): AppendOptions & { timestamp: number } => ({ leaderEpoch: 0, origin: 'replication', timestamp })
  await append(fixture, log, batchOf(1, { timestamp: start }), keyed(0))
  await append(fixture, log, batchOf(1, { baseOffset: 1, leaderEpoch: 0, timestamp: start + 1001 }), keyed(0))
  assert.equal(log.segmentCount(), 2)
})

test('a segment is closed when an index is full', async () => {
  const fixture = await LogFixture.open({ settings: { indexIntervalBytes: 0, segmentIndexBytes: 8 * 4 } })
  const log = fixture.log()
  // The time index has room for two entries, and keeps one for the end.
  for (let i = 0; i < 3; i++) await append(fixture, log, batchOf(1, { timestamp: fixture.time.now() + i }))
  assert.equal(log.segmentCount(), 2)
})

test('a segment is closed before its offsets leave 31 bits', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  const replica: AppendOptions = { leaderEpoch: 0, origin: 'replication' }
  await append(fixture, log, batchOf(1, { baseOffset: 5, leaderEpoch: 0 }), replica)
  await append(fixture, log, batchOf(1, { baseOffset: 2 ** 31 - 1, leaderEpoch: 0 }), replica)
  assert.equal(log.segmentCount(), 1)
  await append(fixture, log, batchOf(1, { baseOffset: 2 ** 31, leaderEpoch: 0 }), replica)
  assert.equal(log.segmentCount(), 2)
})

test('all batches of one turn reach their segments, however often it rolls', async () => {
  const batch = batchOf(1, { value: Buffer.alloc(100) })
  const fixture = await LogFixture.open({ settings: { segmentBytes: batch.length } })
  const log = fixture.log()
  for (let i = 0; i < 10; i++) log.append(batch, { leaderEpoch: 0, origin: 'client' })
  await fixture.turn()
  assert.equal(log.segmentCount(), 10)
  assert.equal(log.durableOffset, 10)
  assert.equal((await readAll(log)).length, batch.length * 10)
})

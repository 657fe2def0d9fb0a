import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { DiskError, MemoryDisk } from '@odradek/common/disk'
import type { OpenFile } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { MetricsRegistry, metricsText, prometheusType } from '@odradek/common/metrics'
import { SeededRandom } from '@odradek/common/random'
import { KafkaError } from '@odradek/protocol'
import { append, asClient, batchOf, defaultLogSettings, LogFixture, onlyProcess, read, readAll, recordsIn, topicId } from './log-fixture.ts'
import { LogMetrics } from './log-metrics.ts'
import { readMetaProperties } from './meta-properties.ts'

test('what is appended comes back with its offsets', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  assert.deepEqual(await append(fixture, log, batchOf(3)), {
    baseOffset: 0,
    lastOffset: 2,
    logAppendTimeMs: -1,
    records: 3,
    duplicate: false,
  })
  assert.equal((await append(fixture, log, batchOf(2))).baseOffset, 3)
  assert.deepEqual(
    recordsIn(await readAll(log)).map(({ offset, value }) => `${offset} ${value}`),
    ['0 r0', '1 r1', '2 r2', '3 r0', '4 r1'],
  )
  assert.equal(log.highWatermark, 5)
  await fixture.directory.close()
})

test('after a clean stop everything is there again', async () => {
  const first = await LogFixture.open()
  await append(first, first.log(), batchOf(3))
  const bytes = await readAll(first.log())
  await first.directory.close()
  assert.equal(first.time.pendingTimers, 0)

  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(second.directory.wasClean, true)
  const log = second.log()
  assert.deepEqual(
    [log.startOffset, log.endOffset, log.writtenOffset, log.durableOffset, log.highWatermark, log.latestEpoch],
    [0, 3, 3, 3, 3, 0],
  )
  assert.ok((await readAll(log)).equals(bytes))
  assert.equal((await append(second, log, batchOf(1))).baseOffset, 3)
  assert.equal((await read(log, 3)).bytes, batchOf(1).length)
})

test('after a kill everything that was written is there again', async () => {
  const first = await LogFixture.open()
  const value = Buffer.alloc(1000, 'x')
  for (let i = 0; i < 50; i++) await append(first, first.log(), batchOf(3, { value }))
  const bytes = await readAll(first.log())
  first.directory.abandon()

  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(second.directory.wasClean, false)
  assert.equal(second.log().endOffset, 150)
  assert.ok((await readAll(second.log())).equals(bytes))
})

const tells =
  (...words: readonly string[]) =>
  (error: unknown) =>
    error instanceof UserError && words.every((word) => error.message.includes(word))

function put(disk: MemoryDisk, path: string, text: string): void {
  const file = disk.open(path, 'create')
  file.truncate(0)
  file.writeSync(Buffer.from(text), 0, text.length, 0)
  file.close()
}

test("a new directory gets its identity, in Kafka's form", async () => {
  const fixture = await LogFixture.open()
  const text = fixture.disk.readFile('/data/meta.properties').toString()
  assert.match(
    text,
    /^#\n#Thu Jan 01 00:00:00 UTC 2026\ncluster\.id=CLUSTERIDCLUSTERIDCLUA\ndirectory\.id=[\w-]{22}\nnode\.id=1\nversion=1\n$/,
  )
  await fixture.directory.close()
  const again = await LogFixture.open({ disk: fixture.disk })
  assert.equal(again.directory.id, fixture.directory.id)
  assert.deepEqual(readMetaProperties(fixture.disk, '/data'), {
    clusterId: 'CLUSTERIDCLUSTERIDCLUA',
    nodeId: 1,
    directoryId: again.directory.id,
  })
})

test('a directory of another cluster, or node, or a newer release, is refused with what to do', async () => {
  const disk = new MemoryDisk()
  const fixture = await LogFixture.open({ disk })
  await fixture.directory.close()
  const open = (clusterId: string, nodeId: number) => LogFixture.open({ disk, options: { expected: { clusterId, nodeId } } })
  await assert.rejects(open('ANOTHERCLUSTERANOTHERA', 1), tells('CLUSTERIDCLUSTERIDCLUA', 'ANOTHERCLUSTERANOTHERA', 'log.dirs'))
  await assert.rejects(open('CLUSTERIDCLUSTERIDCLUA', 2), tells('node 1', 'node 2', 'node.id=1'))
  put(disk, '/data/meta.properties', 'version=2\ncluster.id=x\nnode.id=1\n')
  await assert.rejects(open('CLUSTERIDCLUSTERIDCLUA', 1), tells('version 2', 'newer release'))
  put(disk, '/data/meta.properties', 'version=1\ncluster.id=x\n')
  await assert.rejects(open('CLUSTERIDCLUSTERIDCLUA', 1), tells('damaged', 'node.id'))
  // None of these attempts left a lock behind.
  assert.equal(disk.stat('/data/.lock'), undefined)
})

test('a directory of version 0, from the time before KRaft, is taken over', async () => {
  const disk = new MemoryDisk()
  disk.makeDirectory('/data')
  put(disk, '/data/meta.properties', 'version=0\nbroker.id=1\ncluster.id=CLUSTERIDCLUSTERIDCLUA\n')
  const fixture = await LogFixture.open({ disk })
  assert.equal(readMetaProperties(disk, '/data')?.directoryId, fixture.directory.id)
  put(disk, '/data/meta.properties', 'version=0\nbroker.id=9\n')
  fixture.directory.abandon()
  await assert.rejects(LogFixture.open({ disk }), tells('node 9'))
})

test("partitions without meta.properties are nobody's", async () => {
  const disk = new MemoryDisk()
  disk.makeDirectory('/data/orders-0')
  await assert.rejects(LogFixture.open({ disk }), tells('meta.properties', 'log.dirs'))
})

class ReadOnlyDisk extends MemoryDisk {
  override open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    if (mode !== 'read') throw new DiskError('EROFS', path, { doing: 'open' })
    return super.open(path, mode)
  }
}

test('a directory that cannot be written to is refused with what to do', async () => {
  await assert.rejects(LogFixture.open({ disk: new ReadOnlyDisk() }), tells('/data', 'EROFS', 'writable'))
  const disk = new MemoryDisk()
  put(disk, '/data', 'a file')
  await assert.rejects(LogFixture.open({ disk }), tells('/data is no directory'))
})

test('a directory in use is refused with what to do', async () => {
  const { disk, directory } = await LogFixture.open()
  const alive = { ...onlyProcess, isAlive: () => true }
  await assert.rejects(LogFixture.open({ disk, options: { process: alive } }), tells('in use', 'pid 1', 'log.dirs'))
  await directory.close()
  await LogFixture.open({ disk, options: { process: alive } })
})

test('a deleted topic is gone at once, and its files after a while', async () => {
  const fixture = await LogFixture.open()
  await append(fixture, fixture.log(), batchOf(3))
  fixture.directory.remove('orders', 0)
  assert.equal(fixture.disk.stat('/data/orders-0'), undefined)
  assert.equal(fixture.directory.has('orders', 0), false)
  const log = fixture.directory.logFor('ANOTHERTOPICIDANOTHERA', 'orders', 0, () => defaultLogSettings, { create: true })
  assert.equal(log.endOffset, 0)
  assert.equal((await append(fixture, log, batchOf(1))).baseOffset, 0)
  await fixture.time.advance(60_000)
  assert.deepEqual(
    fixture.disk.list('/data').flatMap(({ name }) => (name.startsWith('orders') ? [name] : [])),
    ['orders-0'],
  )
  fixture.directory.abandon()
  const again = await LogFixture.open({ disk: fixture.disk })
  assert.equal(again.directory.logFor('ANOTHERTOPICIDANOTHERA', 'orders', 0, () => defaultLogSettings, { create: false }).endOffset, 1)
})

test('a directory of an earlier topic of the same name is put aside, not served', async () => {
  const first = await LogFixture.open()
  await append(first, first.log(), batchOf(3))
  await first.directory.close()
  const second = await LogFixture.open({ disk: first.disk })
  const log = second.directory.logFor('ANOTHERTOPICIDANOTHERA', 'orders', 0, () => defaultLogSettings, { create: true })
  assert.deepEqual([log.startOffset, log.endOffset], [0, 0])
  await append(second, log, batchOf(1))
  assert.equal(second.disk.readFile('/data/orders-0/partition.metadata').toString(), 'version: 0\ntopic_id: ANOTHERTOPICIDANOTHERA')
  assert.ok(second.disk.list('/data').some(({ name }) => name.endsWith('-stray')))
})

test('partitions that the cluster does not know are put aside', async () => {
  const first = await LogFixture.open()
  for (const topic of ['kept', 'gone']) await append(first, first.log(topic), batchOf(1))
  await first.directory.close()
  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(second.directory.setStraysAside((topic) => topic === 'kept').length, 1)
  assert.deepEqual([second.directory.has('kept', 0), second.directory.has('gone', 0)], [true, false])
})

test('a partition that was put aside is taken back when the cluster knows it again, and looked at as after a crash', async () => {
  const first = await LogFixture.open()
  await append(first, first.log('gone'), batchOf(3))
  await first.directory.close()
  const second = await LogFixture.open({ disk: first.disk })
  second.directory.setStraysAside(() => false)
  await append(
    second,
    second.directory.logFor('ANOTHERTOPICIDANOTHERA', 'gone', 0, () => second.settings, { create: true }),
    batchOf(1),
  )
  await second.directory.close()
  const third = await LogFixture.open({ disk: first.disk, options: { random: new SeededRandom(3) } })
  const [stray] = third.disk.list('/data').filter(({ name }) => name.endsWith('-stray'))
  third.disk.open(`/data/${stray?.name}/00000000000000000000.log`, 'write').writeSync(Buffer.alloc(5, 7), 0, 5, batchOf(3).length)
  assert.deepEqual(
    third.directory.takeBackStrays(() => undefined),
    [],
  )
  assert.deepEqual(
    third.directory.takeBackStrays(() => topicId),
    ['gone-0'],
  )
  const log = third.log('gone')
  log.requireWhole()
  assert.equal(log.endOffset, 3)
  assert.equal(third.disk.list('/data').filter(({ name }) => name.endsWith('-stray')).length, 1)
})

test('what is unknown is looked at and left as it is', async () => {
  const first = await LogFixture.open()
  await append(first, first.log('gone'), batchOf(3))
  await first.directory.close()
  const { directory } = await LogFixture.open({ disk: first.disk })
  assert.deepEqual(
    directory.unknownTo(() => false),
    [{ topic: 'gone', partition: 0, path: '/data/gone-0', topicId, hasRecords: true }],
  )
  assert.deepEqual(
    directory.unknownTo(() => true),
    [],
  )
  assert.ok(directory.has('gone', 0))
})

test('what a deletion left unfinished is finished at the next start', async () => {
  const first = await LogFixture.open()
  await append(first, first.log(), batchOf(1))
  first.directory.remove('orders', 0)
  first.directory.abandon()
  const second = await LogFixture.open({ disk: first.disk })
  await second.time.advance(1)
  assert.ok(!second.disk.list('/data').some(({ name }) => name.endsWith('-delete')))
})

test('a partition that is not there is only made when that is wanted', async () => {
  const fixture = await LogFixture.open()
  const unknown = (error: unknown) => error instanceof KafkaError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION'
  assert.throws(() => fixture.directory.logFor(topicId, 'none', 0, () => defaultLogSettings, { create: false }), unknown)
  assert.equal(fixture.directory.logFor(topicId, 'none', 0, () => defaultLogSettings, { create: true }).endOffset, 0)
})

test('recovery points and high watermarks are written now and then', async () => {
  const fixture = await LogFixture.open()
  await append(fixture, fixture.log(), batchOf(5), { leaderEpoch: 4, origin: 'client' })
  await fixture.time.advance(5000)
  assert.equal(fixture.disk.readFile('/data/replication-offset-checkpoint').toString(), '0\n1\norders 0 5\n')
  assert.throws(() => fixture.disk.readFile('/data/recovery-point-offset-checkpoint'))
  await fixture.time.advance(55_000)
  assert.equal(fixture.disk.readFile('/data/recovery-point-offset-checkpoint').toString(), '0\n1\norders 0 5\n')
  assert.equal(fixture.disk.readFile('/data/orders-0/leader-epoch-checkpoint').toString(), '0\n1\n4 0\n')
})

test('the mark of a clean stop is taken away before anything else, and left only when all logs are sound', async () => {
  const first = await LogFixture.open()
  await append(first, first.log('a'), batchOf(1))
  await append(first, first.log('b'), batchOf(1))
  await first.directory.close()
  assert.equal(first.disk.readFile('/data/.kafka_cleanshutdown').toString(), '{"version":0,"brokerEpoch":-1}')
  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(first.disk.stat('/data/.kafka_cleanshutdown'), undefined)
  second.directory.abandon()
  // After a kill a log that nobody opened may be torn, so that a clean stop says nothing about it.
  const third = await LogFixture.open({ disk: first.disk })
  third.log('a')
  await third.directory.close()
  assert.equal(first.disk.stat('/data/.kafka_cleanshutdown'), undefined)
  const fourth = await LogFixture.open({ disk: first.disk })
  fourth.log('a')
  fourth.log('b')
  await fourth.directory.close()
  assert.ok(first.disk.stat('/data/.kafka_cleanshutdown'))
})

test("metrics have Kafka's names", async () => {
  const metrics = new MetricsRegistry({ now: () => 0, monotonic: () => 0 })
  const fixture = await LogFixture.open({ options: { metrics: new LogMetrics(metrics) } })
  await append(fixture, fixture.log(), batchOf(3))
  const text = [...metricsText(metrics, prometheusType)].join('')
  for (const line of [
    'kafka_log_log_logendoffset{topic="orders",partition="0"} 3',
    'kafka_log_log_numlogsegments{topic="orders",partition="0"} 1',
    'kafka_log_logmanager_offlinelogdirectorycount 0',
    'kafka_log_logflushstats_logflushrateandtimems_count 1',
  ])
    assert.ok(text.includes(line), `${line} in\n${text}`)
})

test('ten thousand idle partitions take little memory', async () => {
  const fixture = await LogFixture.open({ disk: new MemoryDisk({ keepsDurable: false }) })
  const logs = Array.from({ length: 2000 }, (_, partition) => fixture.log('idle', partition))
  for (const log of logs) log.append(batchOf(1), asClient)
  await fixture.turn()
  await fixture.time.advance(61_000)
  assert.equal(fixture.directory.tailBytes, 0)
})

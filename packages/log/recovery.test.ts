import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import type { Disk, OpenFile } from '@odradek/common/disk'
import { silentLogger } from '@odradek/common/logging'
import type { LogFields, Logger } from '@odradek/common/logging'
import { KafkaError } from '@odradek/protocol'
import { append, asClient, batchOf, LogFixture, read, readAll } from './log-fixture.ts'
import type { FixtureOptions } from './log-fixture.ts'
import type { RecoveryProgress } from './log-opener.ts'

const segment = (base: number): string => `/data/orders-0/${String(base).padStart(20, '0')}`
const storageError = (error: unknown) => error instanceof KafkaError && error.code === 'KAFKA_STORAGE_ERROR'

/** A logger that keeps its lines. */
class Lines {
  readonly lines: { level: string; message: string; fields: LogFields | undefined }[] = []
  readonly logger: Logger = {
    ...silentLogger,
    info: (message, fields) => void this.lines.push({ level: 'info', message, fields }),
    warn: (message, fields) => void this.lines.push({ level: 'warn', message, fields }),
    error: (message, fields) => void this.lines.push({ level: 'error', message, fields }),
    limited: () => this.logger,
  }
}

async function withBatches(count: number, options: FixtureOptions = {}): Promise<LogFixture> {
  const fixture = await LogFixture.open(options)
  for (let i = 0; i < count; i++)
    await append(fixture, fixture.log(), batchOf(3, { value: Buffer.alloc(100, i), producerId: 7, producerEpoch: 0, baseSequence: i * 3 }))
  return fixture
}

function overwrite(disk: Disk, path: string, position: number, bytes: Buffer): void {
  const file = disk.open(path, 'write')
  file.writeSync(bytes, 0, bytes.length, position)
  file.close()
}

const batchBytes = batchOf(3, { value: Buffer.alloc(100), producerId: 7, producerEpoch: 0, baseSequence: 0 }).length

test('a batch that a crash left half written is cut off, and the log goes on before it', async () => {
  const first = await withBatches(5)
  first.directory.abandon()
  overwrite(first.disk, `${segment(0)}.log`, 5 * batchBytes, batchOf(3, { baseOffset: 15 }).subarray(0, 80))
  const { lines, logger } = new Lines()
  const second = await LogFixture.open({ disk: first.disk, logger })
  assert.equal(second.log().endOffset, 15)
  assert.equal(second.disk.stat(`${segment(0)}.log`)?.size, 5 * batchBytes)
  assert.equal(lines.find(({ level }) => level === 'warn')?.fields?.['offset'], 15)
  assert.equal((await append(second, second.log(), batchOf(1))).baseOffset, 15)
})

test('what is cut off is kept aside if log.recovery.keep.corrupt asks for it', async () => {
  const first = await withBatches(2)
  first.directory.abandon()
  overwrite(first.disk, `${segment(0)}.log`, 2 * batchBytes, Buffer.from('half a batch'))
  const second = await LogFixture.open({ disk: first.disk, config: { keepsCorrupt: true } })
  assert.equal(second.log().endOffset, 6)
  assert.equal(second.disk.readFile(`${segment(0)}.log.${2 * batchBytes}.corrupt`).toString(), 'half a batch')
})

test('segments behind a torn batch go with it', async () => {
  const first = await withBatches(6, { settings: { segmentBytes: 2 * batchBytes }, config: { durability: 'page-cache' } })
  first.directory.abandon()
  overwrite(first.disk, `${segment(6)}.log`, batchBytes + 70, Buffer.from('!'))
  const second = await LogFixture.open({
    disk: first.disk,
    settings: { segmentBytes: 2 * batchBytes },
    config: { durability: 'page-cache' },
  })
  assert.equal(second.log().endOffset, 9)
  assert.equal(second.disk.stat(`${segment(12)}.log`), undefined)
  assert.equal(second.log().producers()[0]?.lastSequence, 8)
})

test('damage below the recovery point is not cut: what comes before can be read, nothing is appended, and the operator is told what to do', async () => {
  const first = await withBatches(6)
  await first.directory.routines.advanceRecoveryPoints()
  first.directory.abandon()
  overwrite(first.disk, `${segment(0)}.log`, 3 * batchBytes + 70, Buffer.from('!'))
  // Without an index the whole segment is gone through.
  first.disk.unlink(`${segment(0)}.index`)
  const { lines, logger } = new Lines()
  for (const _ of [1, 2]) {
    const second = await LogFixture.open({ disk: first.disk, logger })
    const log = second.log()
    assert.equal(log.endOffset, 9)
    assert.equal((await readAll(log)).length, 3 * batchBytes)
    assert.throws(() => log.append(batchOf(1), asClient), storageError)
    assert.equal(log.deleteOldSegments(), 0)
    await second.directory.routines.advanceRecoveryPoints()
    await second.directory.close()
    assert.equal(second.disk.stat(`${segment(0)}.log`)?.size, 6 * batchBytes)
    assert.equal(second.disk.stat('/data/.kafka_cleanshutdown'), undefined)
  }
  assert.ok(lines.some(({ level, message }) => level === 'error' && message.includes("touch '/data/orders-0/cut-damaged-tail'")))

  first.disk.open('/data/orders-0/cut-damaged-tail', 'create').close()
  const third = await LogFixture.open({ disk: first.disk })
  assert.equal(third.log().endOffset, 9)
  assert.equal((await append(third, third.log(), batchOf(1))).baseOffset, 9)
  assert.equal(third.disk.stat('/data/orders-0/cut-damaged-tail'), undefined)
})

test('a log that has become shorter than what was on disk is damaged too', async () => {
  const first = await withBatches(6)
  await first.directory.close()
  first.disk.open(`${segment(0)}.log`, 'write').truncate(4 * batchBytes)
  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(second.log().endOffset, 12)
  assert.throws(() => second.log().append(batchOf(1), asClient), storageError)
})

test('after a kill only what lies above the recovery point is gone through', async () => {
  const first = await withBatches(200, { settings: { indexIntervalBytes: 1000 } })
  await first.directory.routines.advanceRecoveryPoints()
  for (let i = 0; i < 5; i++) await append(first, first.log(), batchOf(3, { value: Buffer.alloc(100) }))
  first.directory.abandon()
  const progress: RecoveryProgress[] = []
  const second = await LogFixture.open({
    disk: first.disk,
    settings: { indexIntervalBytes: 1000 },
    options: { onRecovery: (step) => void progress.push(step) },
  })
  assert.equal(second.log().endOffset, 615)
  assert.equal(progress.at(-1)?.isDone, true)
  assert.ok((progress.at(-1)?.bytes ?? 0) < 20 * batchBytes, `${progress.at(-1)?.bytes} bytes`)
})

test('missing files are made again: indexes, snapshots, epochs, checkpoints', async () => {
  const settings = { segmentBytes: 4 * batchBytes, indexIntervalBytes: 100 }
  const first = await withBatches(10, { settings })
  await first.directory.close()
  const before = first.disk.list('/data/orders-0').map(({ name }) => [name, first.disk.readFile(`/data/orders-0/${name}`).toString('hex')])
  for (const { name } of first.disk.list('/data/orders-0'))
    if (!name.endsWith('.log') && name !== 'partition.metadata') first.disk.unlink(`/data/orders-0/${name}`)
  for (const name of ['recovery-point-offset-checkpoint', 'replication-offset-checkpoint', '.kafka_cleanshutdown'])
    first.disk.unlink(`/data/${name}`)
  const second = await LogFixture.open({ disk: first.disk, settings })
  assert.equal(second.log().endOffset, 30)
  assert.equal(second.log().producers()[0]?.lastSequence, 29)
  await second.directory.close()
  const after = new Map(
    first.disk.list('/data/orders-0').map(({ name }) => [name, first.disk.readFile(`/data/orders-0/${name}`).toString('hex')]),
  )
  // Only the snapshots of earlier segments are not needed any more.
  for (const [name, content] of before) if (!/^0+(12|24)\.snapshot$/.test(name ?? '')) assert.equal(after.get(name ?? ''), content, name)
})

test('unfinished files of the cleaner: .cleaned goes, .swap takes the place of what it replaces', async () => {
  const first = await withBatches(4, { settings: { segmentBytes: 2 * batchBytes } })
  await first.directory.close()
  const whole = Buffer.concat([first.disk.readFile(`${segment(0)}.log`), first.disk.readFile(`${segment(6)}.log`)])
  const put = (path: string, bytes: Buffer): void => {
    const file = first.disk.open(path, 'create')
    file.writeSync(bytes, 0, bytes.length, 0)
    file.close()
  }
  put(`${segment(0)}.log.swap`, whole)
  put(`${segment(12)}.log.cleaned`, Buffer.from('half'))
  put(`${segment(0)}.log.deleted`, Buffer.from('old'))
  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(second.log().segmentCount(), 1)
  assert.ok((await readAll(second.log())).equals(whole))
  assert.deepEqual(
    second.disk.list('/data/orders-0').flatMap(({ name }) => (/swap|cleaned|deleted/.test(name) ? [name] : [])),
    [],
  )
})

test('index files without a segment are deleted', async () => {
  const first = await withBatches(1)
  await first.directory.close()
  first.disk.open(`${segment(99)}.timeindex`, 'create').close()
  const second = await LogFixture.open({ disk: first.disk })
  assert.equal(second.log().endOffset, 3)
  assert.equal(second.disk.stat(`${segment(99)}.timeindex`), undefined)
})

test('a log that ends before its start is put aside, and goes on at the start', async () => {
  const first = await withBatches(10)
  await first.log().advanceStartOffset(25)
  await first.directory.close()
  first.disk.open(`${segment(0)}.log`, 'write').truncate(2 * batchBytes)
  const second = await LogFixture.open({ disk: first.disk })
  assert.deepEqual([second.log().startOffset, second.log().endOffset], [25, 25])
  assert.ok(second.disk.list('/data').some(({ name }) => /^orders-0\.[0-9a-f]{32}-stray$/.test(name)))
  assert.equal((await append(second, second.log(), batchOf(1))).baseOffset, 25)
  second.directory.abandon()
  const third = await LogFixture.open({ disk: first.disk })
  assert.deepEqual([third.log().startOffset, third.log().endOffset], [25, 26])
})

test('all batches that a producer may have under way are known as duplicates after a kill, wherever the segment rolled', async () => {
  // A snapshot holds one batch of each producer. Batches 1 to 5 without an answer, a roll behind the third, kill -9: batch 1, sent
  // again, was refused as out of order.
  const batch = (i: number): Buffer => batchOf(3, { value: Buffer.alloc(100, i), producerId: 7, producerEpoch: 0, baseSequence: i * 3 })
  for (const end of ['kill', 'close'] as const) {
    const first = await LogFixture.open({ settings: { segmentBytes: 8 * batch(0).length } })
    for (let i = 0; i < 10; i++) await append(first, first.log(), batch(i))
    assert.equal(first.log().segmentCount(), 2)
    if (end === 'kill') first.directory.abandon()
    else await first.directory.close()
    const second = await LogFixture.open({ disk: first.disk })
    for (let i = 5; i < 10; i++) {
      const { duplicate, baseOffset } = second.log().append(batch(i), asClient)
      assert.deepEqual([duplicate, baseOffset], [true, i * 3], `batch ${i} after ${end}`)
    }
    assert.throws(
      () => second.log().append(batch(4), asClient),
      (error) => error instanceof KafkaError && error.code === 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    )
    assert.equal(second.log().append(batch(10), asClient).duplicate, false)
  }
})

/** A disk that remembers which files were opened. */
class NotingDisk extends MemoryDisk {
  opened: string[] = []
  override open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    this.opened.push(path)
    return super.open(path, mode)
  }
}

test('ten thousand partitions are not touched before they are used', async () => {
  const disk = new NotingDisk()
  const first = await LogFixture.open({ disk })
  await append(first, first.log(), batchOf(1))
  await first.directory.close()
  for (let partition = 1; partition < 10_000; partition++) disk.makeDirectory(`/data/orders-${partition}`)
  disk.opened = []
  const second = await LogFixture.open({ disk })
  assert.deepEqual(disk.opened, ['/data/.lock'])
  assert.equal(second.log().endOffset, 1)
  assert.ok(second.directory.has('orders', 9999))
})

test('a cut is durable and complete: offsets, epochs, producers, files', async () => {
  const fixture = await LogFixture.open({ settings: { segmentBytes: 2 * batchBytes } })
  const log = fixture.log()
  for (let i = 0; i < 6; i++)
    await append(fixture, log, batchOf(3, { value: Buffer.alloc(100), producerId: 7, producerEpoch: 0, baseSequence: i * 3 }), {
      leaderEpoch: i,
      origin: 'client',
    })
  await log.truncateTo(9)
  assert.deepEqual([log.endOffset, log.durableOffset, log.writtenOffset, log.highWatermark, log.latestEpoch], [9, 9, 9, 9, 2])
  assert.equal(log.producers()[0]?.lastSequence, 8)
  assert.equal(log.segmentCount(), 2)
  assert.equal((await readAll(log)).length, 3 * batchBytes)
  assert.equal((await append(fixture, log, batchOf(1), { leaderEpoch: 9, origin: 'client' })).baseOffset, 9)
  fixture.directory.abandon()
  const again = await LogFixture.open({ disk: fixture.disk, settings: { segmentBytes: 2 * batchBytes } })
  assert.deepEqual([again.log().endOffset, again.log().epochAt(9)], [10, 9])
})

test('a cut above the end only forgets epochs', async () => {
  const fixture = await withBatches(2)
  await fixture.log().truncateTo(100)
  assert.equal(fixture.log().endOffset, 6)
})

test('a cut below the first segment begins the log anew', async () => {
  const fixture = await LogFixture.open({ settings: { segmentBytes: batchBytes, retentionBytes: 0 } })
  const log = fixture.log()
  for (let i = 0; i < 4; i++) await append(fixture, log, batchOf(3, { value: Buffer.alloc(90) }))
  assert.equal(log.deleteOldSegments(), 4)
  await log.truncateTo(5)
  assert.deepEqual([log.startOffset, log.endOffset, log.highWatermark], [5, 5, 5])
  assert.equal((await append(fixture, log, batchOf(1))).baseOffset, 5)
  assert.equal((await read(log, 5)).bytes, batchOf(1).length)
})

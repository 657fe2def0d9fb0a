import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { DiskError, MemoryDisk } from '@odradek/common/disk'
import type { OpenFile } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import { append, asClient, batchOf, LogFixture, read, readAll } from './log-fixture.ts'
import type { Log, LogObserver } from './log.ts'

const storageError = (error: unknown) => error instanceof KafkaError && error.code === 'KAFKA_STORAGE_ERROR' && error.retriable

/** What a partition would hear. */
class Heard implements LogObserver {
  readonly lines: string[] = []
  readonly #log: Log
  constructor(log: Log) {
    this.#log = log
    log.observe(this)
  }
  written(): void {
    this.lines.push(`written ${this.#log.writtenOffset}`)
  }
  durable(): void {
    this.lines.push(`durable ${this.#log.durableOffset}`)
  }
  failed(offset: number, reason: Error): void {
    this.lines.push(`failed from ${offset}: ${reason instanceof DiskError ? reason.code : reason.message}`)
  }
}

/** A disk on which the sync of some files fails. */
class BadDisk extends MemoryDisk {
  failing: ((path: string) => boolean) | undefined
  syncs = 0
  override open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    const file = super.open(path, mode)
    const sync = (): void => {
      this.syncs++
      if (this.failing?.(path)) throw new DiskError('EIO', path, { doing: 'sync' })
    }
    return Object.assign(Object.create(file), {
      path,
      size: () => file.size(),
      readSync: (...args: Parameters<OpenFile['readSync']>) => file.readSync(...args),
      read: (...args: Parameters<OpenFile['read']>) => file.read(...args),
      writeSync: (...args: Parameters<OpenFile['writeSync']>) => file.writeSync(...args),
      truncate: (size: number) => file.truncate(size),
      syncSync: sync,
      sync: async () => sync(),
      close: () => file.close(),
    })
  }
}

test('on a full disk the batches of the turn are taken back, and reading goes on', async () => {
  const disk = new MemoryDisk({ capacityBytes: 30_000_000 })
  const fixture = await LogFixture.open({ disk })
  const log = fixture.log()
  await append(fixture, log, batchOf(3, { producerId: 5, producerEpoch: 0, baseSequence: 0 }), { leaderEpoch: 1, origin: 'client' })
  const filler = disk.open('/filler', 'create')
  filler.truncate(disk.space('/').freeBytes - 100)
  const heard = new Heard(log)
  log.append(batchOf(3, { producerId: 5, producerEpoch: 0, baseSequence: 3 }), { leaderEpoch: 2, origin: 'client' })
  log.append(batchOf(1, { producerId: 6, producerEpoch: 0, baseSequence: 0 }), { leaderEpoch: 2, origin: 'client' })
  await fixture.turn()
  assert.deepEqual(heard.lines, ['failed from 3: ENOSPC'])
  assert.equal(fixture.directory.condition, 'full')
  assert.deepEqual([log.endOffset, log.writtenOffset, log.durableOffset, log.latestEpoch], [3, 3, 3, 1])
  assert.deepEqual(
    log.producers().map(({ producerId, lastSequence }) => [producerId, lastSequence]),
    [[5, 2]],
  )
  assert.equal((await read(log, 0)).bytes, (await readAll(log)).length)
  assert.throws(() => log.append(batchOf(1), asClient), storageError)

  filler.truncate(0)
  await fixture.time.advance(1000)
  assert.equal(fixture.directory.condition, 'online')
  assert.equal(
    (await append(fixture, log, batchOf(3, { producerId: 5, producerEpoch: 0, baseSequence: 3 }), { leaderEpoch: 3, origin: 'client' }))
      .baseOffset,
    3,
  )
  await fixture.directory.close()
  const again = await LogFixture.open({ disk })
  assert.equal(again.log().endOffset, 6)
})

test('topics of users stop while there is still room for those of the broker', async () => {
  const disk = new MemoryDisk({ capacityBytes: 100_000_000 })
  const fixture = await LogFixture.open({ disk, config: { minFreeBytes: 20_000_000 }, settings: { segmentIndexBytes: 1000 } })
  await append(fixture, fixture.log(), batchOf(1))
  const filler = disk.open('/filler', 'create')
  filler.truncate(disk.space('/').freeBytes - 19_000_000)
  await fixture.time.advance(1000)
  assert.throws(() => fixture.log().append(batchOf(1), asClient), storageError)
  assert.throws(() => fixture.log('more').append(batchOf(1), asClient), storageError)
  assert.equal(fixture.log('__consumer_offsets').append(batchOf(1), { leaderEpoch: 0, origin: 'coordinator' }).baseOffset, 0)
  filler.truncate(65_000_000)
  await fixture.time.advance(1000)
  assert.throws(() => fixture.log().append(batchOf(1), asClient), storageError, 'twice as much has to be free')
  filler.truncate(50_000_000)
  await fixture.time.advance(1000)
  assert.equal((await append(fixture, fixture.log(), batchOf(1))).baseOffset, 1)
})

test('a failed sync is never tried again: the directory is out of use', async () => {
  const disk = new BadDisk()
  const offline: Error[] = []
  const fixture = await LogFixture.open({ disk, options: { onOffline: (error) => void offline.push(error) } })
  const log = fixture.log()
  await append(fixture, log, batchOf(1))
  const other = fixture.log('other')
  await append(fixture, other, batchOf(1))
  const heard = new Heard(log)
  const alsoHeard = new Heard(other)
  disk.failing = (path) => path.includes('orders-0')
  log.append(batchOf(1), asClient)
  await fixture.turn()
  assert.deepEqual(heard.lines, ['written 2', 'failed from 1: EIO'])
  assert.deepEqual(alsoHeard.lines, ['failed from 1: EIO'])
  assert.equal(offline.length, 1)
  assert.equal(fixture.directory.condition, 'offline')
  const { syncs } = disk
  await fixture.time.advance(300_000)
  assert.throws(() => log.append(batchOf(1), asClient), storageError)
  assert.throws(() => other.read(0, { maxBytes: 1, upToOffset: 1, atLeastOneBatch: true }), storageError)
  await fixture.directory.close()
  assert.equal(disk.syncs, syncs)
  assert.equal(disk.stat('/data/.kafka_cleanshutdown'), undefined)
})

test('acks=all waits for the disk, acks=1 does not', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  const heard = new Heard(log)
  log.append(batchOf(1), asClient)
  log.append(batchOf(1), asClient)
  assert.deepEqual([log.endOffset, log.writtenOffset, log.durableOffset], [2, 0, 0])
  await fixture.turn()
  assert.deepEqual(heard.lines, ['written 2', 'durable 2'])
})

test('in page-cache mode what is written counts as durable, and nothing is synced', async () => {
  const disk = new BadDisk()
  const fixture = await LogFixture.open({ disk, config: { durability: 'page-cache' } })
  const log = fixture.log()
  const heard = new Heard(log)
  const { syncs } = disk
  log.append(batchOf(1), asClient)
  await fixture.turn()
  assert.deepEqual(heard.lines, ['written 1', 'durable 1'])
  assert.equal(disk.syncs, syncs)
})

test('in page-cache mode flush.messages makes even acks=1 wait for the disk', async () => {
  const disk = new BadDisk()
  const fixture = await LogFixture.open({ disk, config: { durability: 'page-cache' }, settings: { flushMessages: 3 } })
  const log = fixture.log()
  const heard = new Heard(log)
  const { syncs } = disk
  log.append(batchOf(2), asClient)
  await fixture.turn()
  assert.equal(disk.syncs, syncs)
  log.append(batchOf(1), asClient)
  await fixture.turn()
  assert.ok(disk.syncs > syncs)
  assert.deepEqual(heard.lines, ['written 2', 'durable 2', 'written 3', 'durable 3'])
})

test('in page-cache mode flush.ms has logs synced after that time', async () => {
  const disk = new BadDisk()
  const config = {
    durability: 'page-cache',
    flushCheckIntervalMs: 1000,
    initialTaskDelayMs: 0,
    recoveryPointCheckpointIntervalMs: 1e9,
  } as const
  const fixture = await LogFixture.open({ disk, config, settings: { flushMs: 5000 } })
  await append(fixture, fixture.log(), batchOf(1))
  const { syncs } = disk
  await fixture.time.advance(4000)
  assert.equal(disk.syncs, syncs)
  await fixture.time.advance(3000)
  assert.ok(disk.syncs > syncs)
})

test('a partition that cannot be read is out of use alone', async () => {
  const fixture = await LogFixture.open({ config: { tailCacheBytes: 0, maxOpenFiles: 16 } })
  await append(fixture, fixture.log(), batchOf(1))
  for (let partition = 0; partition < 10; partition++) await append(fixture, fixture.log('t', partition), batchOf(1))
  fixture.disk.unlink('/data/orders-0/00000000000000000000.log')
  await assert.rejects(read(fixture.log(), 0), storageError)
  assert.equal(fixture.directory.condition, 'online')
  assert.equal((await read(fixture.log('t', 3), 0)).bytes, batchOf(1).length)
})

/** A disk on a machine whose process may open only so many files more. */
class FewFiles extends MemoryDisk {
  left = Number.POSITIVE_INFINITY
  override open(path: string, mode: 'read' | 'write' | 'create' | 'exclusive'): OpenFile {
    if (this.left-- <= 0) throw new DiskError('EMFILE', path, { doing: 'open' })
    return super.open(path, mode)
  }
}

test('running out of descriptors is no failure of the disk', async () => {
  const disk = new FewFiles()
  const fixture = await LogFixture.open({ disk })
  await append(fixture, fixture.log(), batchOf(1))
  disk.left = 0
  assert.throws(() => fixture.log('new').append(batchOf(1), asClient), storageError)
  assert.equal(fixture.directory.condition, 'online')
  disk.left = Number.POSITIVE_INFINITY
  assert.equal((await append(fixture, fixture.log('new'), batchOf(1, { value: Buffer.alloc(5) }))).baseOffset, 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogLine, Logger } from '@odradek/common/logging'
import { createLogger, LogLevels } from '@odradek/common/logging'
import { VirtualTime } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import { append, asClient, batchOf, LogFixture, read } from './log-fixture.ts'
import type { Log, LogObserver } from './log.ts'

const storageError = (error: unknown): boolean => error instanceof KafkaError && error.code === 'KAFKA_STORAGE_ERROR'

function heard(log: Log): string[] {
  const lines: string[] = []
  const observer: LogObserver = {
    written: () => void lines.push(`written ${log.writtenOffset}`),
    durable: () => void lines.push(`durable ${log.durableOffset}`),
    failed: (offset) => void lines.push(`failed from ${offset}`),
  }
  log.observe(observer)
  return lines
}

/** Error lines, and where they go. */
function errorLines(time: VirtualTime): { readonly lines: string[]; readonly logger: Logger } {
  const lines: string[] = []
  const write = ({ level, message }: LogLine): void => {
    if (level === 'error') lines.push(message)
  }
  return { lines, logger: createLogger({ clock: time, levels: new LogLevels(), write }) }
}

test('nothing is acknowledged that goes into a directory somebody has deleted', async () => {
  const time = new VirtualTime()
  const { lines, logger } = errorLines(time)
  const fixture = await LogFixture.open({ time, logger })
  const log = fixture.log()
  const other = fixture.log('other')
  await append(fixture, log, batchOf(1))
  await append(fixture, other, batchOf(1))
  const told = heard(log)
  fixture.disk.removeTree('/data/orders-0')
  log.append(batchOf(1), asClient)
  await fixture.turn()
  assert.deepEqual(told, ['written 2', 'failed from 1'])
  assert.throws(() => log.append(batchOf(1), asClient), storageError)
  await assert.rejects(read(log, 0), storageError)
  assert.equal((await append(fixture, other, batchOf(1))).baseOffset, 1)
  assert.equal(fixture.directory.condition, 'online')
  await fixture.time.advance(120_000)
  assert.equal(lines.filter((line) => line.startsWith('Files of a partition were taken away')).length, 1)
  assert.match(fixture.disk.readFile('/data/recovery-point-offset-checkpoint').toString(), /^other 0 2$/m)
  await fixture.directory.close()
})

test('in page-cache mode a partition without its files is out of use after some seconds', async () => {
  const fixture = await LogFixture.open({ config: { durability: 'page-cache' } })
  const log = fixture.log()
  await append(fixture, log, batchOf(1))
  const told = heard(log)
  fixture.disk.removeTree('/data/orders-0')
  await append(fixture, log, batchOf(1))
  await fixture.time.advance(6000)
  assert.deepEqual(told, ['written 2', 'durable 2', 'failed from 2'])
  assert.throws(() => log.append(batchOf(1), asClient), storageError)
})

test('a log whose segments are all gone is damaged, and does not begin again at 0', async () => {
  const first = await LogFixture.open()
  await append(first, first.log(), batchOf(3))
  await first.directory.close()
  first.disk.unlink('/data/orders-0/00000000000000000000.log')
  for (const end of ['close', 'abandon'] as const) {
    const again = await LogFixture.open({ disk: first.disk })
    const log = again.log()
    assert.throws(() => log.requireWhole(), /its segments are missing, but the log reached 3/)
    assert.throws(() => log.append(batchOf(1), asClient), storageError)
    await again.directory[end]()
  }
})

test('a log that is cut below what was on disk is not whole, and one that is sound is', async () => {
  const first = await LogFixture.open()
  await append(first, first.log(), batchOf(3))
  await append(first, first.log(), batchOf(3))
  first.log().requireWhole()
  await first.directory.close()
  first.disk.open('/data/orders-0/00000000000000000000.log', 'write').truncate(batchOf(3).length + 10)
  const log = (await LogFixture.open({ disk: first.disk })).log()
  assert.equal((await read(log, 0)).bytes, batchOf(3).length)
  assert.throws(() => log.requireWhole(), storageError)
})

test('what was appended to a topic in the turn that deletes it is not written into the next one of its name', async () => {
  const time = new VirtualTime()
  const { lines, logger } = errorLines(time)
  const fixture = await LogFixture.open({ time, logger })
  const log = fixture.log()
  await append(fixture, log, batchOf(1))
  log.append(batchOf(5), asClient)
  fixture.directory.remove('orders', 0)
  const next = fixture.directory.logFor('OTHERIDOTHERIDOTHERIDA', 'orders', 0, () => fixture.settings, { create: true })
  await append(fixture, next, batchOf(1))
  assert.equal(next.sizeInBytes(), fixture.disk.stat('/data/orders-0/00000000000000000000.log')?.size)
  assert.deepEqual(lines, [])
})

test('a directory in the place of a file takes one partition out of use, not the disk', async () => {
  const first = await LogFixture.open()
  for (const topic of ['orders', 'other']) await append(first, first.log(topic), batchOf(1))
  await first.directory.close()
  first.disk.unlink('/data/orders-0/leader-epoch-checkpoint')
  first.disk.makeDirectory('/data/orders-0/leader-epoch-checkpoint')
  const again = await LogFixture.open({ disk: first.disk })
  assert.throws(() => again.log(), storageError)
  assert.equal((await append(again, again.log('other'), batchOf(1))).baseOffset, 1)
  assert.equal(again.directory.condition, 'online')
})

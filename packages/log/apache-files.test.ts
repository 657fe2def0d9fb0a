import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { openBatch, walkBatches } from '@odradek/protocol/records'
import { apachePartition, apacheTopicId } from './apache-partition.ts'
import { LogFixture, readAll } from './log-fixture.ts'
import type { Log } from './log.ts'

/** Files that Apache Kafka has written are read, made again and written just so. */
const settings = { indexIntervalBytes: 200 }
const logName = '00000000000000000000.log'

async function fixtureWith(names: readonly string[]): Promise<{ fixture: LogFixture; log: Log }> {
  const disk = new MemoryDisk()
  const empty = await LogFixture.open({ disk })
  await empty.directory.close()
  disk.unlink('/data/.kafka_cleanshutdown')
  disk.makeDirectory('/data/tiny-0')
  for (const name of names) {
    const bytes = apachePartition.get(name)
    assert.ok(bytes)
    const file = disk.open(`/data/tiny-0/${name}`, 'create')
    file.writeSync(bytes, 0, bytes.length, 0)
    file.close()
  }
  const fixture = await LogFixture.open({ disk, settings })
  return { fixture, log: fixture.directory.logFor(apacheTopicId, 'tiny', 0, () => fixture.settings, { create: true }) }
}

function assertSame(fixture: LogFixture): void {
  assert.deepEqual(
    fixture.disk.list('/data/tiny-0').map(({ name }) => name),
    [...apachePartition.keys()],
  )
  for (const [name, bytes] of apachePartition)
    assert.equal(fixture.disk.readFile(`/data/tiny-0/${name}`).toString('hex'), bytes.toString('hex'), name)
}

test('the records of a partition of Apache Kafka are read, in every codec', async () => {
  const { log } = await fixtureWith([...apachePartition.keys()])
  const bytes = await readAll(log)
  const positions: number[] = []
  walkBatches(bytes, 0, bytes.length, (position) => void positions.push(position))
  const values: string[] = []
  for (const position of positions)
    for (const cursor = await openBatch(bytes, position, 10_000); cursor.next();)
      values.push(`${cursor.offset} ${String(cursor.key())} ${String(cursor.value())}`)
  assert.equal(values.length, 30)
  assert.deepEqual([values[0], values[6], values[29]], ['0 k1 first of none 1', '6 k1 first of gzip 1', '29 k3 third'])
  assert.deepEqual([log.startOffset, log.endOffset, log.latestEpoch, log.producers().length], [0, 30, 0, 10])
})

test('indexes, snapshot and epochs made from its segment are, byte for byte, those of Apache Kafka', async () => {
  const { fixture } = await fixtureWith([logName])
  await fixture.directory.close()
  assertSame(fixture)
})

test('a log that gets the same batches writes the same files', async () => {
  const { fixture, log } = await fixtureWith(['partition.metadata'])
  const segment = apachePartition.get(logName)
  assert.ok(segment)
  walkBatches(segment, 0, segment.length, (position, size) => {
    log.append(segment.subarray(position, position + size), { leaderEpoch: 0, origin: 'replication' })
  })
  await fixture.turn()
  await fixture.directory.close()
  assertSame(fixture)
})

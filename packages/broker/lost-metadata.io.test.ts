import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { UserError } from '@odradek/common/errors'
import { DeleteTopics } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { fetchFrom, produceBatch, recordsOf, startBroker } from '@odradek/testing'

const journal = '/data/cluster-metadata.journal'
const batch = (): Buffer => buildBatch([{ value: Buffer.from('v'), key: Buffer.from('k') }])

function write(disk: Disk, path: string, bytes: Buffer): void {
  const file = disk.open(path, 'create')
  file.truncate(0)
  file.writeSync(bytes, 0, bytes.length, 0)
  file.close()
}

function namesIn(disk: Disk): readonly string[] {
  return disk
    .list('/data')
    .map(({ name }) => name)
    .filter((name) => name !== '.kafka_cleanshutdown')
}

/** A journal as its owner sees it: cut somewhere within what it holds, not within the room that it holds ahead. */
function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.indexOf('/names/orders') - 10)
}

for (const end of ['stop', 'kill'] as const) {
  test(`metadata that has lost the topics of what is on the disk is refused, and put back it serves them (${end})`, async () => {
    const disk = new MemoryDisk()
    const first = await startBroker({ disk, topics: { orders: 1, empty: 1 } })
    const client = await first.connect()
    await produceBatch(client, { topic: 'orders', batch: batch() })
    await client[Symbol.asyncDispose]()
    await first[end]()
    const whole = disk.readFile(journal)
    write(disk, journal, firstHalf(whole))
    const names = namesIn(disk)
    const refused = (error: unknown): boolean =>
      error instanceof UserError && /\/data\/orders-0 holds records of topics/.test(error.message)
    await assert.rejects(startBroker({ disk }), refused)
    assert.deepEqual(disk.readFile(journal), firstHalf(whole))
    assert.deepEqual(
      namesIn(disk).filter((name) => name !== '.lock'),
      names.filter((name) => name !== '.lock'),
    )

    write(disk, journal, whole)
    await using again = await startBroker({ disk })
    await using reader = await again.connect()
    assert.equal(recordsOf(await fetchFrom(reader, { topic: 'orders', offset: 0 })).length, 1)
  })
}

test('a deletion that a crash has kept from the disk, but not from the metadata, is no loss', async () => {
  const disk = new MemoryDisk()
  const first = await startBroker({ disk, topics: { orders: 1 } })
  await using client = await first.connect()
  assert.equal((await produceBatch(client, { topic: 'orders', batch: batch() })).errorCode, 0)
  const files = disk.list('/data/orders-0').map(({ name }) => [name, disk.readFile(`/data/orders-0/${name}`)] as const)
  await client.call(DeleteTopics, { topics: [{ name: 'orders' }], timeoutMs: 1000 }, 6)
  await first.kill()
  disk.makeDirectory('/data/orders-0')
  for (const [name, bytes] of files) write(disk, `/data/orders-0/${name}`, bytes)
  await using again = await startBroker({ disk })
  assert.equal(again.broker.services.metadata.image.topics.size, 0)
  assert.ok(namesIn(disk).some((name) => /^orders-0\..*-stray$/.test(name)))
})

test('on a disk filled to the last byte a broker starts again after a kill', async () => {
  const disk = new MemoryDisk({ capacityBytes: 100_000_000 })
  const config = { 'log.index.size.max.bytes': '100000', 'log.dir.min.free.bytes': '1000' }
  const first = await startBroker({ disk, topics: { orders: 1 }, config })
  const client = await first.connect()
  assert.equal((await produceBatch(client, { topic: 'orders', batch: batch() })).errorCode, 0)
  await client[Symbol.asyncDispose]()
  await first.kill()
  const filler = disk.open('/filler', 'create')
  filler.truncate(disk.space('/data').freeBytes)
  await using again = await startBroker({ disk, config })
  await using reader = await again.connect()
  assert.equal(recordsOf(await fetchFrom(reader, { topic: 'orders', offset: 0 })).length, 1)
  assert.deepEqual(
    again.broker.troubledDirectories.map(({ condition }) => condition),
    ['full'],
  )
  const deleted = await reader.call(DeleteTopics, { topics: [{ name: 'orders' }], timeoutMs: 1000 }, 6)
  assert.equal(deleted.responses[0]?.errorCode, 0)
})

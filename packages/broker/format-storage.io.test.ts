import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { readMetaProperties } from '@odradek/log'
import { startBroker } from '@odradek/testing'
import { formatStorage } from './format-storage.ts'

const clusterId = 'J7s9e8PPTKOO47PxzI39VA'

function format(disk: Disk, directories: readonly string[], level: number, told: string[] = []): Promise<void> {
  return formatStorage({
    disk,
    clock: new VirtualTime(),
    random: new SeededRandom(1),
    clusterId,
    nodeId: 1,
    directories,
    metadata: { directory: '/data', features: new Map([['metadata.version', level]]) },
    onDirectory: (path) => told.push(path),
  })
}

test('a broker that starts on formatted directories has the cluster id and the level that they were given', async () => {
  const disk = new MemoryDisk()
  const told: string[] = []
  await format(disk, ['/data', '/more/data'], 25, told)
  assert.deepEqual(told, ['/data', '/more/data'])
  const [one, other] = ['/data', '/more/data'].map((path) => readMetaProperties(disk, path))
  assert.deepEqual([one?.clusterId, one?.nodeId, other?.clusterId], [clusterId, 1, clusterId])
  assert.notEqual(one?.directoryId, other?.directoryId)
  await using broker = await startBroker({ disk, config: { 'log.dirs': '/data,/more/data' }, topics: { orders: 2 } })
  assert.equal(broker.broker.clusterId, clusterId)
  assert.deepEqual([...broker.broker.services.metadata.image.finalizedFeatures], [['metadata.version', 25]])
})

test('directories that somebody has already are not touched', async () => {
  const disk = new MemoryDisk()
  await format(disk, ['/data'], 30)
  const before = readMetaProperties(disk, '/data')
  await assert.rejects(format(disk, ['/new', '/data'], 30), { message: /^\/data belongs to a broker already/ })
  assert.deepEqual(readMetaProperties(disk, '/data'), before)
  assert.equal(disk.stat('/new'), undefined)
  disk.makeDirectory('/lost/orders-0')
  await assert.rejects(format(disk, ['/lost'], 30), { message: /^\/lost holds partitions \(orders-0, …\)/ })
  assert.equal(readMetaProperties(disk, '/lost'), undefined)
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { MemoryDisk } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import { append, batchOf, LogFixture } from './log-fixture.ts'

const settings = { segmentBytes: 12_000, segmentIndexBytes: 100 }
const batch = (): Buffer => batchOf(1, { value: Buffer.alloc(5000) })

async function filled(count: number): Promise<{ fixture: LogFixture; disk: MemoryDisk }> {
  const disk = new MemoryDisk({ capacityBytes: 1_000_000 })
  const fixture = await LogFixture.open({ disk, settings, config: { minFreeBytes: 1000 } })
  for (let i = 0; i < count; i++) await append(fixture, fixture.log(), batch())
  disk.open('/filler', 'create').truncate(disk.space('/').freeBytes)
  await fixture.time.advance(1000)
  assert.equal(fixture.directory.condition, 'full')
  return { fixture, disk }
}

test('records can be deleted on a disk that is full to the last byte, and that survives a kill', async () => {
  const { fixture, disk } = await filled(9)
  await fixture.log().advanceStartOffset(7)
  assert.ok(disk.space('/').freeBytes > 20_000, 'what was deleted is gone at once')
  fixture.directory.abandon()
  assert.equal((await LogFixture.open({ disk, settings })).log().startOffset, 7)
})

test('on a full disk all records can go but those of the last segment, for which there is no successor', async () => {
  const { fixture, disk } = await filled(9)
  await fixture.log().advanceStartOffset(9)
  assert.ok(disk.space('/').freeBytes > 20_000)
  assert.deepEqual([fixture.log().startOffset, fixture.log().endOffset], [9, 9])
})

test('where nothing can go, deleting records on a full disk is refused', async () => {
  const { fixture } = await filled(1)
  await assert.rejects(fixture.log().advanceStartOffset(1), (error) => error instanceof KafkaError && error.code === 'KAFKA_STORAGE_ERROR')
  assert.equal(fixture.directory.condition, 'full')
})

test('retention makes room at once on a full disk', async () => {
  const { fixture, disk } = await filled(9)
  fixture.settings = { ...fixture.settings, retentionBytes: 1 }
  assert.ok((await fixture.directory.routines.applyRetention()) > 2)
  assert.ok(disk.space('/').freeBytes > 20_000)
})

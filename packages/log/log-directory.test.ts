import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { append, batchOf, LogFixture, read, readAll, recordsIn } from './log-fixture.ts'

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

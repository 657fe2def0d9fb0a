import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { baseOffset, lastOffset, walkBatches } from '@odradek/protocol/records'
import { append, asClient, batchOf, LogFixture, read, readAll } from './log-fixture.ts'
import type { FixtureOptions } from './log-fixture.ts'
import type { Log } from './log.ts'

const outOfRange = (error: unknown) => error instanceof KafkaError && error.code === 'OFFSET_OUT_OF_RANGE'

/** Twenty batches of three records with 100 to 2000 bytes, in several segments. */
async function filled(options: FixtureOptions): Promise<{ fixture: LogFixture; log: Log; batches: Buffer[] }> {
  const fixture = await LogFixture.open({ ...options, settings: { segmentBytes: 20_000, indexIntervalBytes: 1000, ...options.settings } })
  const log = fixture.log()
  for (let i = 0; i < 20; i++)
    await append(fixture, log, batchOf(3, { value: Buffer.alloc(30 + i * 30, i), timestamp: fixture.time.now() }))
  const batches: Buffer[] = []
  const all = await readAll(log)
  walkBatches(all, 0, all.length, (position, size) => void batches.push(all.subarray(position, position + size)))
  return { fixture, log, batches }
}

for (const [where, tailCacheBytes] of [
  ['memory', 10_000_000],
  ['the file', 0],
] as const) {
  const options = { config: { tailCacheBytes } }

  test(`from ${where}: each offset gives the batch that holds it`, async () => {
    const { log, batches } = await filled(options)
    for (let offset = 0; offset < log.endOffset; offset++) {
      const slice = await read(log, offset, { maxBytes: 1 })
      assert.ok(Buffer.concat(slice.chunks).equals(batches[Math.floor(offset / 3)] ?? Buffer.alloc(0)), `offset ${offset}`)
      slice.release()
    }
  })

  test(`from ${where}: as many whole batches as fit, and none above the bound`, async () => {
    const { log, batches } = await filled(options)
    for (const maxBytes of [0, 200, 500, 3000, 100_000])
      for (const upToOffset of [1, 3, 4, 30, 60])
        for (const fromOffset of [0, 2, 5, 29]) {
          const slice = await read(log, fromOffset, { maxBytes, upToOffset, atLeastOneBatch: false })
          const bytes = Buffer.concat(slice.chunks)
          slice.release()
          assert.equal(bytes.length, slice.bytes)
          assert.ok(bytes.length <= maxBytes)
          let index = Math.floor(fromOffset / 3)
          walkBatches(bytes, 0, bytes.length, (position, size) => {
            assert.ok(bytes.subarray(position, position + size).equals(batches[index++] ?? Buffer.alloc(0)))
            assert.ok(lastOffset(bytes, position) < upToOffset)
          })
          const next = batches[index]
          const fits = next !== undefined && bytes.length + next.length <= maxBytes && index * 3 + 2 < upToOffset
          // Only the end of a segment may keep back what would fit.
          if (fits) assert.ok(log.segmentCount() > 1)
        }
  })

  test(`from ${where}: at the end there is nothing, outside of the log an error`, async () => {
    const { log } = await filled(options)
    assert.equal((await read(log, log.endOffset)).bytes, 0)
    assert.throws(() => log.read(61, { maxBytes: 1, upToOffset: 61, atLeastOneBatch: true }), outOfRange)
    assert.throws(() => log.read(-1, { maxBytes: 1, upToOffset: 60, atLeastOneBatch: true }), outOfRange)
    await log.advanceStartOffset(10)
    assert.throws(() => log.read(9, { maxBytes: 1, upToOffset: 60, atLeastOneBatch: true }), outOfRange)
    const slice = await read(log, 10)
    assert.equal(baseOffset(slice.chunks[0] ?? Buffer.alloc(8), 0), 9)
  })

  test(`from ${where}: a 900 KB batch is given whole to a reader of one byte`, async () => {
    const fixture = await LogFixture.open(options)
    const log = fixture.log()
    await append(fixture, log, batchOf(1))
    await append(fixture, log, batchOf(1, { value: Buffer.alloc(900_000, 'x') }))
    const slice = await read(log, 1, { maxBytes: 1 })
    assert.ok(slice.bytes > 900_000)
    assert.equal((await read(log, 1, { maxBytes: 1, atLeastOneBatch: false })).bytes, 0)
    slice.release()
  })

  test(`from ${where}: bytes that a reader could get are counted, no further than it wants`, async () => {
    const { log, batches } = await filled(options)
    const total = batches.slice(5).reduce((sum, batch) => sum + batch.length, 0)
    const counted = log.readableBytes(15, 60, 1_000_000)
    assert.ok(counted >= total && counted <= total + 2000, `${counted} for ${total}`)
    assert.ok(log.readableBytes(15, 60, 100) >= 100)
    assert.equal(log.readableBytes(60, 60, 100), 0)
    assert.equal(log.readableBytes(15, 15, 100), 0)
  })
}

test('what a reader holds stays as it is while the log goes on and memory is used again', async () => {
  const fixture = await LogFixture.open({ config: { tailCacheBytes: 40_000 } })
  const log = fixture.log()
  await append(fixture, log, batchOf(1, { value: Buffer.alloc(10_000, 'a') }))
  const slice = await read(log, 0)
  const before = Buffer.concat(slice.chunks)
  for (let i = 0; i < 20; i++) await append(fixture, log, batchOf(1, { value: Buffer.alloc(10_000, 'b') }))
  assert.ok(Buffer.concat(slice.chunks).equals(before))
  assert.ok(fixture.directory.pinnedBytes > 0)
  slice.release()
  slice.release()
  assert.equal(fixture.directory.pinnedBytes, 0)
})

test('what a reader holds of a log that is cut stays as it is', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  await append(fixture, log, batchOf(1))
  await append(fixture, log, batchOf(1, { value: Buffer.from('old') }))
  const slice = await read(log, 1)
  const before = Buffer.concat(slice.chunks)
  await log.truncateTo(1)
  await append(fixture, log, batchOf(1, { value: Buffer.from('new') }))
  assert.ok(Buffer.concat(slice.chunks).equals(before))
  slice.release()
  assert.ok((await readAll(log, 1)).includes('new'))
})

test('memory for the ends of all logs keeps to its budget, whatever the number of logs', async () => {
  const fixture = await LogFixture.open({ config: { tailCacheBytes: 300_000 } })
  for (let round = 0; round < 3; round++)
    for (let partition = 0; partition < 100; partition++)
      fixture.log('many', partition).append(batchOf(1, { value: Buffer.alloc(500) }), asClient)
  await fixture.turn()
  assert.ok(fixture.directory.tailBytes <= 300_000, `${fixture.directory.tailBytes}`)
  for (let partition = 0; partition < 100; partition++)
    assert.equal((await readAll(fixture.log('many', partition))).length, 3 * batchOf(1, { value: Buffer.alloc(500) }).length)
})

test('logs to which nobody appends any more give their memory back', async () => {
  const fixture = await LogFixture.open()
  for (let partition = 0; partition < 10; partition++) await append(fixture, fixture.log('t', partition), batchOf(1))
  assert.ok(fixture.directory.tailBytes >= 160_000)
  await fixture.time.advance(61_000)
  assert.equal(fixture.directory.tailBytes, 0)
  assert.equal((await readAll(fixture.log('t', 3))).length, batchOf(1).length)
})

test('the end of one large batch larger than any chunk is read from memory too', async () => {
  const fixture = await LogFixture.open({ settings: { maxMessageBytes: 10_000_000 } })
  const log = fixture.log()
  await append(fixture, log, batchOf(1, { value: Buffer.alloc(3_000_000, 'y') }))
  const answer = log.read(0, { maxBytes: 1, upToOffset: 1, atLeastOneBatch: true })
  assert.ok(!(answer instanceof Promise))
  assert.ok(answer.bytes > 3_000_000)
  answer.release()
})

test('files are closed and opened again when there are more than may be open', async () => {
  const fixture = await LogFixture.open({ config: { tailCacheBytes: 0, maxOpenFiles: 16 } })
  for (let partition = 0; partition < 40; partition++)
    for (let i = 0; i < 3; i++) await append(fixture, fixture.log('t', partition), batchOf(2))
  for (let partition = 0; partition < 40; partition++)
    assert.equal((await readAll(fixture.log('t', partition))).length, 3 * batchOf(2).length)
  assert.ok(fixture.directory.openFiles <= 16, `${fixture.directory.openFiles}`)
})

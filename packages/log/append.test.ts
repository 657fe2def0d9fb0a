import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { codecs } from '@odradek/protocol/compression'
import { batchField, buildMarkerBatch, codecId, crcIsValid, maxTimestamp, openBatch, writeCrc } from '@odradek/protocol/records'
import { append, asClient, batchOf, batchWith, LogFixture, read, readAll, recordsIn } from './log-fixture.ts'
import type { FixtureOptions } from './log-fixture.ts'
import type { AppendOptions } from './log.ts'

const now = Date.UTC(2026, 0, 1)

const fails = (code: ErrorName, recordErrors?: readonly number[]) => (error: unknown) => {
  assert.ok(error instanceof KafkaError)
  assert.equal(error.code, code)
  if (recordErrors !== undefined)
    assert.deepEqual(
      error.recordErrors.map(({ batchIndex }) => batchIndex),
      recordErrors,
    )
  return true
}

/** Appends to a new log with these settings; everything that is refused leaves it empty. */
async function refused(
  batch: Buffer,
  code: ErrorName,
  given: { settings?: FixtureOptions['settings']; options?: Partial<AppendOptions>; records?: number[] } = {},
): Promise<void> {
  const fixture = await LogFixture.open(given.settings === undefined ? {} : { settings: given.settings })
  const log = fixture.log()
  assert.throws(() => log.append(batch, { ...asClient, ...given.options }), fails(code, given.records))
  assert.equal(log.endOffset, 0)
  assert.deepEqual(log.producers(), [])
}

/** A good batch with another number in one of its fields, and a CRC that fits. */
function changed(change: (batch: Buffer) => void, batch = batchOf(3)): Buffer {
  change(batch)
  writeCrc(batch, 0)
  return batch
}

test('no batch, half a batch, two batches', async () => {
  await refused(Buffer.alloc(0), 'INVALID_RECORD')
  await refused(batchOf(3).subarray(0, 70), 'INVALID_RECORD')
  await refused(Buffer.concat([batchOf(1), batchOf(1)]), 'INVALID_RECORD')
})

test('a magic other than 2', async () => {
  const old = batchOf(1)
  old[batchField.magic] = 1
  await refused(old, 'INVALID_RECORD')
})

test('zstd in a request of a version whose clients know none', async () => {
  const batch = batchOf(3, { codec: 'zstd' })
  await refused(batch, 'UNSUPPORTED_COMPRESSION_TYPE', { options: { apiVersion: 6 } })
  const fixture = await LogFixture.open()
  assert.equal(fixture.log().append(batch, { ...asClient, apiVersion: 7 }).lastOffset, 2)
})

test('a base offset, which only leaders give', async () => {
  await refused(batchOf(1, { baseOffset: 5 }), 'INVALID_RECORD')
})

test('more bytes than max.message.bytes, also when the CRC is wrong', async () => {
  const batch = batchOf(1, { value: Buffer.alloc(1000) })
  batch[200] = 1
  await refused(batch, 'MESSAGE_TOO_LARGE', { settings: { maxMessageBytes: 1000 } })
  await refused(batch, 'CORRUPT_MESSAGE', { settings: { maxMessageBytes: 2000 } })
})

test('any flipped bit behind the CRC', async () => {
  const good = batchOf(2)
  for (let at: number = batchField.attributes; at < good.length; at++) {
    const bad = Buffer.from(good)
    bad[at] = (bad[at] ?? 0) ^ 4
    await refused(bad, 'CORRUPT_MESSAGE')
  }
})

test('a count that does not fit, a control bit, a producer without sequence', async () => {
  await refused(
    changed((batch) => batch.writeInt32BE(2, batchField.recordCount)),
    'INVALID_RECORD',
  )
  await refused(
    changed((batch) => batch.writeInt32BE(0, batchField.recordCount)),
    'INVALID_RECORD',
  )
  await refused(
    changed((batch) => batch.writeInt32BE(2_000_000, batchField.lastOffsetDelta)),
    'INVALID_RECORD',
  )
  await refused(
    changed((batch) => batch.writeInt16BE(0x20, batchField.attributes)),
    'INVALID_RECORD',
  )
  await refused(batchOf(1, { producerId: 5, producerEpoch: 0 }), 'INVALID_RECORD')
})

test('records that lie about their lengths', async () => {
  await refused(
    changed((batch) => {
      batch[61] = (batch[61] ?? 0) + 2
    }),
    'INVALID_RECORD',
  )
  await refused(
    changed((batch) => {
      batch[batch.length - 1] = 4
    }),
    'INVALID_RECORD',
  )
})

test('a record without key in a compacted topic, named one by one', async () => {
  const key = Buffer.from('k')
  const batch = batchWith([{ key, timestamp: now }, { timestamp: now }, { key, timestamp: now }, { timestamp: now }])
  await refused(batch, 'INVALID_RECORD', { settings: { compacts: true }, records: [1, 3] })
})

test('timestamps too far away, which are told before missing keys', async () => {
  const batch = batchWith([{ timestamp: now }, { timestamp: now + 3_600_001 }])
  await refused(batch, 'INVALID_TIMESTAMP', { settings: { compacts: true }, records: [1] })
  await refused(batchOf(2, { timestamp: now + 7_200_000, codec: 'gzip' }), 'INVALID_TIMESTAMP')
  await refused(batchWith([{ timestamp: now - 1001 }, { timestamp: now }]), 'INVALID_TIMESTAMP', {
    settings: { timestampBeforeMaxMs: 1000 },
    records: [0],
  })
  const fixture = await LogFixture.open({ settings: { timestampBeforeMaxMs: 1000 } })
  assert.equal(fixture.log().append(batchWith([{ timestamp: -1 }, { timestamp: now - 1000 }]), asClient).lastOffset, 1)
})

test('the mark of log append time, which only the broker sets', async () => {
  await refused(
    changed((batch) => batch.writeInt16BE(8, batchField.attributes)),
    'INVALID_TIMESTAMP',
  )
})

test('a batch that no segment could hold', async () => {
  await refused(batchOf(1, { value: Buffer.alloc(1000) }), 'RECORD_LIST_TOO_LARGE', { settings: { segmentBytes: 500 } })
})

test('offset and leader epoch are patched, and every other byte stays', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  await append(fixture, log, batchOf(4))
  const batch = batchOf(3, { codec: 'lz4', producerId: 9, producerEpoch: 1, baseSequence: 0 })
  await append(fixture, log, batch, { leaderEpoch: 7, origin: 'client' })
  const stored = await readAll(log, 4)
  assert.equal(Number(stored.readBigInt64BE(0)), 4)
  assert.equal(stored.readInt32BE(batchField.partitionLeaderEpoch), 7)
  assert.ok(stored.subarray(16).equals(batch.subarray(16)))
  assert.ok(stored.subarray(8, 12).equals(batch.subarray(8, 12)))
  assert.equal(log.latestEpoch, 7)
})

test('the buffer of the caller is left as it was, and may be used again', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  const batch = batchOf(1)
  const before = Buffer.from(batch)
  log.append(batch, asClient)
  assert.ok(batch.equals(before))
  batch.fill(0)
  await fixture.turn()
  assert.deepEqual(recordsIn(await readAll(log)), [{ offset: 0, value: 'r0' }])
})

test('with LogAppendTime all records get the time of the broker, and a CRC that fits', async () => {
  const fixture = await LogFixture.open({ settings: { stampsLogAppendTime: true } })
  const log = fixture.log()
  await fixture.time.advance(5000)
  const appended = await append(fixture, log, batchOf(3, { timestamp: 17, codec: 'gzip' }))
  assert.equal(appended.logAppendTimeMs, now + 5000)
  const stored = await readAll(log)
  assert.ok(crcIsValid(stored, 0))
  const cursor = await openBatch(stored, 0, 1000)
  while (cursor.next()) assert.equal(cursor.timestamp, now + 5000)
})

test('with LogAppendTime it does not matter which time the client has given', async () => {
  const fixture = await LogFixture.open({ settings: { stampsLogAppendTime: true } })
  const log = fixture.log()
  for (const time of [2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    const batch = changed((bytes) => {
      bytes.writeBigInt64BE(time, batchField.baseTimestamp)
      bytes.writeBigInt64BE(time, batchField.maxTimestamp)
    })
    assert.equal((await append(fixture, log, batch)).logAppendTimeMs, now)
  }
  const stored = await readAll(log)
  assert.ok(crcIsValid(stored, 0))
  assert.equal(maxTimestamp(stored, 0), now)
  assert.equal((await openBatch(stored, 0, 1000)).next(), true)
  assert.equal((await log.findByTimestamp(now, log.endOffset))?.timestamp, now)
})

test('a header that lies about the largest timestamp is corrected', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  await append(
    fixture,
    log,
    changed((batch) => batch.writeBigInt64BE(5n, batchField.maxTimestamp)),
  )
  const stored = await readAll(log)
  assert.equal(maxTimestamp(stored, 0), now)
  assert.ok(crcIsValid(stored, 0))
})

test('a batch that comes again is answered with its first offset and not written again', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  const batch = batchOf(3, { producerId: 5, producerEpoch: 0, baseSequence: 0 })
  await append(fixture, log, batchOf(2))
  const first = await append(fixture, log, batch)
  await append(fixture, log, batchOf(2))
  assert.deepEqual(await append(fixture, log, batch), { ...first, duplicate: true })
  assert.equal(log.endOffset, 7)
})

test('the coordinator may write markers, clients may not', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  const data = batchOf(2, { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true })
  const marker = buildMarkerBatch({ type: 'commit', coordinatorEpoch: 1, producerId: 5, producerEpoch: 0, timestampMs: now })
  assert.throws(() => log.append(marker, asClient), fails('INVALID_RECORD'))
  await append(fixture, log, data)
  assert.equal(log.lastStableOffset, 0)
  assert.equal(log.producers()[0]?.currentTransactionStartOffset, 0)
  await append(fixture, log, marker, { leaderEpoch: 0, origin: 'coordinator' })
  assert.equal(log.lastStableOffset, 3)
  assert.equal(log.producers()[0]?.currentTransactionStartOffset, -1)
})

test('a follower keeps offsets and epochs as they are, and refuses what lies behind its end', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  const replica: AppendOptions = { leaderEpoch: 0, origin: 'replication' }
  await append(fixture, log, batchOf(3, { baseOffset: 10, leaderEpoch: 4 }), replica)
  assert.deepEqual([log.endOffset, log.latestEpoch], [13, 4])
  assert.throws(() => log.append(batchOf(1, { baseOffset: 12, leaderEpoch: 4 }), replica), fails('INVALID_RECORD'))
  const bad = batchOf(1, { baseOffset: 13, leaderEpoch: 4 })
  bad[65] = 99
  assert.throws(() => log.append(bad, replica), fails('CORRUPT_MESSAGE'))
})

test('nothing has to be prepared for most topics', async () => {
  const fixture = await LogFixture.open()
  const batch = batchOf(2, { codec: 'gzip' })
  assert.equal(fixture.log().prepare(batch, asClient), batch)
})

test('a topic with a codec of its own stores every batch in it', async () => {
  for (const codec of codecs) {
    const fixture = await LogFixture.open({ settings: { compressionType: codec } })
    const log = fixture.log()
    let offset = 0
    for (const sent of codecs) {
      const given = batchOf(3, { codec: sent, producerId: 1, producerEpoch: 0, baseSequence: offset })
      const prepared = await log.prepare(given, asClient)
      if (prepared !== given) given.fill(0)
      log.append(prepared, { ...asClient, prepared: true })
      offset += 3
    }
    await fixture.turn()
    const stored = await readAll(log)
    assert.equal(codecId(stored, 0), codecs.indexOf(codec))
    assert.equal(log.endOffset, 15)
    const cursor = await openBatch(stored, 0, 10_000)
    const values: (string | undefined)[] = []
    while (cursor.next()) values.push(cursor.value()?.toString())
    assert.deepEqual(values, ['r0', 'r1', 'r2'])
  }
})

test('a compressed batch for a compacted topic is opened, and refused when a key is missing or it is a bomb', async () => {
  const fixture = await LogFixture.open({ settings: { compacts: true }, config: { maxInflatedBytes: 10_000 } })
  const log = fixture.log()
  const keyed = batchWith([{ key: Buffer.from('k'), timestamp: now }], { codec: 'zstd' })
  log.append(await log.prepare(keyed, asClient), { ...asClient, prepared: true })
  await assert.rejects(async () => log.prepare(batchOf(2, { codec: 'zstd' }), asClient), fails('INVALID_RECORD', [0, 1]))
  await assert.rejects(
    async () => log.prepare(batchOf(1, { codec: 'gzip', value: Buffer.alloc(100_000) }), asClient),
    fails('MESSAGE_TOO_LARGE'),
  )
  await assert.rejects(
    async () =>
      log.prepare(
        changed((batch) => batch.fill(7, 61), batchOf(1, { codec: 'gzip' })),
        asClient,
      ),
    fails('INVALID_RECORD'),
  )
  assert.equal(log.endOffset, 1)
})

test('a read gives nothing that is not in the file yet', async () => {
  const fixture = await LogFixture.open()
  const log = fixture.log()
  log.append(batchOf(3), asClient)
  assert.equal((await read(log, 0)).bytes, 0)
  assert.equal(log.readableBytes(0, 3, 100), 0)
  await fixture.turn()
  assert.ok((await read(log, 0)).bytes > 0)
})

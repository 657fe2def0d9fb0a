import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorName } from '@odradek/protocol'
import { DeleteRecords, DescribeConfigs, Metadata } from '@odradek/protocol/messages'
import { BATCH_HEADER_SIZE, batchField, baseOffset, writeCrc } from '@odradek/protocol/records'
import { batchOf, bytes, fetch, listOffset, makeTopic, produce, producerId } from './kit.ts'
import { target } from './target.ts'

const broker = await target({ 'producer.id.expiration.ms': '1000', 'producer.id.expiration.check.interval.ms': '500' })
after(() => broker.close())

describe('traps of the log', () => {
  test('a time is looked up by the maximum of a batch: the first record with that time or a later one is found, also out of order', async () => {
    await using client = await broker.connect()
    const { name } = await makeTopic(client)
    const times = [1_000, 5_000, 3_000, 4_000, 2_000, 9_000, 8_000, 7_000, 10_000]
    for (let at = 0; at < times.length; at += 3) {
      await produce(client, name, batchOf(times.slice(at, at + 3).map((timestamp) => ({ value: bytes('v'), timestamp }))))
    }
    for (const time of [0, ...times, 6_000, 9_500]) {
      const offset = times.findIndex((timestamp) => timestamp >= time)
      assert.deepEqual(await listOffset(client, name, time), { error: 'NONE', offset, timestamp: times[offset] }, `${time}`)
    }
    assert.deepEqual(await listOffset(client, name, 10_001), { error: 'NONE', offset: -1, timestamp: -1 })
    assert.deepEqual(await listOffset(client, name, -3), { error: 'NONE', offset: 8, timestamp: 10_000 })
  })

  test('DeleteRecords ends inside a batch: the start is that offset, and the batch is read', async () => {
    await using client = await broker.connect()
    const topic = await makeTopic(client)
    await produce(client, topic.name, batchOf(Array.from({ length: 10 }, (_, index) => `${index}`)))
    const partitions = [{ partitionIndex: 0, offset: 4 }]
    const deleted = await client.call(DeleteRecords, { topics: [{ name: topic.name, partitions }], timeoutMs: 5000 }, 2)
    assert.deepEqual(deleted.topics[0]?.partitions[0], { partitionIndex: 0, lowWatermark: 4, errorCode: 0 })
    assert.equal((await listOffset(client, topic.name, -2)).offset, 4)
    assert.equal((await fetch(client, topic, { offset: 3 })).error, 'OFFSET_OUT_OF_RANGE')
    const { batches } = await fetch(client, topic, { offset: 4 })
    assert.deepEqual(
      batches.map((batch) => baseOffset(batch, 0)),
      [0],
    )
  })

  test('a duplicate is taken twice when its answer was lost: it gets the offset of the first', async () => {
    await using client = await broker.connect()
    const { name } = await makeTopic(client)
    const id = await producerId(client)
    const batch = (sequence: number): Buffer => batchOf([`${sequence}`, 'b'], { producerId: id, producerEpoch: 0, baseSequence: sequence })
    for (let sequence = 0; sequence < 12; sequence += 2) {
      assert.deepEqual(await produce(client, name, batch(sequence)), { error: 'NONE', baseOffset: sequence, message: null })
    }
    await using again = await broker.connect()
    for (const sequence of [2, 4, 6, 8, 10]) assert.equal((await produce(again, name, batch(sequence))).baseOffset, sequence)
    assert.equal((await produce(again, name, batch(16))).error, 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal((await produce(again, name, batch(12))).baseOffset, 12)
  })

  test('a duplicate is taken twice after a restart, and deleted records come back: neither does, also without a clean stop', async (context) => {
    if (broker.isForeign) {
      context.skip('the broker is not ours to restart')
      return
    }
    await using client = await broker.connect()
    const { name } = await makeTopic(client)
    const id = await producerId(client)
    const batch = (sequence: number): Buffer => batchOf(['a', 'b', 'c'], { producerId: id, producerEpoch: 0, baseSequence: sequence })
    for (const sequence of [0, 3, 6]) await produce(client, name, batch(sequence))
    const partitions = [{ partitionIndex: 0, offset: 4 }]
    await client.call(DeleteRecords, { topics: [{ name, partitions }], timeoutMs: 5000 }, 2)

    await broker.killAndRestart()
    await using again = await broker.connect()
    assert.deepEqual(await produce(again, name, batch(6)), { error: 'NONE', baseOffset: 6, message: null })
    assert.equal((await produce(again, name, batch(12))).error, 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    assert.equal((await produce(again, name, batch(9))).baseOffset, 9)
    assert.equal((await listOffset(again, name, -2)).offset, 4)
    assert.equal((await fetch(again, { name }, { offset: 3 })).error, 'OFFSET_OUT_OF_RANGE')
    assert.equal((await fetch(again, { name }, { offset: 4 })).highWatermark, 12)
  })

  test('a producer that was forgotten is refused: it goes on where it is', async (context) => {
    await using client = await broker.connect()
    const expiry = await brokerSetting(client, 'producer.id.expiration.ms')
    const interval = await brokerSetting(client, 'producer.id.expiration.check.interval.ms')
    if (expiry > 2_000 || interval > 2_000) {
      context.skip(`the broker forgets producers after ${expiry} ms, looking each ${interval} ms`)
      return
    }
    const { name } = await makeTopic(client)
    const id = await producerId(client)
    const batch = (sequence: number): Buffer => batchOf(['a'], { producerId: id, producerEpoch: 0, baseSequence: sequence })
    assert.equal((await produce(client, name, batch(0))).error, 'NONE')
    assert.equal((await produce(client, name, batch(7))).error, 'OUT_OF_ORDER_SEQUENCE_NUMBER')
    await sleep(expiry + 2 * interval)
    assert.equal((await produce(client, name, batch(7))).error, 'NONE')
    assert.equal((await produce(client, name, batch(8))).baseOffset, 2)
  })

  test('records compressed in unusual ways bring a compacted topic down: they are read, or refused', async (context) => {
    await using client = await broker.connect()
    const topic = await makeTopic(client, { configs: { 'cleanup.policy': 'compact' } })
    const plain = batchOf([{ key: bytes('k'), value: Buffer.alloc(200, 'v'), timestamp: Date.now() }])
    const records = plain.subarray(BATCH_HEADER_SIZE)
    const half = Math.floor(records.length / 2)
    const cases: readonly (readonly [string, number, Buffer])[] = [
      ['one raw snappy block', 2, rawSnappy(records)],
      ['two gzip members', 1, Buffer.concat([gzipSync(records.subarray(0, half)), gzipSync(records.subarray(half))])],
      ['linked lz4 blocks', 3, linkedLz4(records)],
      ['a gzip member that ends early', 1, gzipSync(records).subarray(0, -9)],
      ['snappy that announces 2 GB', 2, Buffer.from('ffffffff0700', 'hex')],
      ['no zstd at all', 4, Buffer.from('not zstd')],
    ]
    let taken = 0
    for (const [what, codec, compressed] of cases) {
      const batch = Buffer.concat([plain.subarray(0, BATCH_HEADER_SIZE), compressed])
      batch.writeInt32BE(batch.length - 12, batchField.batchLength)
      batch.writeInt16BE(codec, batchField.attributes)
      writeCrc(batch, 0)
      const { error } = await produce(client, topic.name, batch)
      assert(['NONE', 'INVALID_RECORD', 'CORRUPT_MESSAGE', 'UNKNOWN_SERVER_ERROR'].includes(error), `${what}: ${error}`)
      context.diagnostic(`${what}: ${error}`)
      if (error === 'NONE') taken++
    }
    assert.equal((await produce(client, topic.name, plain)).error, 'NONE')
    assert.equal((await fetch(client, topic, { offset: 0 })).highWatermark, taken + 1)
    assert.equal((await produce(client, topic.name, batchOf(['a record without a key']))).error, 'INVALID_RECORD')
  })
})

async function brokerSetting(client: Awaited<ReturnType<typeof broker.connect>>, name: string): Promise<number> {
  const [node] = (await client.call(Metadata, { topics: [] }, 9)).brokers
  const resources = [{ resourceType: 4, resourceName: String(node?.nodeId), configurationKeys: [name] }]
  const { results } = await client.call(DescribeConfigs, { resources }, 4)
  assert.equal(errorName(results[0]?.errorCode ?? -1), 'NONE')
  return Number(results[0]?.configs[0]?.value)
}

/** A length, then everything as one literal. */
function rawSnappy(bytes: Buffer): Buffer {
  assert(bytes.length > 128 && bytes.length < 16_384)
  const length = Buffer.from([(bytes.length & 0x7f) | 0x80, bytes.length >> 7])
  return Buffer.concat([length, Buffer.from([61 << 2, (bytes.length - 1) & 0xff, (bytes.length - 1) >> 8]), bytes])
}

/** An LZ4 frame whose blocks may refer to each other, which Kafka does not read: the flag alone, the blocks are stored. */
function linkedLz4(bytes: Buffer): Buffer {
  // Descriptor 40 40: version 1, blocks linked, no checksums, 64 KiB; c0 is its checksum.
  const size = Buffer.alloc(4)
  size.writeUInt32LE((bytes.length | 0x80_00_00_00) >>> 0)
  return Buffer.concat([Buffer.from('04224d184040c0', 'hex'), size, bytes, Buffer.alloc(4)])
}

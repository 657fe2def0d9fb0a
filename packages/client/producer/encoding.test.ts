import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { SeededRandom } from '@odradek/common/random'
import { buildBatch } from '@odradek/protocol/records'
import type { RecordInput } from '@odradek/protocol/records'
import { string } from '../serdes/index.ts'
import type { Serde } from '../serdes/index.ts'
import { topic } from '../topic.ts'
import { produce } from './producer-fixture.ts'

const random = new SeededRandom('encoding')
const lengths = [0, 1, 5, 31, 32, 33, 62, 63, 64, 65, 127, 128, 1000, 8190, 8192, 9000]
const someLength = (): number => lengths[random.nextInt(lengths.length)] ?? 0
const someText = (): string => {
  const alphabet = ['a', 'b', 'ä', 'é', '한', '🎈', '\ud800']
  const pick = random.nextInt(3) === 0 ? alphabet : ['x']
  return Array.from({ length: someLength() / 3 }, () => pick[random.nextInt(pick.length)]).join('')
}

for (const options of [{ batchSize: 40_000 }, {}]) {
  test(`batches are byte for byte those of the protocol, whatever the sizes, with ${JSON.stringify(options)}`, async () => {
    const { cluster, producer, time, close } = produce({ ...options, lingerMs: 5, enableIdempotence: false }, { orders: [1] })
    for (let round = 0; round < 150; round++) {
      const count = 1 + random.nextInt(80)
      const expected: RecordInput[] = []
      for (let i = 0; i < count; i++) {
        const isText = random.nextInt(2) === 0
        const key = random.nextInt(3) === 0 ? null : isText ? someText() : random.bytes(someLength())
        const value = random.nextInt(8) === 0 ? null : isText ? someText() : random.bytes(someLength())
        const timestamp = 1_700_000_000_000 + [0, 1, -1, 100_000, -(2 ** 33), 2 ** 40][random.nextInt(6)]!
        const headers = Array.from({ length: random.nextInt(3) === 0 ? random.nextInt(3) : 0 }, () => {
          const headerValue = random.nextInt(3) === 0 ? null : random.nextInt(2) === 0 ? someText() : random.bytes(someLength())
          return [someText(), headerValue] as const
        })
        void producer.send('orders', { key, value, timestamp, ...(headers.length === 0 ? {} : { headers }) })
        expected.push({
          key: bytesOf(key),
          value: bytesOf(value),
          timestamp,
          headers: headers.map(([name, headerValue]) => ({ key: name, value: bytesOf(headerValue) })),
        })
      }
      await time.advance(5)
      let at = 0
      while (cluster.produced.length > 0) {
        for (const { bytes, records } of cluster.produced[0]!.batches) {
          assert.deepEqual(bytes, buildBatch(expected.slice(at, at + records.length)))
          at += records.length
        }
        cluster.produced[0]!.answer()
        await time.advance(5)
      }
      assert.equal(at, count)
    }
    await close()
  })
}

test('records 30 days apart share a batch, with their own timestamps (timestamp delta of 2^31 and more)', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const month = 30 * 24 * 3_600_000
  const timestamps = [1_700_000_000_000, 1_700_000_000_000 + month, 1_700_000_000_000 - month, 1_700_000_000_000 + 10 * month]
  const deliveries = timestamps.map((timestamp) => producer.send('orders', { value: 'v', timestamp }))
  await time.advance(5)
  assert.equal(cluster.produced.length, 1)
  assert.deepEqual(
    cluster.produced[0]!.batches[0]!.records.map(({ timestamp }) => timestamp),
    timestamps,
  )
  cluster.produced[0]!.answer()
  const answered = await Promise.all(deliveries)
  assert.deepEqual(
    answered.map(({ timestamp, offset }) => [timestamp, offset]),
    timestamps.map((timestamp, i) => [timestamp, i]),
  )
  await close()
})

test('a topic with log append time gives all records the time of the broker', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const deliveries = [producer.send('orders', { value: 'a', timestamp: 5 }), producer.send('orders', { value: 'b' })]
  await time.advance(5)
  cluster.produced[0]!.answer('NONE', { logAppendTimeMs: 1234 })
  assert.deepEqual(
    (await Promise.all(deliveries)).map(({ timestamp }) => timestamp),
    [1234, 1234],
  )
  await close()
})

test('what a record was made of may change after send', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const value = Buffer.from('before')
  void producer.send('orders', { value })
  value.fill('x')
  await time.advance(5)
  assert.deepEqual(cluster.produced[0]!.batches[0]!.values, ['before'])
  cluster.produced[0]!.answer()
  await close()
})

test('a serializer that throws fails its record, and leaves the batch as it was', async () => {
  const fragile: Serde<string> = {
    ...string,
    write(text, sink) {
      sink.utf8('half of it')
      if (text === 'bad') throw new Error('I do not like it')
      sink.utf8(text)
    },
  }
  const orders = topic('orders', { value: fragile })
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const bad = producer.send(orders, { value: 'bad' })
  const good = producer.send(orders, { value: '1' })
  const worse = producer.send(orders, { value: 'bad' })
  const better = producer.send(orders, { value: '2' })
  for (const failed of [bad, worse]) void failed.catch(() => undefined)
  await time.advance(5)
  await assert.rejects(bad, { code: 'ODRADEK_SERIALIZATION', message: /serializer for the value of orders has thrown: I do not like it/ })
  await assert.rejects(worse, { code: 'ODRADEK_SERIALIZATION' })
  assert.deepEqual(cluster.produced[0]!.batches[0]!.values, ['half of it1', 'half of it2'])
  cluster.produced[0]!.answer()
  assert.equal((await good).offset, 0)
  assert.equal((await better).offset, 1)
  await close()
})

test('a record larger than a batch goes alone in a batch of its own size', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 100 }, { orders: [1] })
  const large = 'x'.repeat(5000)
  for (const value of ['a', large, 'b']) void producer.send('orders', { value })
  await time.advance(5)
  const sent: (string | null)[] = []
  while (cluster.produced.length > 0) {
    sent.push(...cluster.produced[0]!.batches.flatMap(({ values }) => values))
    cluster.produced[0]!.answer()
    await time.advance(1)
  }
  assert.deepEqual(sent, ['a', large, 'b'])
  await close()
})

test('batch.size 0 sends one record a batch', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 0, enableIdempotence: false }, { orders: [1] })
  for (const value of ['a', 'b', 'c']) void producer.send('orders', { value })
  await time.advance(5)
  assert.deepEqual(
    cluster.produced.map(({ batches }) => batches.map(({ values }) => values)),
    [[['a']], [['b']], [['c']]],
  )
  for (const request of cluster.produced.slice()) request.answer()
  await close()
})

test('headers keep order, duplicates, null and empty values', async () => {
  const { cluster, producer, time, close } = produce({ enableIdempotence: false }, { orders: [1] })
  const headers = [
    ['a', 'x'],
    ['b', null],
    ['a', ''],
    ['', Buffer.from([0, 255])],
  ] as const
  void producer.send('orders', { value: 'v', headers, timestamp: 1 })
  void producer.send('orders', { value: 'v', headers: { one: '1', two: null }, timestamp: 1 })
  void producer.send('orders', { value: 'v', headers: new Map([['m', 'n']]), timestamp: 1 })
  await time.advance(5)
  const list = (pairs: readonly (readonly [string, string | Uint8Array | null])[]) =>
    pairs.map(([key, value]) => ({ key, value: bytesOf(value) }))
  assert.deepEqual(
    cluster.produced[0]!.batches[0]!.bytes,
    buildBatch(
      [
        list(headers),
        list([
          ['one', '1'],
          ['two', null],
        ]),
        list([['m', 'n']]),
      ].map((each) => ({ value: Buffer.from('v'), headers: each, timestamp: 1 })),
    ),
  )
  cluster.produced[0]!.answer()
  await close()
})

const bytesOf = (data: string | Uint8Array | null): Uint8Array | null => (typeof data === 'string' ? Buffer.from(data) : data)

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { passing, produce } from './producer-fixture.ts'
import type { Fixture } from './producer-fixture.ts'
import type { Producer } from './producer.ts'
import { writable } from './node-writable.ts'
import { writableStream } from './web-writable.ts'

const records = Array.from({ length: 500 }, (_, i) => ({ value: `${i} ${'x'.repeat(50)}` }))

/** Lets virtual time go by until the promise is settled. */
const until = <T>({ time }: Fixture, work: Promise<T>): Promise<T> => passing(time, work, 1)

test('a pipeline of Node ends when all its records are acknowledged, held back by the memory of the producer', async () => {
  const fixture = produce({ bufferMemory: 8192, batchSize: 1024 }, { orders: [1] })
  fixture.cluster.onProduce = (request) => request.answer()
  await until(fixture, pipeline(Readable.from(records), writable(fixture.producer, 'orders')))
  assert.deepEqual(
    fixture.cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values)),
    records.map(({ value }) => value),
  )
  await fixture.close()
})

test('a pipeline of Node fails with the first record that fails', async () => {
  const fixture = produce({}, { orders: [1] })
  fixture.cluster.onProduce = (request) => request.answer('INVALID_RECORD')
  await assert.rejects(until(fixture, pipeline(Readable.from(records), writable(fixture.producer, 'orders'))), { code: 'INVALID_RECORD' })
  await fixture.close()
})

test('a pipeline of Node fails with a record that can not be sent', async () => {
  const fixture = produce({}, { orders: [1] })
  fixture.cluster.onProduce = (request) => request.answer()
  await assert.rejects(until(fixture, pipeline(Readable.from([{ value: 'a' }, { value: 5 }]), writable(fixture.producer, 'orders'))), {
    code: 'ODRADEK_SERIALIZATION',
  })
  await fixture.close()
})

test('a web stream closes when all its records are acknowledged', async () => {
  const fixture = produce({ bufferMemory: 8192, batchSize: 1024 }, { orders: [1] })
  fixture.cluster.onProduce = (request) => request.answer()
  await until(fixture, ReadableStream.from(records).pipeTo(writableStream(fixture.producer, 'orders')))
  assert.equal(fixture.cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values)).length, records.length)
  await fixture.close()
})

test('a web stream fails with the first record that fails', async () => {
  const fixture = produce({}, { orders: [1] })
  fixture.cluster.onProduce = (request) => request.answer('INVALID_RECORD')
  await assert.rejects(until(fixture, ReadableStream.from(records).pipeTo(writableStream(fixture.producer, 'orders'))), {
    code: 'INVALID_RECORD',
  })
  await fixture.close()
})

for (const [kind, write] of [
  ['a pipeline of Node', (producer: Producer) => pipeline(Readable.from(records), writable(producer, 'orders'))],
  ['a web stream', (producer: Producer) => ReadableStream.from(records).pipeTo(writableStream(producer, 'orders'))],
] as const) {
  // Its end flushed the producer, and the failure went to nobody.
  test(`${kind} that ends leaves failures of others to whoever flushes, and does not linger`, async () => {
    const fixture = produce({ lingerMs: 60_000 }, { orders: [1] })
    fixture.cluster.onProduce = (request) => request.answer()
    fixture.producer.enqueue('orders', { value: 'lost', partition: 55 })
    await passing(fixture.time, new Promise<void>((resolve) => fixture.time.after(100, resolve)), 20)
    await until(fixture, write(fixture.producer))
    assert.ok(fixture.time.monotonic() < 10_000)
    assert.equal(await fixture.failure(fixture.producer.flush()), 'UNKNOWN_TOPIC_OR_PARTITION')
    const lingering = fixture.producer.send('orders', { value: 'v' })
    await fixture.time.advance(100)
    assert.equal(fixture.cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values)).includes('v'), false)
    await fixture.close()
    await lingering
  })
}

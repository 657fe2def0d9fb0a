import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { json, nullable, string } from '../serdes/index.ts'
import type { ByteSink, Serde } from '../serdes/index.ts'
import { topic } from '../topic.ts'
import { produce, settled } from './producer-fixture.ts'

test('a partition that the topic has not fails after a look at newer metadata; one that has just been made is waited for', async () => {
  const { cluster, producer, failure, time, close } = produce({}, { orders: [1, 1] })
  cluster.onProduce = (request) => request.answer()
  assert.equal(await failure(producer.send('orders', { value: 'v', partition: 2 })), 'UNKNOWN_TOPIC_OR_PARTITION')
  assert.equal(cluster.refreshes, 3)
  const delivery = producer.send('orders', { value: 'v', partition: 2 })
  cluster.publish({ orders: [1, 1, 1] })
  await time.advance(5)
  assert.equal((await delivery).partition, 2)
  await close()
})

// They failed at once, though a record that came a moment later would have been given time.
test('a topic that is first known with too few partitions: what waited for it waits for its partition, and then fails', async () => {
  const { cluster, producer, failure, time, close } = produce({}, {})
  cluster.onProduce = (request) => request.answer()
  const deliveries = [0, 1, 2].map((partition) => producer.send('orders', { value: 'v', partition }))
  const nowhere = producer.send('orders', { value: 'v', partition: 3 })
  for (const delivery of [...deliveries, nowhere]) void delivery.catch(() => undefined)
  cluster.onRefresh = () => {
    if (cluster.refreshes === 2) cluster.publish({ orders: [1, 1, 1] })
  }
  cluster.publish({ orders: [1] })
  assert.equal(await failure(nowhere), 'UNKNOWN_TOPIC_OR_PARTITION')
  await time.advance(5)
  assert.deepEqual(
    (await Promise.all(deliveries)).map(({ partition }) => partition),
    [0, 1, 2],
  )
  assert.equal(cluster.refreshes, 3)
  await close()
})

test('a negative or broken partition fails at once, and nothing is sent', async () => {
  const { cluster, producer, failure, close } = produce()
  for (const partition of [-1, 1.5, Number.NaN]) {
    assert.equal(await failure(producer.send('orders', { value: 'v', partition })), 'UNKNOWN_TOPIC_OR_PARTITION')
    assert.throws(() => producer.enqueue('orders', { value: 'v', partition }), {
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      message: /numbers 0 to 2/,
    })
  }
  assert.equal(cluster.requests.length, 0)
  assert.equal(cluster.refreshes, 0)
  await close()
})

test('a record above max.request.size fails at once and names the setting', async () => {
  const { cluster, producer, failure, time, close } = produce({ maxRequestSize: 1000 })
  cluster.onProduce = (request) => request.answer()
  const fits = producer.send('orders', { value: 'x'.repeat(900), partition: 0 })
  assert.throws(() => producer.enqueue('orders', { value: 'x'.repeat(1000), partition: 0 }), {
    code: 'MESSAGE_TOO_LARGE',
    message: /max.request.size allows 1000/,
  })
  assert.equal(await failure(producer.send('orders', { value: 'x'.repeat(100_000), partition: 0 })), 'MESSAGE_TOO_LARGE')
  await time.advance(5)
  assert.equal((await fits).offset, 0)
  assert.equal(cluster.requests.length, 1)
  await close()
})

test('a serializer that never stops is stopped', async () => {
  const endless: Serde<string> = {
    ...string,
    write(_text, sink) {
      for (;;) sink.utf8('more and more')
    },
  }
  const { producer, failure, close } = produce()
  assert.equal(await failure(producer.send(topic('orders', { value: endless }), { value: 'v' })), 'MESSAGE_TOO_LARGE')
  await close()
})

test('keys and values of the wrong type say what they may be', async () => {
  const { producer, failure, close } = produce()
  const wrong: unknown[] = [
    { value: 5 },
    { value: {} },
    {},
    { key: 5, value: 'v' },
    { value: 'v', headers: [[1, 'x']] },
    { value: 'v', headers: { a: 5 } },
  ]
  for (const record of wrong) {
    // @ts-expect-error -- what JavaScript may do
    assert.equal(await failure(producer.send('orders', record)), 'ODRADEK_SERIALIZATION')
  }
  for (const timestamp of [-1, Number.NaN, 1.5, 2 ** 60]) {
    assert.equal(await failure(producer.send('orders', { value: 'v', timestamp })), 'ODRADEK_SERIALIZATION')
  }
  await close()
})

test('null needs a serde that takes it', async () => {
  const { cluster, producer, failure, time, close } = produce()
  cluster.onProduce = (request) => request.answer()
  // @ts-expect-error -- the value is not nullable
  assert.equal(await failure(producer.send(topic('orders', { value: string }), { value: null })), 'ODRADEK_SERIALIZATION')
  const sent = producer.send(topic('orders', { key: string, value: nullable(json<{ a: number }>()) }), { key: 'k', value: null })
  await time.advance(5)
  await sent
  assert.deepEqual(
    cluster.requests[0]?.batches[0]?.records.map(({ key, value }) => [key, value]),
    [['k', null]],
  )
  await close()
})

test('a serializer that sends records itself is refused', async () => {
  const fixture = produce()
  const nosy: Serde<string> = {
    ...string,
    write(text, sink) {
      fixture.producer.enqueue('orders', { value: 'in between' })
      sink.utf8(text)
    },
  }
  assert.equal(await fixture.failure(fixture.producer.send(topic('orders', { value: nosy }), { value: 'v' })), 'ODRADEK_SERIALIZATION')
  await fixture.close()
})

test('transactions without a transactional id say how to get one', async () => {
  const { producer, close } = produce()
  await assert.rejects(producer.initTransactions(), { code: 'ODRADEK_STATE', message: /transactionalId/ })
  assert.throws(() => producer.beginTransaction(), { code: 'ODRADEK_STATE' })
  await assert.rejects(
    producer.transaction(() => Promise.resolve()),
    { code: 'ODRADEK_STATE' },
  )
  await close()
})

test('serializers that have to fetch something first are waited for, in order', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let prepared = 0
  const slow: Serde<string> = {
    ...string,
    prepareWrite() {
      prepared++
      return promise
    },
  }
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const orders = topic('orders', { value: slow })
  const sent = Promise.all(['a', 'b'].map((value) => producer.send(orders, { value })))
  await time.advance(20)
  assert.equal(cluster.requests.length, 0)
  resolve()
  await time.advance(20)
  assert.deepEqual(
    (await sent).map(({ offset }) => offset),
    [0, 1],
  )
  assert.deepEqual(cluster.requests[0]?.batches[0]?.values, ['a', 'b'])
  assert.equal(prepared, 1)
  await close()
})

test('a serializer that can not be prepared fails its records with the reason', async () => {
  const broken: Serde<string> = { ...string, prepareWrite: () => Promise.reject(new Error('no registry')) }
  const { producer, failure, close } = produce()
  assert.equal(await failure(producer.send(topic('orders', { value: broken }), { value: 'v' })), 'Error: no registry')
  await close()
})

// It was sent as an empty value, and acknowledged.
test('a serializer that gives a promise is told that it must be synchronous, and nothing is sent', async () => {
  const { cluster, producer, failure, time, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const late: ReturnType<typeof JSON.parse> = {
    ...string,
    async write(text: string, sink: ByteSink) {
      await Promise.resolve()
      sink.utf8(text)
      throw new Error('nobody hears me')
    },
  }
  const given: ReturnType<typeof JSON.parse> = { ...string, write: (text: string) => Buffer.from(text) }
  for (const [value, hint] of [
    [late, /prepareWrite/],
    [given, /serde\(write, read\)/],
  ]) {
    const outcome = await settled(time, producer.send(topic('orders', { value }), { value: 'v' }))
    assert(outcome.status === 'rejected')
    assert.equal(outcome.reason.code, 'ODRADEK_SERIALIZATION')
    assert.match(outcome.reason.hint, hint)
  }
  assert.equal(await failure(producer.send('orders', { value: 'next' })), undefined)
  assert.deepEqual(
    cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values)),
    ['next'],
  )
  await close()
})

test('a serializer may give back what its last line gave', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const careless: ReturnType<typeof JSON.parse> = {
    ...string,
    write(text: string, sink: ByteSink) {
      sink.utf8(text)
      return text.length
    },
  }
  assert.equal(await failure(producer.send(topic('orders', { value: careless }), { value: 'v' })), undefined)
  await close()
})

test('bytes whose memory was transferred away are not sent as empty ones', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const gone = new Uint8Array(100)
  structuredClone(gone, { transfer: [gone.buffer] })
  assert.equal(await failure(producer.send('orders', { value: gone })), 'ODRADEK_SERIALIZATION')
  assert.equal(await failure(producer.send('orders', { key: gone, value: null })), 'ODRADEK_SERIALIZATION')
  assert.equal(await failure(producer.send('orders', { value: null, headers: { gone } })), 'ODRADEK_SERIALIZATION')
  assert.equal(await failure(producer.send('orders', { value: new Uint8Array(0) })), undefined)
  assert.deepEqual(cluster.requests[0]?.batches[0]?.values, [''])
  await close()
})

test('headers that are a function, a done that is none, and a send within a send say what is wrong', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const headers: ReturnType<typeof JSON.parse> = () => undefined
  assert.equal(await failure(producer.send('orders', { value: 'v', headers })), 'ODRADEK_SERIALIZATION')
  const done: ReturnType<typeof JSON.parse> = 5
  assert.throws(() => producer.enqueue('orders', { value: 'v' }, done), { code: 'ODRADEK_CONFIG' })
  let within: PromiseLike<unknown> = Promise.resolve()
  const nosy: Serde<string> = {
    ...string,
    write(text, sink) {
      within = producer.send('orders', { value: 'in between' })
      sink.utf8(text)
    },
  }
  assert.equal(await failure(producer.send(topic('orders', { value: nosy }), { value: 'v' })), undefined)
  assert.equal(await failure(within), 'ODRADEK_STATE')
  await close()
})

test('an interceptor that gives no record is named, and the record goes as it was', async () => {
  const junk: ReturnType<typeof JSON.parse>[] = [5, 'text', {}, Promise.reject(new Error('late')), null, undefined]
  const { cluster, producer, failure, said, close } = produce(
    { interceptors: junk.map((value) => ({ onSend: () => value })) },
    { orders: [1] },
  )
  cluster.onProduce = (request) => request.answer()
  assert.equal(await failure(producer.send('orders', { value: 'v' })), undefined)
  assert.deepEqual(cluster.requests[0]?.batches[0]?.values, ['v'])
  assert.equal(said.warnings.filter((line) => /onSend of an interceptor/.test(line)).length, 4)
  await close()
})

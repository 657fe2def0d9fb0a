import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import type { ProducerRecord, Raw } from './producer.ts'
import { produce } from './producer-fixture.ts'

// A search for metadata that had no time began again and again, in microtasks: no timer and no socket of the process had its turn any more.
test('max.block.ms 0: a record for a topic that is not known yet fails at once, and the process goes on', async () => {
  const { cluster, producer, failure, time, close } = produce({ maxBlockMs: 0 }, {})
  cluster.onProduce = (request) => request.answer()
  cluster.topicError = new KafkaError('REQUEST_TIMED_OUT')
  assert.equal(await failure(producer.send('orders', { value: 'v' })), 'REQUEST_TIMED_OUT')
  assert.equal(await failure(producer.sendAll('orders', [{ value: 'v' }])), 'REQUEST_TIMED_OUT')
  cluster.topicError = undefined
  cluster.publish({ orders: [1] })
  const sent = producer.send('orders', { value: 'v' })
  await time.advance(5)
  assert.equal((await sent).offset, 0)
  await close()
})

/** A source of records that then waits for ever; `next()` gives no promise for the first ones. */
function idleAfter(...records: readonly ProducerRecord<Raw, Raw>[]): AsyncIterable<ProducerRecord<Raw, Raw>> & { hasReturned: boolean } {
  let at = 0
  const source = {
    hasReturned: false,
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<ProducerRecord<Raw, Raw>>> {
        const value = records[at++]
        return value === undefined ? new Promise(() => undefined) : { value, done: false }
      },
      async return() {
        source.hasReturned = true
        return { value: undefined, done: true as const }
      },
    }),
  }
  return source
}

test('sendAll rejects with a record that has failed, also while its source is idle', async () => {
  const { cluster, producer, failure, held, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer('INVALID_RECORD')
  const source = idleAfter({ value: 'a' })
  assert.equal(await failure(producer.sendAll('orders', source)), 'INVALID_RECORD')
  assert.equal(source.hasReturned, true)
  assert.equal(held(), 0)
  await close()
})

// It stayed pending for ever, and held the process.
test('sendAll rejects when the producer is closed while its source is idle', async () => {
  const { cluster, producer, failure, held, time, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const source = idleAfter({ value: 'a' })
  const sent = failure(producer.sendAll('orders', source))
  await time.advance(5)
  await close()
  assert.equal(await sent, 'ODRADEK_CLOSED')
  assert.equal(source.hasReturned, true)
  assert.equal(held(), 0)
  assert.deepEqual(cluster.requests[0]?.batches[0]?.values, ['a'])
})

test('sendAll whose source has ended goes on through close, and resolves', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const sent = producer.sendAll('orders', [{ value: 'a' }])
  await time.advance(0)
  const closing = close()
  cluster.produced[0]?.answer()
  assert.deepEqual(await sent, { records: 1 })
  await closing
})

test('sendAll takes a source whose next() gives no promise, with a time-out, too', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  let left = 3
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => (left-- > 0 ? { value: { value: 'a' }, done: false } : { value: undefined, done: true }),
    }),
  }
  // @ts-expect-error -- what JavaScript may do
  const sent = producer.sendAll('orders', source, { timeoutMs: 1000 })
  await time.advance(5)
  assert.deepEqual(await sent, { records: 3 })
  await close()
})

test('sendAll that is given up while it waits for memory ends its source, and waits no more', async () => {
  const { producer, time } = produce({ bufferMemory: 1000, batchSize: 500 }, { orders: [1] })
  let hasEnded = false
  function* records() {
    try {
      for (;;) yield { value: 'x'.repeat(200) }
    } finally {
      hasEnded = true
    }
  }
  const stop = new AbortController()
  const sent = producer.sendAll('orders', records(), { signal: stop.signal })
  sent.catch(() => undefined)
  await time.advance(1)
  stop.abort(new Error('enough'))
  await assert.rejects(sent, { message: 'enough' })
  await time.advance(0)
  assert.equal(hasEnded, true)
  const closing = producer.close({ timeoutMs: 1 })
  closing.catch(() => undefined)
  await time.advance(2)
})

test('ready() that was given up is forgotten', async () => {
  const { producer, time } = produce({ bufferMemory: 1000, batchSize: 500, maxBlockMs: 50 }, { orders: [1] })
  for (let i = 0; i < 5; i++) producer.enqueue('orders', { value: 'x'.repeat(200) }, () => undefined)
  const before = producer.metrics().get('waiting-threads')
  const stop = new AbortController()
  const waiting = Array.from({ length: 100 }, () => producer.ready({ signal: stop.signal }))
  assert.equal(producer.metrics().get('waiting-threads'), Number(before) + 100)
  const settled = Promise.allSettled(waiting)
  stop.abort(new Error('enough'))
  await settled
  assert.equal(producer.metrics().get('waiting-threads'), before)
  const closing = producer.close({ timeoutMs: 1 })
  await time.advance(2)
  await closing
})

test('what nobody can wait by, and what is no topic, is refused at once, and nothing is half done', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  const wrong: ReturnType<typeof JSON.parse>[] = [{ timeoutMs: Number.NaN }, { timeoutMs: 'x' }, { timeoutMs: -1 }, { signal: {} }, null, 5]
  for (const options of wrong) {
    assert.equal(await failure(producer.flush(options)), 'ODRADEK_CONFIG')
    assert.equal(await failure(producer.ready(options)), 'ODRADEK_CONFIG')
    assert.equal(await failure(producer.partitionsFor('orders', options)), 'ODRADEK_CONFIG')
    assert.equal(await failure(producer.sendAll('orders', [{ value: 'v' }], options)), 'ODRADEK_CONFIG')
    assert.equal(await failure(producer.close(options)), 'ODRADEK_CONFIG')
    assert.equal(await failure(producer.initTransactions(options)), 'ODRADEK_CONFIG')
  }
  const noRecords: ReturnType<typeof JSON.parse>[] = ['abc', undefined, null, {}, 5]
  for (const records of noRecords) {
    assert.equal(await failure(producer.sendAll('orders', records)), 'ODRADEK_CONFIG')
  }
  const noTopics: ReturnType<typeof JSON.parse>[] = [undefined, null, 5, {}]
  for (const topic of noTopics) {
    assert.equal(await failure(producer.send(topic, { value: 'v' })), 'ODRADEK_SERIALIZATION')
    assert.equal(await failure(producer.partitionsFor(topic)), 'ODRADEK_SERIALIZATION')
  }
  for (const topic of ['', 'a/b', '..', 'x'.repeat(300)]) {
    assert.equal(await failure(producer.send(topic, { value: 'v' })), 'INVALID_TOPIC_EXCEPTION')
    assert.equal(await failure(producer.partitionsFor(topic)), 'INVALID_TOPIC_EXCEPTION')
  }
  assert.equal(cluster.requests.length, 0)
  assert.equal(await failure(producer.send('orders', { value: 'v' })), undefined)
  await close()
})

test('metrics say how long records waited for memory and for metadata, also in vain', async () => {
  const { cluster, producer, time, failure, close } = produce({ bufferMemory: 1000, batchSize: 500, maxBlockMs: 50, lingerMs: 0 }, {})
  const metadata = producer.send('orders', { value: 'v' })
  await time.advance(30)
  cluster.publish({ orders: [1] })
  await time.advance(1)
  cluster.produced[0]?.answer()
  await metadata
  assert.equal(producer.metrics().get('metadata-wait-time-ns-total'), 30e6)
  for (let i = 0; i < 4; i++) producer.enqueue('orders', { value: 'x'.repeat(200) }, () => undefined)
  assert.equal(await failure(producer.send('orders', { value: 'x'.repeat(200) })), 'ODRADEK_BUFFER_EXHAUSTED')
  assert.ok(Number(producer.metrics().get('bufferpool-wait-time-ns-total')) >= 50e6)
  assert.ok(Number(producer.metrics().get('bufferpool-wait-ratio')) > 0)
  for (const request of cluster.produced.slice()) request.answer()
  cluster.onProduce = (request) => request.answer()
  await close()
})

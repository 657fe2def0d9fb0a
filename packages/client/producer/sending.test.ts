import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientError } from '../errors/index.ts'
import { produce } from './producer-fixture.ts'
import type { FakeCluster } from './producer-fixture.ts'

const answerAll = (cluster: FakeCluster): void => {
  cluster.onProduce = (request) => request.answer()
  for (const request of cluster.produced.slice()) request.answer()
}

test('await pays the linger: an awaited record leaves at the end of the turn, when nobody has asked for a linger', async () => {
  const { cluster, producer, time, close } = produce()
  cluster.onProduce = (request) => request.answer()
  for (let i = 0; i < 5; i++) {
    const delivery = producer.send('orders', { value: String(i), partition: 0 }).then(({ offset }) => offset)
    await time.advance(0)
    assert.equal(await delivery, i)
  }
  assert.equal(time.monotonic(), 0)
  await close()
})

test('a linger that was given is kept, also where somebody awaits', async () => {
  const { cluster, producer, time, close } = produce({ lingerMs: 20 })
  answerAll(cluster)
  const delivery = producer.send('orders', { value: 'v' })
  void delivery.then(() => undefined)
  await time.advance(19)
  assert.equal(cluster.requests.length, 0)
  await time.advance(1)
  assert.equal(cluster.requests.length, 1)
  await delivery
  await close()
})

test('unawaited records leave after the linger, many in one batch', async () => {
  const { cluster, producer, time, close } = produce()
  answerAll(cluster)
  for (let i = 0; i < 50; i++) void producer.send('orders', { value: String(i), partition: 1 })
  await time.advance(4)
  assert.equal(cluster.requests.length, 0)
  await time.advance(1)
  assert.deepEqual(
    cluster.requests.map(({ batches }) => batches.map(({ records }) => records.length)),
    [[50]],
  )
  await close()
})

test('a full batch leaves at once', async () => {
  const { cluster, producer, time, close } = produce({ lingerMs: 1000, batchSize: 200 })
  answerAll(cluster)
  for (let i = 0; i < 10; i++) void producer.send('orders', { value: 'x'.repeat(50), partition: 0 })
  await time.advance(0)
  assert.ok(cluster.requests.length >= 1)
  await time.advance(1000)
  assert.equal(cluster.requests.flatMap(({ batches }) => batches.flatMap(({ records }) => records)).length, 10)
  await close()
})

test('while five requests are in flight, the next batches grow by themselves', async () => {
  const { cluster, producer, time, close } = produce()
  const done: Promise<unknown>[] = []
  const send = async (): Promise<void> => {
    done.push(producer.send('orders', { value: 'v', partition: 0 }).then(() => undefined))
    await time.advance(0)
  }
  await send()
  cluster.produced[0]!.answer()
  for (let i = 0; i < 20; i++) await send()
  assert.equal(cluster.produced.length, 5)
  answerAll(cluster)
  await time.advance(0)
  assert.equal(cluster.requests.at(-1)?.batches[0]?.records.length, 15)
  await Promise.all(done)
  await close()
})

test('a request takes one batch a partition, and the partitions take turns at its limit', async () => {
  const { cluster, producer, time, close } = produce(
    { maxRequestSize: 700, batchSize: 300, enableIdempotence: false, maxInFlightRequestsPerConnection: 1 },
    { orders: [1, 1, 1, 1] },
  )
  for (let round = 0; round < 3; round++)
    for (let partition = 0; partition < 4; partition++) void producer.send('orders', { value: 'x'.repeat(220), partition })
  const firsts: number[] = []
  await time.advance(5)
  while (cluster.produced.length > 0) {
    const { batches } = cluster.produced[0]!
    assert.equal(new Set(batches.map(({ partition }) => partition)).size, batches.length)
    assert.ok(batches.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 700)
    firsts.push(batches[0]!.partition)
    cluster.produced[0]!.answer()
    await time.advance(0)
  }
  assert.ok(new Set(firsts).size >= 2, firsts.join())
  await close()
})

test('sendAll resolves when all are acknowledged, and takes records only when there is room', async () => {
  const { cluster, producer, time, close } = produce({ bufferMemory: 4096, batchSize: 512, lingerMs: 0 })
  let taken = 0
  function* records() {
    for (let i = 0; i < 200; i++) {
      taken++
      yield { value: 'x'.repeat(100), partition: 0 }
    }
  }
  let sent: unknown
  void producer.sendAll('orders', records()).then((result) => (sent = result))
  await time.advance(10)
  assert.ok(taken <= 45, `${taken} records were taken of 4096 bytes`)
  answerAll(cluster)
  await time.advance(10)
  assert.deepEqual(sent, { records: 200 })
  assert.equal(cluster.requests.flatMap(({ batches }) => batches.flatMap(({ records: each }) => each)).length, 200)
  await close()
})

test('sendAll does not linger behind its last record', async () => {
  const { cluster, producer, time, close } = produce()
  answerAll(cluster)
  const sent = producer.sendAll('orders', [{ value: 'a' }, { value: 'b' }])
  await time.advance(0)
  assert.deepEqual(await sent, { records: 2 })
  await close()
})

test('sendAll rejects with the first failure, and stops reading', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 300 }, { orders: [1] })
  cluster.onProduce = (request) => request.answer('INVALID_RECORD')
  let taken = 0
  async function* records() {
    for (;;) {
      taken++
      yield { value: 'x'.repeat(100) }
      await Promise.resolve()
      if (taken % 10 === 0) await new Promise<void>((resolve) => time.after(1, resolve))
    }
  }
  const sent = producer.sendAll('orders', records())
  sent.catch(() => undefined)
  await time.advance(20)
  await assert.rejects(sent, { code: 'INVALID_RECORD' })
  const before = taken
  await time.advance(100)
  assert.equal(taken, before)
  await close()
})

test('sendAll ends with the reason of its signal, also while its source waits', async () => {
  const { producer, time, cluster, close } = produce()
  answerAll(cluster)
  const stop = new AbortController()
  async function* records() {
    yield { value: 'a' }
    await new Promise(() => undefined)
  }
  const sent = producer.sendAll('orders', records(), { signal: stop.signal })
  sent.catch(() => undefined)
  await time.advance(1)
  stop.abort(new Error('enough'))
  await assert.rejects(sent, { message: 'enough' })
  await close()
})

test('memory: sends wait for it in order, up to max.block.ms', async () => {
  const { cluster, producer, time, close } = produce({ bufferMemory: 1000, batchSize: 500, maxBlockMs: 300, lingerMs: 0 }, { orders: [1] })
  const outcomes: string[] = []
  for (let i = 0; i < 9; i++) {
    producer.send('orders', { value: `${i}${'x'.repeat(200)}` }).then(
      () => outcomes.push(`sent ${i}`),
      (error: unknown) => outcomes.push(`${error instanceof ClientError ? error.code : String(error)} ${i}`),
    )
  }
  await time.advance(299)
  const tooMany = ['ODRADEK_BUFFER_EXHAUSTED 7', 'ODRADEK_BUFFER_EXHAUSTED 8']
  assert.deepEqual(outcomes, tooMany)
  await time.advance(2)
  assert.deepEqual(outcomes, [...tooMany, ...[4, 5, 6].map((i) => `ODRADEK_BUFFER_EXHAUSTED ${i}`)])
  answerAll(cluster)
  await time.advance(10)
  assert.deepEqual(outcomes.slice(5), ['sent 0', 'sent 1', 'sent 2', 'sent 3'])
  await close()
})

test('memory: those who wait get it in the order of their calls', async () => {
  const { cluster, producer, time, close } = produce({ bufferMemory: 1000, batchSize: 500, lingerMs: 0 }, { orders: [1] })
  for (let i = 0; i < 7; i++) void producer.send('orders', { value: `${i}${'x'.repeat(200)}` })
  await time.advance(0)
  answerAll(cluster)
  await time.advance(50)
  assert.deepEqual(
    cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values.map((value) => value?.[0]))),
    ['0', '1', '2', '3', '4', '5', '6'],
  )
  await close()
})

test('enqueue gives false when memory is full and takes the record all the same; beyond twice the memory it throws', async () => {
  const { cluster, producer, time, close } = produce({ bufferMemory: 1000, batchSize: 500, lingerMs: 0 }, { orders: [1] })
  const took = Array.from({ length: 6 }, () => producer.enqueue('orders', { value: 'x'.repeat(200) }))
  assert.deepEqual(took, [true, true, false, false, false, false])
  assert.throws(
    () => {
      for (let i = 0; i < 10; i++) producer.enqueue('orders', { value: 'x'.repeat(200) })
    },
    { code: 'ODRADEK_BUFFER_EXHAUSTED', message: /wait already/ },
  )
  let isReady = false
  void producer.ready().then(() => (isReady = true))
  await time.advance(1)
  assert.equal(isReady, false)
  answerAll(cluster)
  await time.advance(10)
  assert.equal(isReady, true)
  await close()
})

test('ready gives up after max.block.ms, or its own time, or with the signal', async () => {
  const { producer, time } = produce({ bufferMemory: 1000, batchSize: 500, maxBlockMs: 50, lingerMs: 0 }, { orders: [1] })
  for (let i = 0; i < 6; i++) producer.enqueue('orders', { value: 'x'.repeat(200) }, () => undefined)
  const waiting = [producer.ready(), producer.ready({ timeoutMs: 10 }), producer.ready({ signal: AbortSignal.abort(new Error('no')) })]
  const settled = Promise.allSettled(waiting)
  await time.advance(51)
  const reasons = (await settled).map((outcome) => (outcome.status === 'rejected' ? outcome.reason.message : 'ready'))
  assert.match(reasons[0], /No memory became free within 50 ms/)
  assert.match(reasons[1], /No memory became free within 10 ms/)
  assert.equal(reasons[2], 'no')
  const closing = producer.close({ timeoutMs: 1 })
  await time.advance(2)
  await closing
})

test('done hears of each record', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const heard: unknown[] = []
  producer.enqueue('orders', { value: 'a' }, (...args) => heard.push(args))
  producer.enqueue('orders', { value: 'b' })
  producer.enqueue('orders', { value: 'c' }, (...args) => heard.push(args))
  await time.advance(5)
  cluster.produced[0]!.answer()
  await time.advance(0)
  assert.deepEqual(heard, [
    [undefined, 0, 0],
    [undefined, 0, 2],
  ])
  await close()
})

test('a done that throws is logged, and disturbs nobody', async () => {
  const { cluster, producer, time, said, close } = produce({}, { orders: [1] })
  producer.enqueue('orders', { value: 'a' }, () => {
    throw new Error('my own mistake')
  })
  const delivery = producer.send('orders', { value: 'b' })
  answerAll(cluster)
  await time.advance(5)
  assert.equal((await delivery).offset, 1)
  assert.match(said.errors[0] ?? '', /my own mistake/)
  await close()
})

test('a failure nobody looks at is logged once, and makes flush and close reject; a look takes it back', async () => {
  const { cluster, producer, time, said, close } = produce({ enableIdempotence: false }, { orders: [1] })
  cluster.onProduce = (request) => request.answer('INVALID_RECORD')
  const first = producer.send('orders', { value: 'a' })
  await time.advance(5)
  void producer.send('orders', { value: 'b' })
  await time.advance(5)
  assert.equal(said.errors.length, 1)
  await assert.rejects(producer.flush(), { code: 'INVALID_RECORD' })
  await producer.flush()
  await assert.rejects(first, { code: 'INVALID_RECORD' })
  const late = producer.send('orders', { value: 'c' })
  await time.advance(5)
  await assert.rejects(late, { code: 'INVALID_RECORD' })
  await close()
})

test('close sends what is left, closes the cluster, and says so ever after', async () => {
  const { cluster, producer, time, held, failure } = produce()
  answerAll(cluster)
  const delivery = producer.send('orders', { value: 'a' })
  assert.equal(held(), 1)
  const closing = producer.close()
  await time.advance(0)
  await closing
  assert.equal((await delivery).offset, 0)
  assert.equal(cluster.isDisposed, true)
  assert.equal(producer.close(), closing)
  assert.equal(await failure(producer.send('orders', { value: 'b' })), 'ODRADEK_CLOSED')
  assert.throws(() => producer.enqueue('orders', { value: 'b' }), { code: 'ODRADEK_CLOSED' })
  await assert.rejects(producer.flush(), { code: 'ODRADEK_CLOSED' })
  await assert.rejects(producer.ready(), { code: 'ODRADEK_CLOSED' })
  await assert.rejects(producer.sendAll('orders', []), { code: 'ODRADEK_CLOSED' })
  await assert.rejects(producer.partitionsFor('orders'), { code: 'ODRADEK_CLOSED' })
  await time.advance(1000)
  assert.equal(held(), 0)
  assert.equal(time.pendingTimers, 0)
})

test('close gives up after its time, and fails what is left', async () => {
  const { producer, time, held } = produce()
  const delivery = producer.send('orders', { value: 'a' })
  delivery.catch(() => undefined)
  const closing = producer.close({ timeoutMs: 100 })
  await time.advance(101)
  await closing
  await assert.rejects(delivery, { code: 'ODRADEK_CLOSED' })
  await time.advance(2000)
  assert.equal(held(), 0)
  assert.equal(time.pendingTimers, 0)
})

test('flush waits for records that have no batch yet', async () => {
  const { cluster, producer, time, close } = produce({}, {})
  answerAll(cluster)
  const delivery = producer.send('orders', { value: 'a' })
  let flushed = false
  void producer.flush().then(() => (flushed = true))
  await time.advance(100)
  assert.equal(flushed, false)
  cluster.publish({ orders: [1] })
  await time.advance(0)
  assert.equal(flushed, true)
  assert.equal((await delivery).partition, 0)
  await close()
})

test('records wait for metadata of their topic in order, and fail after max.block.ms with what stands in the way', async () => {
  const { producer, time, cluster, close } = produce({ maxBlockMs: 1000 }, {})
  const delivery = producer.send('nowhere', { value: 'a' })
  delivery.catch(() => undefined)
  await time.advance(1001)
  await assert.rejects(delivery, { code: 'REQUEST_TIMED_OUT', message: /No metadata of topic nowhere within 1000 ms/ })
  cluster.topicError = Object.assign(new Error('not yours'), { code: 'TOPIC_AUTHORIZATION_FAILED' })
  const denied = producer.send('secret', { value: 'a' })
  denied.catch(() => undefined)
  await time.advance(0)
  await assert.rejects(denied, { message: 'not yours' })
  await close()
})

test('a topic that nothing is written to is forgotten, and known again when needed', async () => {
  const { cluster, producer, time, close } = produce({ metadataMaxIdleMs: 5000 }, { orders: [1], events: [1] })
  answerAll(cluster)
  void producer.send('orders', { value: 'a' })
  void producer.send('events', { value: 'a' })
  await time.advance(4000)
  assert.deepEqual(cluster.tracked, new Set(['orders', 'events']))
  void producer.send('events', { value: 'a' })
  await time.advance(4000)
  assert.deepEqual(cluster.tracked, new Set(['events']))
  void producer.send('orders', { value: 'b' })
  await time.advance(5)
  assert.equal(cluster.requests.at(-1)?.batches[0]?.topic, 'orders')
  await close()
})

test('partitionsFor tells what metadata say', async () => {
  const { producer, close } = produce({}, { orders: [1, -1] })
  assert.deepEqual(
    (await producer.partitionsFor('orders')).map(({ partition, leader }) => [partition, leader]),
    [
      [0, 1],
      [1, undefined],
    ],
  )
  await close()
})

test('topic ids are used only when all topics of a request have one', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1], old: [1] })
  answerAll(cluster)
  void producer.send('orders', { value: 'a' })
  await time.advance(5)
  void producer.send('orders', { value: 'a' })
  void producer.send('old', { value: 'a' })
  await time.advance(5)
  assert.deepEqual(
    cluster.requests.map(({ version }) => version),
    [13, 12],
  )
  await close()
})

for (const version of [3, 5, 7, 8, 9, 10, 11, 12, 13]) {
  test(`Produce ${version} is spoken`, async () => {
    const { cluster, producer, time, close } = produce({}, { orders: [1] }, (fake) => void fake.versions.set('Produce', version))
    answerAll(cluster)
    const delivery = producer.send('orders', { value: 'a' })
    await time.advance(5)
    assert.equal((await delivery).offset, 0)
    assert.equal(cluster.requests[0]?.version, version)
    await close()
  })
}

test('acks=0 is content when the request has left: offset unknown', async () => {
  const { cluster, producer, time, close } = produce({ acks: 0 })
  const delivery = producer.send('orders', { value: 'a', partition: 2 })
  await time.advance(5)
  assert.deepEqual((await delivery).offset, -1)
  assert.equal(cluster.requests[0]?.noAnswer, true)
  assert.equal(cluster.requests[0]?.acks, 0)
  await close()
})

test('acks=1 asks for the leader alone, without a producer id', async () => {
  const { cluster, producer, time, close } = produce({ acks: 1 })
  answerAll(cluster)
  void producer.send('orders', { value: 'a' })
  await time.advance(5)
  assert.equal(cluster.requests[0]?.acks, 1)
  assert.equal(cluster.requests[0]?.batches[0]?.producerId, -1)
  assert.equal(cluster.otherCalls.length, 0)
  await close()
})

test('with one request in flight and no idempotence, a partition keeps its order through retries', async () => {
  const { cluster, producer, time, close } = produce(
    { enableIdempotence: false, maxInFlightRequestsPerConnection: 1, batchSize: 100, lingerMs: 0 },
    { orders: [1] },
  )
  for (let i = 0; i < 4; i++) void producer.send('orders', { value: `${i}${'x'.repeat(60)}` })
  await time.advance(0)
  cluster.produced[0]!.answer('NOT_ENOUGH_REPLICAS')
  await time.advance(50)
  assert.equal(cluster.produced.length, 0)
  answerAll(cluster)
  await time.advance(200)
  assert.deepEqual(
    cluster.requests.slice(1).flatMap(({ batches }) => batches.flatMap(({ values }) => values.map((value) => value?.[0]))),
    ['0', '1', '2', '3'],
  )
  await close()
})

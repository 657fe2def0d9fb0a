import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findBatchProblem } from '@odradek/protocol/records'
import { KafkaError } from '@odradek/protocol'
import { produce } from './producer-fixture.ts'
import { nextEstimate } from './sealer.ts'

const text = (i: number): string => `${String(i).padStart(3, '0')}${'x'.repeat(97)}`
const order = (values: readonly (string | null)[]): number[] => values.map((value) => Number(value?.slice(0, 3)))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

for (const compressionType of ['none', 'gzip'] as const) {
  for (const enableIdempotence of [true, false]) {
    test(`a batch too large for the broker is split until it fits, in order (${compressionType}, ${enableIdempotence ? 'idempotent' : 'plain'})`, async () => {
      const { cluster, producer, time, said, close } = produce(
        { compressionType, enableIdempotence, batchSize: 4000, maxInFlightRequestsPerConnection: enableIdempotence ? 5 : 1 },
        { orders: [1] },
      )
      const log: (string | null)[] = []
      const limit = compressionType === 'none' ? 500 : 120
      const written = new Map<number, number>()
      cluster.onProduce = (request) => {
        const [batch] = request.batches
        assert.ok(batch !== undefined)
        if (batch.bytes.length > limit) return request.answer('MESSAGE_TOO_LARGE')
        if (enableIdempotence) {
          const expected = log.length
          if (batch.sequence !== expected) return request.answer('OUT_OF_ORDER_SEQUENCE_NUMBER')
          written.set(batch.sequence, batch.epoch)
        }
        log.push(...batch.values)
        return request.answer()
      }
      const sent = Promise.all(upTo(60).map((i) => producer.send('orders', { value: text(i) })))
      await time.advance(60_000)
      assert.deepEqual(order(log), upTo(60))
      assert.deepEqual(
        (await sent).map(({ offset }) => offset),
        upTo(60),
      )
      assert.ok([...written.values()].every((epoch) => epoch === 0))
      assert.ok(said.warnings.length > 0)
      await close()
    })
  }
}

test('one record that is too large for the broker fails, and says where the limit is', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer('MESSAGE_TOO_LARGE')
  const sent = producer.send('orders', { value: text(1) })
  assert.equal(await failure(sent), 'MESSAGE_TOO_LARGE')
  await assert.rejects(sent, { hint: /max.message.bytes/ })
  await close()
})

for (const batchSize of [65_536, undefined])
  test(`large batches are compressed in another thread, and keep their order (batch.size ${batchSize ?? 'not given'})`, async () => {
    const given = batchSize === undefined ? {} : { batchSize }
    const options = { compressionType: 'gzip', ...given, lingerMs: 1000, maxRequestSize: 2_000_000 } as const
    const { cluster, producer, time, held, close } = produce(options, { orders: [1] })
    cluster.onProduce = (request) => request.answer()
    const noise = Array.from({ length: 3000 }, (_, i) => text(i % 1000) + Math.sin(i) + Math.cos(i * 7) + Math.tan(i))
    const sent = Promise.all(noise.map((value) => producer.send('orders', { value })))
    // Turns of the real loop, in which no virtual time goes by.
    void producer.flush()
    await time.advance(0)
    while (held() > 0) await time.advance(0)
    await close()
    assert.equal((await sent).at(-1)?.offset, 2999)
    assert.deepEqual(
      cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values)),
      noise,
    )
    assert.ok(cluster.requests.some(({ batches }) => (batches[0]?.records.length ?? 0) > 300))
  })

test('the estimate of compression is quickly worse and slowly better', () => {
  assert.equal(nextEstimate(1, 0.2), 0.995)
  assert.equal(nextEstimate(0.5, 0.51), 0.55)
  assert.equal(nextEstimate(0.5, 0.9), 0.9)
  assert.equal(nextEstimate(0.5, 0.499), 0.499)
})

test('what compresses well fills batches with more than batch.size of records', async () => {
  const { cluster, producer, time, close } = produce({ compressionType: 'zstd', batchSize: 2000, lingerMs: 5 }, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  for (let i = 0; i < 4000; i++) {
    void producer.send('orders', { value: text(i % 10) })
    if (i % 200 === 0) await time.advance(10)
  }
  await close()
  const counts = cluster.requests.flatMap(({ batches }) => batches.map(({ records }) => records.length))
  assert.ok(Math.max(...counts) > 30, `the largest batch has ${Math.max(...counts)} records`)
})

test('a leader that an answer names is tried without back-off (KIP-951)', async () => {
  const { cluster, producer, time, close } = produce({ retryBackoffMs: 100_000, retryBackoffMaxMs: 100_000 }, { orders: [1] })
  cluster.endpoints = [{ nodeId: 2, host: 'two', port: 9, rack: null }]
  cluster.onProduce = (request) => {
    if (request.broker === 2) return request.answer()
    return request.answer('NOT_LEADER_OR_FOLLOWER', { currentLeader: { leaderId: 2, leaderEpoch: 9 } })
  }
  const sent = producer.send('orders', { value: 'v' })
  await time.advance(6)
  assert.equal((await sent).offset, 0)
  assert.deepEqual(cluster.learnt, [
    { topic: 'orders', partition: 0, leader: 2, leaderEpoch: 9, endpoint: { nodeId: 2, host: 'two', port: 9, rack: null } },
  ])
  await close()
})

test('records that a broker names fail with their own text, the others because of them', async () => {
  const { cluster, producer, failure, time, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) =>
    request.answer('INVALID_RECORD', { errorMessage: 'bad batch', recordErrors: [{ batchIndex: 1, batchIndexErrorMessage: 'no key' }] })
  const sent = ['a', 'b', 'c'].map((value) => producer.send('orders', { value }))
  const settled = Promise.allSettled(sent)
  await time.advance(5)
  const messages = (await settled).map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason.message) : ''))
  assert.match(messages[0] ?? '', /orders-0: bad batch/)
  assert.equal(messages[1], 'no key')
  assert.match(messages[2] ?? '', /orders-0: bad batch/)
  cluster.onProduce = (request) => request.answer()
  assert.equal(await failure(producer.send('orders', { value: 'd' })), undefined)
  assert.deepEqual([cluster.requests.at(-1)?.batches[0]?.epoch, cluster.requests.at(-1)?.batches[0]?.sequence], [1, 0])
  await close()
})

for (const code of [
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'POLICY_VIOLATION',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'INVALID_PRODUCER_EPOCH',
  'UNKNOWN_SERVER_ERROR',
] as const) {
  test(`${code} fails the batch, and the producer goes on`, async () => {
    const { cluster, producer, failure, close } = produce({}, { orders: [1] })
    cluster.onProduce = (request) => request.answer(code)
    assert.equal(await failure(producer.send('orders', { value: 'a' })), code)
    cluster.onProduce = (request) => request.answer()
    assert.equal(await failure(producer.send('orders', { value: 'b' })), undefined)
    await close()
  })
}

test('CLUSTER_AUTHORIZATION_FAILED ends the producer, with what to do', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer('CLUSTER_AUTHORIZATION_FAILED')
  const sent = producer.send('orders', { value: 'a' })
  assert.equal(await failure(sent), 'CLUSTER_AUTHORIZATION_FAILED')
  await assert.rejects(sent, { fatal: true, hint: /IdempotentWrite/ })
  assert.equal(await failure(producer.send('orders', { value: 'b' })), 'CLUSTER_AUTHORIZATION_FAILED')
  assert.equal(cluster.requests.length, 1)
  await close()
})

test('no producer id for want of rights: records fail with what to do, and the next ones ask again', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  cluster.onCall = () => ({ errorCode: 31, producerId: -1, producerEpoch: -1 })
  const sent = producer.send('orders', { value: 'a' })
  assert.equal(await failure(sent), 'CLUSTER_AUTHORIZATION_FAILED')
  await assert.rejects(sent, { hint: /enableIdempotence: false/ })
  cluster.onCall = () => undefined
  cluster.onProduce = (request) => request.answer()
  assert.equal(await failure(producer.send('orders', { value: 'b' })), undefined)
  await close()
})

test('a producer id is asked for until there is one', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  const answers: (object | Error)[] = [new KafkaError('NETWORK_EXCEPTION'), { errorCode: 14, producerId: -1, producerEpoch: -1 }]
  cluster.onCall = () => answers.shift()
  cluster.onProduce = (request) => request.answer()
  assert.equal(await failure(producer.send('orders', { value: 'a' })), undefined)
  assert.equal(cluster.otherCalls.length, 3)
  await close()
})

test('retries bounds the attempts', async () => {
  const { cluster, producer, failure, close } = produce({ retries: 2, enableIdempotence: false }, { orders: [1] })
  cluster.onProduce = (request) => request.answer('NOT_ENOUGH_REPLICAS')
  assert.equal(await failure(producer.send('orders', { value: 'a' })), 'NOT_ENOUGH_REPLICAS')
  assert.equal(cluster.requests.length, 3)
  await close()
})

test('delivery.timeout.ms: the message says how many records of which partition, how often it was tried, and what the last answer was', async () => {
  const { cluster, producer, time, failure, close } = produce({ deliveryTimeoutMs: 40_000 }, { orders: [1] })
  cluster.onProduce = (request) => request.answer('NOT_ENOUGH_REPLICAS')
  const sent = producer.send('orders', { value: 'a' })
  assert.equal(await failure(sent), 'REQUEST_TIMED_OUT')
  await assert.rejects(sent, {
    message: /1 record for orders-0 not acknowledged within 40000 ms .* attempts; the last attempt: NOT_ENOUGH_REPLICAS/,
  })
  assert.ok(time.monotonic() >= 40_000)
  await close()
})

test('a partition without a leader waits for one, and asks for it', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [-1] })
  cluster.onProduce = (request) => request.answer()
  const sent = producer.send('orders', { value: 'a' })
  await time.advance(10)
  assert.ok(cluster.refreshes > 0)
  cluster.publish({ orders: [2] })
  await time.advance(0)
  assert.equal((await sent).offset, 0)
  await close()
})

test('a broker that can not be reached is tried again; one that refuses us fails its records at once', async () => {
  const { cluster, producer, time, failure, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer()
  cluster.unready.add(1)
  const sent = producer.send('orders', { value: 'a' })
  await time.advance(500)
  assert.equal(cluster.requests.length, 0)
  cluster.unready.clear()
  assert.equal(await failure(sent), undefined)
  cluster.connect = () => Promise.reject(new KafkaError('SASL_AUTHENTICATION_FAILED', 'wrong password'))
  cluster.unready.add(1)
  cluster.onProduce = (request) => request.fail('NETWORK_EXCEPTION')
  assert.equal(await failure(producer.send('orders', { value: 'b' })), 'SASL_AUTHENTICATION_FAILED')
  await close()
})

test('an answer that leaves a partition out counts as lost', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  let answered = 0
  cluster.onProduce = (request) => (answered++ === 0 ? request.answer('NONE', { index: 5 }) : request.answer())
  const sent = producer.send('orders', { value: 'a' })
  await time.advance(5000)
  assert.equal((await sent).partition, 0)
  assert.equal(cluster.requests.length, 2)
  await close()
})

test('DUPLICATE_SEQUENCE_NUMBER is success, at an offset that nobody knows', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  cluster.onProduce = (request) => request.answer('DUPLICATE_SEQUENCE_NUMBER')
  const sent = producer.send('orders', { value: 'a' })
  await time.advance(5)
  assert.equal((await sent).offset, -1)
  await close()
})

test('the epoch after the last one is a new producer id', async () => {
  const { cluster, producer, failure, close } = produce({}, { orders: [1] })
  let answers = 0
  cluster.onCall = () => ({ errorCode: 0, producerId: 100 + answers++, producerEpoch: answers === 1 ? 32_767 : 0 })
  cluster.onProduce = (request) =>
    request.batches[0]?.producerId === 100 ? request.answer('UNKNOWN_PRODUCER_ID', { logStartOffset: 3 }) : request.answer()
  assert.equal(await failure(producer.send('orders', { value: 'a' })), undefined)
  const last = cluster.requests.at(-1)?.batches[0]
  assert.deepEqual([last?.producerId, last?.epoch, last?.sequence], [101, 0, 0])
  assert.ok(last !== undefined && findBatchProblem(last.bytes, 0, last.bytes.length) === undefined)
  await close()
})

test('interceptors see every record and its outcome, and may change it; one that throws disturbs nobody', async () => {
  const seen: unknown[] = []
  const { cluster, producer, time, said, close } = produce(
    {
      interceptors: [
        {
          onSend: () => {
            throw new Error('not today')
          },
        },
        {
          onSend: (record) => ({ ...record, headers: { seen: 'yes' }, value: 'changed' }),
          onAcknowledgement: (metadata, error) => void seen.push([metadata.topic, metadata.partition, metadata.offset, error?.message]),
        },
      ],
    },
    { orders: [1] },
  )
  cluster.onProduce = (request) => request.answer()
  const sent = producer.send('orders', { value: 'a' })
  producer.enqueue('orders', { value: 'b' })
  const all = producer.sendAll('orders', [{ value: 'c' }])
  await time.advance(5)
  await Promise.all([sent, all])
  assert.deepEqual(
    cluster.requests.flatMap(({ batches }) => batches.flatMap(({ values }) => values)),
    ['changed', 'changed', 'changed'],
  )
  assert.deepEqual(
    seen,
    [0, 1, 2].map((offset) => ['orders', 0, offset, undefined]),
  )
  assert.match(said.warnings[0] ?? '', /not today/)
  await close()
})

test('metrics have the names of Kafka', async () => {
  const { cluster, producer, time, close } = produce({ compressionType: 'gzip' }, { orders: [1] })
  let answers = 0
  cluster.onProduce = (request) => (answers++ === 0 ? request.answer('NOT_ENOUGH_REPLICAS') : request.answer())
  const sent = Promise.all(upTo(10).map((i) => producer.send('orders', { value: text(i) })))
  await time.advance(1000)
  await sent
  const metrics = producer.metrics()
  assert.equal(metrics.get('record-send-total', { group: 'producer-metrics' }), 10)
  assert.equal(metrics.get('record-send-total', { group: 'producer-topic-metrics', tags: { topic: 'orders' } }), 10)
  assert.equal(metrics.get('record-retry-total', { group: 'producer-metrics' }), 10)
  assert.equal(metrics.get('record-error-total', { group: 'producer-metrics' }), 0)
  assert.ok((metrics.get('compression-rate-avg') ?? 1) < 1)
  assert.equal(metrics.get('buffer-available-bytes'), metrics.get('buffer-total-bytes'))
  await close()
})

test('zstd for a broker that is too old for it: the batch fails, and the producer goes on elsewhere', async () => {
  const { cluster, producer, failure, time, close } = produce({ compressionType: 'zstd', enableIdempotence: true }, { orders: [1] })
  cluster.versions.set('Produce', 6)
  assert.equal(await failure(producer.send('orders', { value: 'v' })), 'UNSUPPORTED_COMPRESSION_TYPE')
  cluster.versions.delete('Produce')
  cluster.onProduce = (request) => request.answer()
  const sent = producer.send('orders', { value: 'v' }).then(({ offset }) => offset)
  await time.advance(100)
  assert.equal(await sent, 0)
  await close()
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import type { ErrorName } from '@odradek/protocol'
import { produce } from './producer-fixture.ts'
import type { FakeCluster, SentRequest } from './producer-fixture.ts'

/** Leaders that keep sequences as Kafka's do: refuse gaps, take duplicates once, and any first sequence where they know nothing of the producer. */
class Leaders {
  /** What was written, by `topic-partition`. */
  readonly logs = new Map<string, (string | null)[]>()
  readonly #states = new Map<string, { epoch: number; next: number; recent: { sequence: number; offset: number }[] }>()

  forget(): void {
    this.#states.clear()
  }

  write(request: SentRequest): void {
    request.answerEach(request.batches.map((batch) => this.#write(batch)))
  }

  #write({ topic, partition, producerId, epoch, sequence, values }: SentRequest['batches'][number]): {
    errorCode: number
    baseOffset: number
  } {
    const key = `${topic}-${partition}`
    const log = this.logs.get(key) ?? []
    this.logs.set(key, log)
    const id = `${key}/${producerId}`
    let state = this.#states.get(id)
    if (state === undefined || epoch > state.epoch) {
      if (state !== undefined && sequence !== 0) return { errorCode: 45, baseOffset: -1 }
      state = { epoch, next: sequence, recent: [] }
      this.#states.set(id, state)
    }
    if (epoch < state.epoch) return { errorCode: 47, baseOffset: -1 }
    const duplicate = state.recent.find((known) => known.sequence === sequence)
    if (duplicate !== undefined) return { errorCode: 0, baseOffset: duplicate.offset }
    if (sequence !== state.next) return { errorCode: 45, baseOffset: -1 }
    const offset = log.length
    log.push(...values)
    state.next = sequence + values.length
    state.recent = [...state.recent, { sequence, offset }].slice(-5)
    return { errorCode: 0, baseOffset: offset }
  }
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i))

test('concurrent idempotent sends lost: 1 000 parallel sends to one partition have 1 000 offsets, in order, whatever answers get lost', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 200 }, { orders: [1] })
  const leaders = new Leaders()
  let requests = 0
  cluster.onProduce = (request) => {
    requests++
    // Some requests never arrive, some are written and their answer gets lost.
    if (requests % 7 === 3) return time.after(3, () => request.fail('NETWORK_EXCEPTION'))
    time.after(1, () => {
      if (requests % 11 === 5) {
        const answered = { ...request, answerEach: () => request.fail('REQUEST_TIMED_OUT') }
        leaders.write(answered)
      } else leaders.write(request)
    })
    return undefined
  }
  const deliveries = numbers(1000).map((value) => producer.send('orders', { value }))
  const all = Promise.all(deliveries)
  await time.advance(100_000)
  const offsets = (await all).map(({ offset }) => offset)
  assert.deepEqual(offsets, numbers(1000).map(Number))
  assert.deepEqual(leaders.logs.get('orders-0'), numbers(1000))
  await close()
})

test('producer dead after the broker lost its state: the send after it succeeds, once', async () => {
  for (const answer of ['any sequence', 'UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER'] as const) {
    const { cluster, producer, time, close } = produce({}, { orders: [1] })
    const leaders = new Leaders()
    cluster.onProduce = (request) => leaders.write(request)
    const send = async (value: string): Promise<number> => {
      const delivery = producer.send('orders', { value })
      await time.advance(5000)
      return (await delivery).offset
    }
    assert.equal(await send('a'), 0)
    leaders.forget()
    if (answer !== 'any sequence') {
      cluster.onProduce = (request) => {
        if (request.batches[0]?.epoch === 0) request.answer(answer, { logStartOffset: 1, baseOffset: -1 })
        else leaders.write(request)
      }
    }
    assert.equal(await send('b'), 1)
    assert.equal(await send('c'), 2)
    assert.deepEqual(leaders.logs.get('orders-0'), ['a', 'b', 'c'])
    await close()
  }
})

test('second batch taken, first refused: NOT_LEADER for the first alone, and the order is kept', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 100 }, { orders: [1] })
  const leaders = new Leaders()
  for (const value of numbers(12)) void producer.send('orders', { value: value.padEnd(60) })
  let first = true
  cluster.onProduce = (request) => {
    if (!first) return leaders.write(request)
    first = false
    return request.answer('NOT_LEADER_OR_FOLLOWER')
  }
  await time.advance(5000)
  assert.deepEqual(
    leaders.logs.get('orders-0')?.map((value) => value?.trim()),
    numbers(12),
  )
  await close()
})

test('second batch taken, first refused: nothing is sent behind a first batch that a leader without state may refuse', async () => {
  const { cluster, producer, time, close } = produce({ batchSize: 100 }, { orders: [1] })
  for (const value of numbers(4)) void producer.send('orders', { value: value.padEnd(60) })
  await time.advance(5)
  assert.equal(cluster.produced.length, 1, 'one batch before the first success')
  cluster.produced[0]?.answer()
  await time.advance(0)
  assert.equal(cluster.produced.length, 3, 'then as many as there are')
  // The partition moves: the new leader has to prove itself, after the last answer of the old one.
  cluster.publish({ orders: [2] })
  for (const value of numbers(3)) void producer.send('orders', { value: value.padEnd(60) })
  await time.advance(5)
  assert.deepEqual(
    cluster.produced.map(({ broker }) => broker),
    [1, 1, 1],
  )
  for (const request of cluster.produced.slice()) request.answer()
  await time.advance(0)
  assert.deepEqual(
    cluster.produced.map(({ broker }) => broker),
    [2],
  )
  cluster.onProduce = (request) => request.answer()
  cluster.produced[0]?.answer()
  await close()
})

test('buffer freed at expiry: a batch that expires on the wire keeps its bytes until the answer', async () => {
  const { cluster, producer, time, close, failure } = produce(
    { deliveryTimeoutMs: 2000, requestTimeoutMs: 1900, lingerMs: 5, bufferMemory: 100_000, batchSize: 1000 },
    { orders: [1], other: [2] },
  )
  const stalled = producer.send('orders', { value: 'mine'.repeat(100) })
  stalled.catch(() => undefined)
  await time.advance(5)
  const [request] = cluster.produced
  assert.ok(request !== undefined)
  const before = Buffer.concat(request.live.map((bytes) => Buffer.from(bytes)))
  await time.advance(2000)
  assert.equal(await failure(stalled), 'REQUEST_TIMED_OUT')
  cluster.onProduce = (later) => later.answer()
  for (let i = 0; i < 50; i++) {
    void producer.send('other', { value: 'other'.repeat(100) })
    await time.advance(5)
  }
  assert.deepEqual(Buffer.concat(request.live), before)
  // The broker has it after all: known now, and the next record follows.
  request.answer()
  await time.advance(5)
  const next = producer.send('orders', { value: 'next' })
  await time.advance(5)
  assert.equal((await next).offset, 1)
  assert.equal(cluster.requests.at(-1)?.batches[0]?.sequence, 1)
  assert.equal(cluster.requests.at(-1)?.batches[0]?.epoch, 0)
  await close()
})

test('a batch that expired on the wire and was never written costs an epoch, and nothing is lost behind it', async () => {
  const { cluster, producer, time, close, failure } = produce(
    { deliveryTimeoutMs: 2000, requestTimeoutMs: 1900, lingerMs: 5 },
    { orders: [1] },
  )
  const stalled = producer.send('orders', { value: 'a' })
  stalled.catch(() => undefined)
  await time.advance(2005)
  assert.equal(await failure(stalled), 'REQUEST_TIMED_OUT')
  const next = producer.send('orders', { value: 'b' })
  await time.advance(100)
  assert.equal(cluster.produced.length, 1, 'nothing new while the outcome is open')
  cluster.produced[0]?.fail('NETWORK_EXCEPTION')
  cluster.onProduce = (request) => request.answer()
  await time.advance(100)
  assert.equal((await next).offset, 0)
  assert.deepEqual(
    cluster.requests.map(({ batches }) => [batches[0]?.epoch, batches[0]?.sequence]),
    [
      [0, 0],
      [1, 0],
    ],
  )
  await close()
})

test('codec missing: four codecs are written, and read back', async () => {
  for (const compressionType of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    const { cluster, producer, time, close } = produce({ compressionType }, { orders: [1] })
    cluster.onProduce = (request) => request.answer()
    const values = numbers(100).map((value) => `value ${value} ${'x'.repeat(50)}`)
    const deliveries = Promise.all(values.map((value) => producer.send('orders', { value })))
    await time.advance(5)
    assert.equal((await deliveries).length, 100)
    assert.deepEqual(
      cluster.requests.flatMap(({ batches }) => batches.flatMap((batch) => batch.values)),
      values,
    )
    const size = cluster.requests.reduce((sum, { batches }) => sum + batches.reduce((bytes, batch) => bytes + batch.bytes.length, 0), 0)
    assert.ok(size < 3000, `${compressionType} made ${size} bytes`)
    await close()
  }
})

test('one partition has a gap: it goes on under another epoch, and the others are not disturbed', async () => {
  const { cluster, producer, time, close } = produce({ lingerMs: 0 }, { orders: [1, 1] })
  const leaders = new Leaders()
  let refused = false
  cluster.onProduce = (request) => {
    const isBad = request.batches.some(({ partition, sequence, epoch }) => partition === 0 && sequence === 1 && epoch === 0)
    if (!isBad || refused) return leaders.write(request)
    refused = true
    return request.answerEach(request.batches.map(({ partition }): ErrorName => (partition === 0 ? 'INVALID_RECORD' : 'NONE')))
  }
  const send = async (value: string, partition: number): Promise<void> => {
    void producer.send('orders', { value, partition }).catch(() => undefined)
    await time.advance(10)
  }
  for (const value of ['a', 'bad', 'c', 'd']) await send(value, 0)
  for (const value of ['A', 'B']) await send(value, 1)
  assert.deepEqual(leaders.logs.get('orders-0'), ['a', 'c', 'd'])
  assert.deepEqual(leaders.logs.get('orders-1'), ['A', 'B'])
  await close()
})

/** Answers with the errors of a script, one each request, then writes. */
function scripted(cluster: FakeCluster, leaders: Leaders, script: readonly ErrorName[]): void {
  const left = [...script]
  cluster.onProduce = (request) => {
    const code = left.shift()
    if (code === undefined || code === 'NONE') leaders.write(request)
    else request.answer(code)
  }
}

test('every retriable answer is tried again, with the same bytes, until it is written', async () => {
  const codes: readonly ErrorName[] = [
    'CORRUPT_MESSAGE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'LEADER_NOT_AVAILABLE',
    'NOT_LEADER_OR_FOLLOWER',
    'REQUEST_TIMED_OUT',
    'NETWORK_EXCEPTION',
    'NOT_ENOUGH_REPLICAS',
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'KAFKA_STORAGE_ERROR',
    'FENCED_LEADER_EPOCH',
    'UNKNOWN_TOPIC_ID',
  ]
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const leaders = new Leaders()
  scripted(cluster, leaders, codes)
  const delivery = producer.send('orders', { value: 'v' })
  await time.advance(100_000)
  assert.equal((await delivery).offset, 0)
  assert.equal(cluster.requests.length, codes.length + 1)
  for (const { batches } of cluster.requests) assert.deepEqual(batches[0]?.bytes, cluster.requests[0]?.batches[0]?.bytes)
  await close()
})

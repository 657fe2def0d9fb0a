import assert from 'node:assert/strict'
import { test } from 'node:test'
import { int32, json } from '../serdes/index.ts'
import { topic } from '../topic.ts'
import { produce } from './producer-fixture.ts'

/** As from a program in JavaScript, whose types nobody has checked. */
const untyped = (record: unknown): ReturnType<typeof JSON.parse> => record

test('what is no record is refused at once, before and after its topic is known, with what it should be', async () => {
  const { cluster, producer, time, close } = produce()
  cluster.onProduce = (request) => request.answer()
  for (const isKnown of [false, true]) {
    for (const [record, says] of [
      [null, /record .* null/],
      [{ value: 'v', headers: 7 }, /headers .* number/],
      [{ value: 'v', headers: null }, /headers .* null/],
      [{ value: 'v', headers: [['a', 5]] }, /header a .* number/],
      [{ value: 5 }, /value .* number/],
      [{ value: 'v', timestamp: -1 }, /timestamp .* -1/],
      [{ value: 'v', partition: -1 }, /partition .*-1/],
      [{ value: 'v', partition: 0.5 }, /partition .*0.5/],
      [{ value: 'v', partition: '1' }, /partition .*1/],
    ] as const) {
      const outcome = assert.rejects(
        async () => producer.send('orders', untyped(record)),
        (error: unknown) => {
          assert(error instanceof Error && 'hint' in error)
          assert.match(error.message, says)
          assert.match(String(error.hint), /./)
          return true
        },
      )
      await time.advance(0)
      await outcome
    }
    const good = producer.send('orders', { value: 'good', partition: 0 }).then(({ offset }) => offset)
    await time.advance(100)
    assert.equal(await good, isKnown ? 1 : 0)
  }
  await close()
})

test('enqueue says that it has no place also while a topic is not known yet, and ready() waits until it is', async () => {
  const { cluster, producer, time, close } = produce({ bufferMemory: 10_000, batchSize: 1000 }, {})
  cluster.onProduce = (request) => request.answer()
  let taken = 0
  // Whoever stops at false is never refused.
  while (producer.enqueue('orders', { value: 'x'.repeat(500) })) taken++
  assert.ok(taken > 3 && taken < 20, `${taken} records`)
  let isReady = false
  const ready = producer.ready().then(() => (isReady = true))
  await time.advance(500)
  assert.equal(isReady, false)
  cluster.publish({ orders: [1] })
  await time.advance(1000)
  await ready
  await close()
  assert.equal(cluster.requests.flatMap(({ batches }) => batches.flatMap(({ records }) => records)).length, taken + 1)
})

test('a datum that a serde does not take is named with its topic and its part', async () => {
  const { producer, time, close } = produce()
  const orders = topic('orders', { key: int32, value: json<unknown>() })
  for (const [record, says] of [
    [
      { key: 'three', value: {} },
      /^The key of a record for orders can't be written: A whole number of 32 bits was expected, and this is the string "three"/,
    ],
    [{ key: 3, value: () => 3 }, /^The value of a record for orders can't be written: JSON has no form/],
    [{ key: 3 }, /^The value of a record for orders is not given\. Give one, or null/],
  ] as const) {
    const outcome = assert.rejects(async () => producer.send(orders, untyped(record)), { code: 'ODRADEK_SERIALIZATION', message: says })
    await time.advance(0)
    await outcome
  }
  await close()
})

test('who sends as with kafkajs, or names no topic, is told how it is written here', async () => {
  const { producer, time, close } = produce()
  for (const [given, says] of [
    [{ topic: 'orders', messages: [] }, /send\(topic, record\), or sendAll/],
    [undefined, /send\('orders', record\)/],
    [null, /is null/],
  ] as const) {
    const outcome = assert.rejects(async () => producer.send(untyped(given), { value: 'v' }), {
      code: 'ODRADEK_SERIALIZATION',
      message: says,
    })
    await time.advance(0)
    await outcome
    assert.throws(() => producer.enqueue(untyped(given), { value: 'v' }), says)
  }
  await close()
})

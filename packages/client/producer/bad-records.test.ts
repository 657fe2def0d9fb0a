import assert from 'node:assert/strict'
import { test } from 'node:test'
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

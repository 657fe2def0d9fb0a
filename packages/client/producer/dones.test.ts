import assert from 'node:assert/strict'
import { test } from 'node:test'
import { produce } from './producer-fixture.ts'

test('whether one function is given for many records, another for some, or none: each is told of its own records', async () => {
  const { cluster, producer, time, close } = produce({}, { orders: [1] })
  const told: string[] = []
  const teller = (name: string) => (error: Error | undefined, partition: number, offset: number) =>
    void told.push(`${name} ${error === undefined ? offset : 'failed'} in ${partition}`)
  const [a, b] = [teller('a'), teller('b')]
  for (const done of [undefined, a, a, b, undefined, undefined, b, a, a]) producer.enqueue('orders', { value: 'v' }, done)
  await time.advance(5)
  cluster.produced[0]!.answer()
  await time.advance(0)
  const offsets = ['a 1', 'a 2', 'b 3', 'b 6', 'a 7', 'a 8']
  assert.deepEqual(
    told,
    offsets.map((offset) => `${offset} in 0`),
  )
  await close()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@odradek/protocol'
import { KeyedMap } from './keyed-map.ts'
import { names, only, partitions } from './keys.ts'
import { perItem } from './per-item.ts'
import type { Settle } from './per-item.ts'

/** Items that a test settles itself. */
function items(asked: readonly string[]) {
  const done = Promise.withResolvers<void>()
  let settle: Settle<string, number> = () => {}
  const result = perItem<string, number>('describeTopics', names, asked, (given) => {
    settle = given
    return done.promise
  })
  return {
    result,
    done,
    ok: (key: string, value: number) => settle(key, { ok: true, value }),
    bad: (key: string, error: KafkaError) => settle(key, { ok: false, error }),
  }
}

test('awaited, it is a map in the order asked', async () => {
  const { result, done, ok } = items(['b', 'a'])
  ok('a', 1)
  ok('b', 2)
  done.resolve()
  assert.deepEqual(
    [...(await result)],
    [
      ['b', 2],
      ['a', 1],
    ],
  )
})

test('awaited, the first failure in the order asked is thrown, and tells of all others', async () => {
  const { result, done, ok, bad } = items(['a', 'b', 'c'])
  bad('c', new KafkaError('INVALID_CONFIG'))
  ok('a', 1)
  bad('b', new KafkaError('TOPIC_ALREADY_EXISTS', 'there is one'))
  done.resolve()
  await assert.rejects(
    async () => result,
    (error: KafkaError) => {
      assert.equal(error.code, 'TOPIC_ALREADY_EXISTS')
      assert.match(error.message, /there is one \(and 1 of 2 others failed/)
      assert.deepEqual(error.outcomes?.get('a'), { ok: true, value: 1 })
      return true
    },
  )
})

test('one item can be had before the others are done, and after', async () => {
  const { result, done, ok, bad } = items(['a', 'b'])
  const early = result.of('a')
  ok('a', 1)
  assert.equal(await early, 1)
  assert.equal(await result.of('a'), 1)
  bad('b', new KafkaError('INVALID_CONFIG'))
  done.resolve()
  await assert.rejects(result.of('b'), { code: 'INVALID_CONFIG' })
})

test('an item that was not asked for is refused', async () => {
  const { result, done, ok } = items(['a'])
  ok('a', 1)
  done.resolve()
  await assert.rejects(result.of('z'), { code: 'ODRADEK_STATE', message: /was not asked about z/ })
})

test('the first word about an item counts', async () => {
  const { result, done, ok, bad } = items(['a'])
  ok('a', 1)
  bad('a', new KafkaError('INVALID_CONFIG'))
  done.resolve()
  assert.equal((await result).get('a'), 1)
})

test('whoever looks at outcomes one by one hears no complaint about those that failed', async (t) => {
  const complaints: unknown[] = []
  const listen = (error: unknown): void => void complaints.push(error)
  process.on('unhandledRejection', listen)
  t.after(() => process.off('unhandledRejection', listen))
  const { result, done, bad } = items(['a'])
  const settled = result.settled()
  bad('a', new KafkaError('INVALID_CONFIG'))
  done.resolve()
  await settled
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(complaints, [])
})

test('keys are compared by what they say, undefined among them', () => {
  const map = new KeyedMap(partitions.identify, [[{ topic: 'orders', partition: 0 }, 'first']])
  assert.equal(map.get({ topic: 'orders', partition: 0 }), 'first')
  assert.equal(map.get({ topic: 'orders', partition: 1 }), undefined)
  assert.equal(map.has({ topic: 'orders', partition: 0 }), true)
  map.set({ topic: 'orders', partition: 0 }, 'second')
  assert.deepEqual([...map], [[{ topic: 'orders', partition: 0 }, 'second']])
  assert.equal(map.delete({ topic: 'orders', partition: 0 }), true)
  assert.equal(map.size, 0)
  assert.equal(new KeyedMap(only.identify, [[undefined, 1]]).get(undefined), 1)
})

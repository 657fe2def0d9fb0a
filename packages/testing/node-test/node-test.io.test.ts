import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { useBroker } from './index.ts'

const kafka = await useBroker({ topics: { orders: 3 } })
let port = 0

test('the first test finds its topics, and its subtests go on with what it wrote', async (t) => {
  port = kafka.port
  await kafka.produce('orders', [{ value: 'a' }])
  await t.test('a subtest', () => assert.equal(kafka.snapshot('orders').length, 1))
  assert.equal(kafka.snapshot('orders').length, 1)
})

test('the next one finds them empty, at the same port', () => {
  assert.equal(kafka.snapshot('orders').length, 0)
  assert.equal(kafka.port, port)
})

describe('a suite with a broker of its own', async () => {
  const own = await useBroker({ topics: { users: 1 } })

  it('has it beside that of the file', async () => {
    assert.notEqual(own.port, kafka.port)
    await own.produce('users', [{ value: 'a' }])
  })

  it('and it is reset before each test', () => assert.equal(own.snapshot('users').length, 0))
})

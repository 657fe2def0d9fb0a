// A service written with @platformatic/kafka, and its tests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Consumer, MessagesStreamModes, Producer, stringSerializers } from '@platformatic/kafka'
import { useBroker } from 'odradek/node-test'

/** The service: bills orders. */
async function startBilling(broker) {
  const base = { clientId: 'billing', bootstrapBrokers: [broker], retryDelay: 50 }
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true })
  const consumer = new Consumer({ ...base, groupId: 'billing' })
  const mode = { mode: MessagesStreamModes.COMMITTED, fallbackMode: 'earliest' }
  const stream = await consumer.consume({ topics: ['orders'], ...mode, autocommit: 50, sessionTimeout: 10_000, heartbeatInterval: 200 })
  const billing = (async () => {
    for await (const message of stream) {
      const { items } = JSON.parse(message.value.toString())
      const total = items.reduce((sum, { price, count }) => sum + price * count, 0)
      await producer.send({ messages: [{ topic: 'receipts', key: message.key.toString(), value: JSON.stringify({ total }) }] })
    }
  })()
  return {
    async stop() {
      await consumer.close(true)
      await billing
      await producer.close()
    },
  }
}

const kafka = await useBroker({ topics: { orders: 3, receipts: 1 } })
const order = { key: 'ann', value: { items: [{ price: 2, count: 3 }] } }

test('an order is billed, and its offset committed', async (t) => {
  const billing = await startBilling(kafka.bootstrapServers)
  t.after(() => billing.stop())
  await kafka.produce('orders', [order])
  const [receipt] = await kafka.waitForRecords('receipts', { where: ({ key }) => key === 'ann' })
  assert.deepEqual(receipt.value, { total: 6 })
  await kafka.waitForGroup('billing', { state: 'Stable', lag: 0 })
})

test('an order is billed though the leader of the receipts has moved for a moment', async (t) => {
  const moved = kafka.failNext('Produce', { topic: 'receipts', error: 'NOT_LEADER_OR_FOLLOWER' })
  const billing = await startBilling(kafka.bootstrapServers)
  t.after(() => billing.stop())
  await kafka.produce('orders', [order])
  await kafka.waitForRecords('receipts', { timeout: '30 s' })
  assert.equal(moved.hits, 1)
})

test('a slow broker makes it slow, and loses nothing', async (t) => {
  kafka.delay('Produce', '30 ms')
  const billing = await startBilling(kafka.bootstrapServers)
  t.after(() => billing.stop())
  await kafka.produce('orders', [order, order, order])
  assert.equal((await kafka.waitForRecords('receipts', { count: 3 })).length, 3)
})

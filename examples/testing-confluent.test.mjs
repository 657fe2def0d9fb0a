// A service written with @confluentinc/kafka-javascript, which is librdkafka, and its tests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import confluent from '@confluentinc/kafka-javascript'
import { useBroker } from 'odradek/node-test'

const { Kafka, logLevel } = confluent.KafkaJS

/** The service: bills orders. */
async function startBilling(broker) {
  const kafka = new Kafka({ kafkaJS: { clientId: 'billing', brokers: [broker], logLevel: logLevel.NOTHING } })
  const producer = kafka.producer({ kafkaJS: { idempotent: true } })
  const consumer = kafka.consumer({ kafkaJS: { groupId: 'billing', fromBeginning: true, autoCommitInterval: 100 } })
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topic: 'orders' })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { items } = JSON.parse(message.value.toString())
      const total = items.reduce((sum, { price, count }) => sum + price * count, 0)
      await producer.send({ topic: 'receipts', messages: [{ key: message.key, value: JSON.stringify({ total }) }] })
    },
  })
  return { stop: () => Promise.all([consumer.disconnect(), producer.disconnect()]) }
}

const kafka = await useBroker({ topics: { orders: 3, receipts: 1 } })
const order = { key: 'ann', value: { items: [{ price: 2, count: 3 }] } }

test('an order is billed, and its offset committed', async (t) => {
  const billing = await startBilling(kafka.bootstrapServers)
  t.after(() => billing.stop())
  await kafka.produce('orders', [order])
  const [receipt] = await kafka.waitForRecords('receipts', { where: ({ key }) => key === 'ann', timeout: '10 s' })
  assert.deepEqual(receipt.value, { total: 6 })
  await kafka.waitForGroup('billing', { state: 'Stable', lag: 0 })
})

test('an order is billed once, though a receipt is written and the broker does not say so', async (t) => {
  const lost = kafka.failNext('Produce', { topic: 'receipts', disconnect: true, applied: true })
  const billing = await startBilling(kafka.bootstrapServers)
  t.after(() => billing.stop())
  await kafka.produce('orders', [order])
  await kafka.waitForGroup('billing', { lag: 0 })
  assert.equal(lost.hits, 1)
  assert.equal(kafka.snapshot('receipts').length, 1)
})

test('it goes on when all its connections break', async (t) => {
  const billing = await startBilling(kafka.bootstrapServers)
  t.after(() => billing.stop())
  await kafka.waitForGroup('billing', { state: 'Stable' })
  kafka.dropConnections()
  await kafka.produce('orders', [order])
  await kafka.waitForRecords('receipts', { timeout: '30 s' })
})

/**
 * A service written with kafkajs, tested with Jest: `npm install --save-dev odradek jest`, and `"jest": { "preset": "odradek/jest" }` in package.json. Each test file
 * has a broker, `kafka` among the globals, that is reset before each test.
 *
 * @jest-environment odradek/jest
 */
/* global afterEach, beforeEach, expect, kafka, test */
const { Kafka, logLevel } = require('kafkajs')

/** The service: bills orders. */
async function startBilling(broker) {
  const client = new Kafka({ clientId: 'billing', brokers: [broker], logLevel: logLevel.NOTHING })
  const producer = client.producer()
  const consumer = client.consumer({ groupId: 'billing', maxWaitTimeInMs: 200 })
  await producer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { price, count } = JSON.parse(message.value.toString())
      await producer.send({ topic: 'receipts', messages: [{ key: message.key, value: JSON.stringify({ total: price * count }) }] })
    },
  })
  return { stop: () => Promise.all([consumer.disconnect(), producer.disconnect()]) }
}

let billing

beforeEach(async () => {
  await kafka.createTopics({ orders: 3, receipts: 1 })
  billing = await startBilling(process.env.KAFKA_BROKERS)
})
afterEach(() => billing.stop())

test('an order is billed', async () => {
  await kafka.produce('orders', [{ key: 'ann', value: { price: 2, count: 3 } }])
  const [receipt] = await kafka.waitForRecords('receipts')
  expect(receipt).toMatchObject({ key: 'ann', value: { total: 6 } })
})

test('nothing is left of the test before', async () => {
  expect(kafka.snapshot('receipts')).toHaveLength(0)
  await kafka.produce('orders', [{ key: 'ben', value: { price: 1, count: 1 } }])
  expect(await kafka.waitForRecords('receipts')).toHaveLength(1)
})

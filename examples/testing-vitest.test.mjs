// A service of ours, tested with vitest: `npm install --save-dev odradek vitest`, then `npx vitest run`.
import { json, Kafka, string, topic } from '@odradek/client'
import { kafkaFixture } from 'odradek/vitest'
import { test as base, expect } from 'vitest'

const orders = topic('orders', { key: string, value: json() })
const receipts = topic('receipts', { key: string, value: json() })

/** The service: bills orders. */
function startBilling(bootstrapServers) {
  const kafka = new Kafka({ bootstrapServers, clientId: 'billing' })
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'billing', topics: [orders], autoOffsetReset: 'earliest' })
  const billing = consumer.run(async ({ key, value }) => {
    const total = value.items.reduce((sum, { price, count }) => sum + price * count, 0)
    await producer.send(receipts, { key, value: { total } })
  })
  return {
    async stop() {
      await kafka.close()
      await billing
    },
  }
}

/** Each test that asks for `kafka` has a broker of its own. */
const test = base.extend({
  kafka: kafkaFixture({ topics: { orders: 3, receipts: 1 } }),
  billing: async ({ kafka }, use) => {
    const billing = startBilling(kafka.bootstrapServers)
    await use(billing)
    await billing.stop()
  },
})

test('an order is billed, and its offset committed', async ({ kafka, billing }) => {
  await kafka.produce('orders', [{ key: 'ann', value: { items: [{ price: 2, count: 3 }] } }])
  const [receipt] = await kafka.waitForRecords('receipts')
  expect(receipt).toMatchObject({ key: 'ann', value: { total: 6 } })
  await billing.stop()
  expect((await kafka.group('billing')).lag).toBe(0)
})

test('it asks for the orders of all partitions', async ({ kafka, billing }) => {
  await kafka.waitForGroup('billing', { state: 'Stable' })
  expect(billing).toBeDefined()
  const [member] = (await kafka.group('billing')).members
  expect(member.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2])
})

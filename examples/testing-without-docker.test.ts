import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, Kafka, string, topic } from '@odradek/client'
import { startBroker } from 'odradek/test'

interface Order {
  readonly items: readonly { readonly price: number; readonly count: number }[]
}
interface Receipt {
  readonly total: number
}
const orders = topic('orders', { key: string, value: json<Order>() })
const receipts = topic('receipts', { key: string, value: json<Receipt>() })

/** The service under test: bills orders until it is told to stop. */
async function bill(kafka: Kafka, signal: AbortSignal): Promise<void> {
  const producer = kafka.producer()
  await using consumer = kafka.consumer({ groupId: 'billing', topics: [orders], autoOffsetReset: 'earliest' })
  for await (const { key, value } of consumer.records({ signal })) {
    const total = value.items.reduce((sum, { price, count }) => sum + price * count, 0)
    await producer.send(receipts, { key, value: { total } })
  }
}

const order = { key: 'ann', value: { items: [{ price: 2, count: 3 }] } }

test('an order is billed once, though the broker has lost its connection to us when it should have said so', async () => {
  // A real broker, in this process, in memory, on a free port: no container, no JVM, nothing left behind.
  await using broker = await startBroker({ topics: { orders: 3, receipts: 1 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers, retryBackoffMs: 10 })
  const stop = new AbortController()
  const billing = bill(kafka, stop.signal)

  const lost = broker.failNext('Produce', { topic: 'receipts', disconnect: true, applied: true })
  await broker.produce('orders', [order])
  const [receipt] = await broker.waitForRecords<Receipt>('receipts', { where: ({ key }) => key === 'ann' })
  assert.equal(receipt?.value.total, 6)

  stop.abort()
  await billing
  assert.equal(lost.hits, 1)
  assert.equal(broker.snapshot('receipts').length, 1)
  await broker.waitForGroup('billing', { state: 'Empty', lag: 0 })
})

test('orders that nobody has billed are gone when their week is over', async () => {
  await using broker = await startBroker({ topics: { orders: { partitions: 1, config: { 'retention.ms': '604800000' } } } })
  await broker.produce('orders', [order])
  await broker.clock.advance('8 days')
  assert.deepEqual(broker.snapshot('orders'), [])
})

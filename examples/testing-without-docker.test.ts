import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, Kafka, string, topic } from '@odradek/client'
import { startBroker } from '@odradek/testing'

interface Order {
  readonly total: number
}
const orders = topic('orders', { key: string, value: json<Order>() })

/** The program under test: adds up what each customer ordered until the topic is read. */
async function totals(kafka: Kafka, count: number): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>()
  await using consumer = kafka.consumer({ groupId: 'totals', topics: [orders], autoOffsetReset: 'earliest' })
  let seen = 0
  for await (const { key, value } of consumer.records()) {
    sums.set(key, (sums.get(key) ?? 0) + value.total)
    if (++seen === count) break
  }
  return sums
}

test('the totals of two customers', async () => {
  // A real broker, in this process, in memory, on a free port: no container, no JVM, nothing left behind.
  await using broker = await startBroker({ topics: { orders: 3 } })
  await using kafka = new Kafka({ bootstrapServers: broker.bootstrapServers })
  await kafka.producer().sendAll(orders, [
    { key: 'ann', value: { total: 1 } },
    { key: 'ben', value: { total: 2 } },
    { key: 'ann', value: { total: 3 } },
  ])
  assert.deepEqual(
    await totals(kafka, 3),
    new Map([
      ['ann', 4],
      ['ben', 2],
    ]),
  )
})

import { json, Kafka, string, topic } from '@odradek/client'

interface Order {
  readonly id: string
  readonly total: number
}

// A topic has a name and says what its keys and values are. Producers and consumers take their types from here.
const orders = topic('orders', { key: string, value: json<Order>() })

await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092', clientId: 'workshop' })

const producer = kafka.producer()
const { partition, offset } = await producer.send(orders, { key: 'customer-1', value: { id: 'order-1', total: 3 } })
console.log(`written to partition ${partition} at offset ${offset}`)

const consumer = kafka.consumer({ groupId: `workshop-${Date.now()}`, topics: [orders], autoOffsetReset: 'earliest' })
const enough = new AbortController() // ends the loop; a service has one that SIGTERM aborts
for await (const record of consumer.records({ signal: enough.signal })) {
  console.log(`${record.key} ordered for ${record.value.total}`)
  enough.abort() // this record counts as processed; `break` would give it back
}

import { json, Kafka, KafkaError, string, topic } from '@odradek/client'

interface Order {
  readonly id: number
  readonly cents: number
}

// What a topic holds is said once; messages need no toString() and JSON.parse() any more.
const orders = topic('shop-orders-typed', { key: string, value: json<Order>() })
await using kafka = new Kafka({ clientId: 'shop', bootstrapServers: [process.env['BOOTSTRAP'] ?? 'localhost:9092'] })

// Nothing is connected by hand: the first call does it, `await using` ends it.
const admin = kafka.admin()
try {
  await admin.createTopics([{ name: orders.name, partitions: 3 }])
} catch (error) {
  if (!(error instanceof KafkaError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error
}

// Idempotent and acks=all by default; batching is implicit.
const producer = kafka.producer()
await producer.sendAll(
  orders,
  Array.from({ length: 100 }, (_, i) => ({ key: `customer-${i % 10}`, value: { id: i, cents: 100 + i } })),
)

// eachMessage with partitionsConsumedConcurrently becomes run with concurrency.
const consumer = kafka.consumer({ groupId: `billing-typed-${Date.now()}`, topics: [orders], autoOffsetReset: 'earliest' })
const enough = new AbortController()
let seen = 0
await consumer.run(
  async (record) => {
    if (record.value.cents >= 100 && ++seen >= 100) enough.abort()
  },
  { concurrency: 3, signal: enough.signal },
)

// eachBatch becomes a loop over batches: no resolveOffset, no heartbeat, no isStale.
const loader = kafka.consumer({
  groupId: `warehouse-typed-${Date.now()}`,
  topics: [orders],
  autoOffsetReset: 'earliest',
  enableAutoCommit: false,
})
let rows = 0
for await (const batch of loader.batches()) {
  for (const { value } of batch) if (!batch.signal.aborted && value.cents >= 100) rows++
  await batch.commit()
  if (rows >= 100) break
}
console.log(`${seen >= 100 ? 100 : seen} orders billed, ${rows >= 100 ? 'all' : rows} loaded`)

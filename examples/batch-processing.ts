import { json, Kafka, string, topic } from '@odradek/client'

interface Reading {
  readonly sensor: string
  readonly celsius: number
}

const readings = topic('readings', { key: string, value: json<Reading>() })
await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })

// Something to read: sendAll takes any iterable, waits where the brokers are slower, and makes one promise for all.
const producer = kafka.producer()
await producer.sendAll(
  readings,
  Array.from({ length: 10_000 }, (_, i) => ({
    key: `sensor-${i % 10}`,
    value: { sensor: `sensor-${i % 10}`, celsius: 15 + (i % 100) / 10 },
  })),
)

// The table that the readings go into: here a map, elsewhere one INSERT with many rows.
const warmest = new Map<string, number>()
async function insert(rows: readonly Reading[]): Promise<void> {
  for (const { sensor, celsius } of rows) warmest.set(sensor, Math.max(celsius, warmest.get(sensor) ?? -Infinity))
}

const consumer = kafka.consumer({
  groupId: `warehouse-${Date.now()}`,
  topics: [readings],
  autoOffsetReset: 'earliest',
  enableAutoCommit: false, // committed by hand, once the rows are safe
})
let rows = 0
for await (const batch of consumer.batches()) {
  await insert([...batch].map((record) => record.value))
  await batch.commit() // after a crash the group goes on behind this batch
  rows += batch.count
  if (rows >= 10_000) break
}
console.log(`${rows} readings, the warmest: ${Math.max(...warmest.values())} °C`)

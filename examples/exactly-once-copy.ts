import { json, Kafka, readProcessWrite, string, topic } from '@odradek/client'

interface Payment {
  readonly order: string
  readonly cents: number
}

const payments = topic('payments', { key: string, value: json<Payment>() })
const receipts = topic('receipts', { key: string, value: json<Payment & { readonly vat: number }>() })
await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })

const run = Date.now()
await kafka.producer().sendAll(
  payments,
  Array.from({ length: 100 }, (_, i) => ({ key: `order-${i}`, value: { order: `order-${i}`, cents: 100 + i } })),
)

// Reads, works, writes; what was written and how far it was read become visible together, or not at all.
const source = kafka.consumer({
  groupId: `receipts-${run}`,
  topics: [payments],
  autoOffsetReset: 'earliest',
  enableAutoCommit: false, // offsets are committed by the transaction
  isolationLevel: 'read_committed',
})
const sink = kafka.producer({ transactionalId: `receipts-${run}` })
const enough = new AbortController()
let copied = 0
await readProcessWrite(
  source,
  sink,
  async (batches, transaction) => {
    for (const batch of batches) {
      for (const { key, value } of batch) transaction.enqueue(receipts, { key, value: { ...value, vat: Math.round(value.cents * 0.19) } })
      copied += batch.count
    }
    if (copied >= 100) enough.abort()
  },
  { signal: enough.signal },
)

const reader = kafka.consumer({
  groupId: `audit-${run}`,
  topics: [receipts],
  autoOffsetReset: 'earliest',
  isolationLevel: 'read_committed',
})
let seen = 0
for await (const { value } of reader.records()) {
  if (value.vat > 0 && ++seen === 100) break
}
console.log(`${seen} receipts for 100 payments`)

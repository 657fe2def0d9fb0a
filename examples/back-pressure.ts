import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Kafka, topic } from '@odradek/client'

await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })
const lines = topic('lines')
// Everything that waits to be sent takes at most this much memory, 32 MiB unless said otherwise.
const producer = kafka.producer({ bufferMemory: 4_194_304, compressionType: 'lz4' })

// 1. A source that can wait: sendAll reads on only when there is room.
async function* fileAsRecords(path: string): AsyncGenerator<{ readonly value: Uint8Array }> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield { value: Buffer.from(line) }
}
const { records } = await producer.sendAll(lines, fileAsRecords(new URL(import.meta.url).pathname))
console.log(`${records} lines of this file`)

// 2. By hand, and fastest: false means full, and ready() resolves when there is room again. Nothing is lost in between.
let full = 0
let failed = 0
const value = Buffer.alloc(1000, 'x')
for (let i = 0; i < 50_000; i++) {
  const room = producer.enqueue(lines, { value }, (error) => {
    if (error !== undefined) failed++
  })
  if (!room) {
    full++
    await producer.ready()
  }
}
await producer.flush() // rejects if a record failed that nobody looked at
console.log(`50000 records through 4 MiB of memory; it was full ${full > 0 ? 'more than once' : 'never'}, and ${failed} failed`)

// 3. Reading: a consumer fetches ahead by at most prefetchMaxBytes; a slow loop holds its own partitions back, nobody else.
const consumer = kafka.consumer({ groupId: `slow-${Date.now()}`, autoOffsetReset: 'earliest', prefetchMaxBytes: 1_048_576 })
consumer.subscribe(['lines'])
let seen = 0
for await (const batch of consumer.batches()) {
  seen += batch.count
  if (seen >= 50_000) break
}
console.log('read back')

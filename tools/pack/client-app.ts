/** A program of a user's, in JavaScript that the oldest Node knows. It writes `read 300` when all went well. */
export const clientApp = `
import { json, Kafka, nullable, string, topic } from '@odradek/client'

const [bootstrapServers, name] = process.argv.slice(2)
const kafka = new Kafka({ bootstrapServers, clientId: 'smoke' })
const orders = topic(name, { key: string, value: nullable(json()) })

const admin = kafka.admin()
await admin.createTopics([{ name, partitions: 3 }])
await admin.close()

const producer = kafka.producer({ compressionType: 'zstd' })
await producer.send(orders, { key: 'first', value: { number: 0 }, headers: { from: 'smoke' } })
await producer.sendAll(orders, Array.from({ length: 299 }, (_, index) => ({ key: 'k' + index, value: index % 10 === 0 ? null : { number: index + 1 } })))
await producer.close()

const consumer = kafka.consumer({ groupId: name, topics: [orders], autoOffsetReset: 'earliest' })
let read = 0
for await (const record of consumer.records()) {
  if (record.key === 'first' && record.headers.text('from') !== 'smoke') throw new Error('a header is lost')
  if (++read === 300) break
}
await kafka.close()
console.log('read ' + read)
`

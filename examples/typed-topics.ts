import { int64, json, Kafka, nullable, string, topic } from '@odradek/client'

interface Customer {
  readonly name: string
}

/** Checks what came from outside; whatever it throws becomes a deserialisation error with topic, partition and offset. */
function aCustomer(data: unknown): Customer {
  if (typeof data === 'object' && data !== null && 'name' in data && typeof data.name === 'string') return { name: data.name }
  throw new TypeError('a customer has a name')
}

const customers = topic('customers', { key: string, value: nullable(json(aCustomer)) }) // null deletes: a compacted topic's tombstone
const visits = topic('visits', { key: string, value: int64 }) // Java's LongSerializer reads this
await using kafka = new Kafka({ bootstrapServers: process.env['BOOTSTRAP'] ?? 'localhost:9092' })

const producer = kafka.producer()
await producer.send(customers, { key: 'c1', value: { name: 'Odradek' }, headers: { source: 'workshop' } })
await producer.send(visits, { key: 'c1', value: 3 })
await producer.send(customers, { key: 'c1', value: null })
// await producer.send(visits, { key: 'c1', value: 'three' })   does not compile

const consumer = kafka.consumer({ groupId: `typed-${Date.now()}`, topics: [customers, visits], autoOffsetReset: 'earliest' })
let seen = 0
for await (const record of consumer.records()) {
  // The type of the value follows from the topic's name.
  if (record.topic === 'customers')
    console.log(record.key, record.value === null ? 'is gone' : `is ${record.value.name}, from ${record.headers.text('source')}`)
  else console.log(record.key, 'came', Number(record.value), 'times')
  if (++seen === 3) break
}

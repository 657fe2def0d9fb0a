// A program as it was written for kafkajs; only the name in this line is another one.
import { Kafka, logLevel } from '@odradek/kafkajs-compat'

const kafka = new Kafka({
  clientId: 'shop',
  brokers: [process.env['BOOTSTRAP'] ?? 'localhost:9092'],
  logLevel: logLevel.WARN,
})

const admin = kafka.admin()
await admin.connect()
await admin.createTopics({ topics: [{ topic: 'shop-orders', numPartitions: 3 }] })

const producer = kafka.producer({ idempotent: true })
await producer.connect()
await producer.send({
  topic: 'shop-orders',
  messages: Array.from({ length: 100 }, (_, i) => ({ key: `customer-${i % 10}`, value: JSON.stringify({ id: i, cents: 100 + i }) })),
})

// One message at a time, several partitions at once; what was handled is committed.
const consumer = kafka.consumer({ groupId: `billing-${Date.now()}` })
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => console.log('has', payload.memberAssignment))
await consumer.connect()
await consumer.subscribe({ topic: 'shop-orders', fromBeginning: true })
let seen = 0
let whole: () => void = () => undefined
const allSeen = new Promise<void>((resolve) => (whole = resolve))
await consumer.run({
  partitionsConsumedConcurrently: 3,
  eachMessage: async ({ message }) => {
    const order = JSON.parse(message.value?.toString() ?? '')
    if (order.cents >= 100 && ++seen === 100) whole()
  },
})
await allSeen
await consumer.disconnect()

// Batches, resolved and committed by hand.
const loader = kafka.consumer({ groupId: `warehouse-${Date.now()}` })
await loader.connect()
await loader.subscribe({ topic: 'shop-orders', fromBeginning: true })
let rows = 0
let loaded: () => void = () => undefined
const allLoaded = new Promise<void>((resolve) => (loaded = resolve))
await loader.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isStale, isRunning }) => {
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) break
      rows++
      resolveOffset(message.offset)
      await heartbeat()
    }
    await commitOffsetsIfNecessary()
    if (rows >= 100) loaded()
  },
})
await allLoaded
await loader.disconnect()

await producer.disconnect()
await admin.disconnect()
console.log(`${seen} orders billed, ${rows >= 100 ? 'all' : rows} loaded`)

// A kafkajs member beside ours, for the time in which a group goes from one to the other: arguments BOOTSTRAP TOPIC GROUP, output as Interop.java's.
import { writeSync } from 'node:fs'
import kafkajs from 'kafkajs'

const [bootstrap, topic, groupId] = process.argv.slice(2)
const kafka = new kafkajs.Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: kafkajs.logLevel.ERROR })
const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 300, rebalanceTimeout: 6000 })
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  const partitions = (payload.memberAssignment[topic] ?? []).map(Number).toSorted((a, b) => a - b)
  writeSync(1, `assigned ${partitions.join(',')}\n`)
})
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  eachMessage: async ({ partition, message }) => writeSync(1, `record ${partition} ${message.offset} ${message.value}\n`),
})
process.stdin.resume()
process.stdin.on('end', async () => {
  await consumer.disconnect()
  process.exit(0)
})

// A member of a mixed group: prints what it is assigned and what it reads, and leaves when its input ends.
import { writeSync } from 'node:fs'
import kafkajs from 'kafkajs'

const [bootstrap, topic, groupId] = process.argv.slice(2)
const kafka = new kafkajs.Kafka({ clientId: 'member', brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING })
const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 300, rebalanceTimeout: 6000, maxWaitTimeInMs: 300 })
consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  const partitions = (payload.memberAssignment[topic] ?? []).map(Number).toSorted((a, b) => a - b)
  writeSync(1, `assigned ${partitions.join(',')}\n`)
})
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({ eachMessage: async ({ partition, message }) => writeSync(1, `record ${partition} ${message.offset}\n`) })
process.stdin.resume()
process.stdin.on('end', async () => {
  await consumer.disconnect()
  process.exit(0)
})

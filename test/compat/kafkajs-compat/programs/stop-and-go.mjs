import { kafka, kafkajs, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 4)
const consumer = kafka.consumer({ groupId: name('g'), maxWaitTimeInMs: 300 })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const seen = []
let reached = signal()
const run = () =>
  consumer.run({
    eachMessage: async ({ message }) => {
      seen.push(message.offset)
      if (message.offset === '3' || message.offset === '4') reached.done()
    },
  })
await run()
await reached.promise
await consumer.stop()
await consumer.stop()
print(seen.join(' '), consumer.paused())
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
await producer.connect()
await producer.send({ topic, messages: [{ value: 'after' }] })
await producer.disconnect()
reached = signal()
await run()
await reached.promise
await consumer.disconnect()
print(seen.join(' '))
// Disconnected clients may connect again.
await consumer.connect()
await consumer.disconnect()
print('done')

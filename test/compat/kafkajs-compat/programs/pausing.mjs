import { fails, kafka, name, print, signal, sleep, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 12, 2)
const consumer = kafka.consumer({ groupId: name('g'), maxWaitTimeInMs: 200 })
print(consumer.paused())
await fails('pause before run', async () => consumer.pause([{ topic }]))
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const halted = signal()
const whole = signal()
const seen = { 0: [], 1: [] }
let resume
await consumer.run({
  eachMessage: async ({ partition, message, pause }) => {
    seen[partition].push(message.offset)
    if (partition === 0 && message.offset === '2' && resume === undefined) resume = pause()
    if (seen[0].length === 3 && seen[1].length === 6) halted.done()
    if (seen[0].length + seen[1].length === 12) whole.done()
  },
})
await halted.promise
await sleep(500)
print(seen, consumer.paused())
resume()
await whole.promise
print(seen, consumer.paused())
consumer.pause([{ topic }])
print(consumer.paused())
consumer.resume([{ topic, partitions: [1] }])
print(consumer.paused())
consumer.resume([{ topic }])
print(consumer.paused())
consumer.pause([{ topic, partitions: [1] }])
print(consumer.paused())
await fails('bad pause', async () => consumer.pause([{ topic, partitions: 'x' }]))
await fails('bad resume', async () => consumer.resume([{}]))
await consumer.disconnect()

import { committed, fails, kafka, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 20)
const groupId = name('g')
const consumer = kafka.consumer({ groupId })
await fails('seek before run', async () => consumer.seek({ topic, partition: 0, offset: '1' }))
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
const offsets = []
let stale
await consumer.run({
  eachBatch: async ({ batch, resolveOffset, isRunning, isStale }) => {
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) break
      offsets.push(message.offset)
      resolveOffset(message.offset)
      if (offsets.length === 5) {
        consumer.seek({ topic, partition: 0, offset: '15' })
        stale = isStale()
      }
    }
    if (offsets.at(-1) === '19') done()
  },
})
await promise
print(offsets.join(' '), stale)
for (const bad of [
  { topic: '', partition: 0, offset: '1' },
  { topic, partition: 'x', offset: '1' },
  { topic, partition: 0, offset: '-7' },
  { topic, partition: 0, offset: 'abc' },
])
  await fails(JSON.stringify(bad), async () => consumer.seek(bad))
await consumer.disconnect()
print(await committed(groupId, topic))

// Right after run, back to the beginning, as the documentation has it.
const again = kafka.consumer({ groupId })
await again.connect()
await again.subscribe({ topic })
const whole = signal()
const values = []
await again.run({
  eachMessage: async ({ message }) => {
    values.push(message.offset)
    if (message.offset === '19') whole.done()
  },
})
again.seek({ topic, partition: 0, offset: '10' })
await whole.promise
await again.disconnect()
print(values.join(' '))
print(await committed(groupId, topic))

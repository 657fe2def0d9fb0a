import { committed, fails, kafka, name, print, signal, sorted, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 10, 2)
const groupId = name('g')
const consumer = kafka.consumer({ groupId })
await fails('commit before run', () => consumer.commitOffsets([{ topic, partition: 0, offset: '1' }]))
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
let seen = 0
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    if (message.offset === '2')
      await consumer.commitOffsets([
        { topic, partition, offset: (Number(message.offset) + 1).toString(), metadata: `by hand ${partition}` },
      ])
    if (++seen === 10) done()
  },
})
await promise
for (const bad of [
  { topic: '', partition: 0, offset: '1' },
  { topic, partition: 0, offset: '-5' },
  { topic, partition: 0, offset: 'abc' },
  { topic, partition: 0, offset: '1', metadata: 5 },
])
  await fails(JSON.stringify(bad), () => consumer.commitOffsets([bad]))
await consumer.disconnect()
print(await committed(groupId, topic))

const next = kafka.consumer({ groupId })
await next.connect()
await next.subscribe({ topic, fromBeginning: true })
const again = signal()
const values = []
await next.run({
  eachMessage: async ({ message }) => {
    values.push(message.value.toString())
    if (values.length === 4) again.done()
  },
})
await again.promise
await next.disconnect()
print(sorted(values))
print(await committed(groupId, topic))

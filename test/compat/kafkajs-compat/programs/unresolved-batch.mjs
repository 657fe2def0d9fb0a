// Without auto resolve a batch that is not resolved to its end comes again from where it was resolved.
import { committed, kafka, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 10)
const groupId = name('g')
const consumer = kafka.consumer({ groupId })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
let rounds = 0
await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    rounds++
    if (rounds > 5) return
    print('from', batch.firstOffset())
    for (const message of batch.messages.slice(0, 3)) resolveOffset(message.offset)
    if (batch.messages.length <= 3) done()
  },
})
await promise
await consumer.disconnect()
print(await committed(groupId, topic))

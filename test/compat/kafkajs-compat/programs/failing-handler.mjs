// What fails is tried again from the message that failed; the ones before it are committed.
import { committed, kafka, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 6)
const groupId = name('g')
const consumer = kafka.consumer({ groupId, retry: { initialRetryTime: 50, retries: 5 } })
consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) =>
  print('crash', error.name, error.retriable, error.cause?.message, restart),
)
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
let failures = 0
const seen = []
await consumer.run({
  eachMessage: async ({ message }) => {
    seen.push(message.offset)
    if (message.offset === '3' && failures++ < 2) throw new Error('not now')
    if (message.offset === '5') done()
  },
})
await promise
await consumer.disconnect()
print(seen.join(' '))
print(await committed(groupId, topic))

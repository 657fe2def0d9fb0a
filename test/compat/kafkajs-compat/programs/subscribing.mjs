import { fails, kafka, kafkajs, name, print, signal, sorted, topicWith } from '../stage.mjs'

const first = await topicWith('topic-first', 2)
const second = await topicWith('topic-second', 2)
await topicWith('other', 2)
const consumer = kafka.consumer({ groupId: name('g'), maxWaitTimeInMs: 300 })
await consumer.connect()
for (const bad of [{}, { topics: 'x' }, { topics: [5] }]) await fails(JSON.stringify(bad), () => consumer.subscribe(bad))
await consumer.subscribe({ topics: [new RegExp(`^${name('topic-')}.*`)], fromBeginning: true })
const { promise, done } = signal()
const seen = []
await consumer.run({
  eachMessage: async ({ topic, message }) => {
    seen.push(`${topic} ${message.value}`)
    if (seen.length === 4) done()
  },
})
await fails('subscribe while running', () => consumer.subscribe({ topic: first }))
await consumer.run({ eachMessage: async () => undefined })
await promise
await consumer.disconnect()
print(sorted(seen))

// Each topic begins where its own subscription says.
const mixed = kafka.consumer({ groupId: name('mixed'), maxWaitTimeInMs: 300 })
await mixed.connect()
await mixed.subscribe({ topic: first, fromBeginning: true })
await mixed.subscribe({ topic: second, fromBeginning: false })
const joined = signal()
mixed.on(mixed.events.GROUP_JOIN, ({ payload }) => {
  print(sorted(Object.entries(payload.memberAssignment)))
  joined.done()
})
const got = []
const both = signal()
await mixed.run({
  eachMessage: async ({ topic, message }) => {
    got.push(`${topic} ${message.value}`)
    if (got.length === 3) both.done()
  },
})
await joined.promise
await new Promise((resolve) => setTimeout(resolve, 1000))
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
await producer.connect()
await producer.send({ topic: second, messages: [{ value: 'new' }] })
await producer.disconnect()
await both.promise
await mixed.disconnect()
print(sorted(got))

const strict = kafka.consumer({ groupId: name('strict'), allowAutoTopicCreation: false, retry: { retries: 0 } })
await strict.connect()
try {
  await strict.subscribe({ topic: name('nowhere') })
} catch (error) {
  print(
    'nowhere',
    [error, error.cause].some((one) => one?.type === 'UNKNOWN_TOPIC_OR_PARTITION'),
  )
}
await strict.disconnect()
await fails('no group', async () => kafka.consumer({}))
await fails('slow heartbeats', async () => kafka.consumer({ groupId: 'g', sessionTimeout: 1000, heartbeatInterval: 2000 }))

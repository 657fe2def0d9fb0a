import { kafka, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 3)
const events = []
const consumer = kafka.consumer({
  groupId: name('g'),
  retry: {
    initialRetryTime: 50,
    retries: 1,
    restartOnFailure: async (error) => {
      events.push(`asked about ${error.name}`)
      return true
    },
  },
})
for (const event of ['CONNECT', 'STOP', 'DISCONNECT']) consumer.on(consumer.events[event], () => events.push(event))
consumer.on(consumer.events.CRASH, ({ payload }) =>
  events.push(`CRASH ${payload.error.name} ${payload.error.cause.message} ${payload.restart} ${Object.keys(payload).join()}`),
)
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
let failures = 0
await consumer.run({
  eachMessage: async ({ message }) => {
    if (message.offset === '1' && failures++ < 2) throw new Error('broken')
    if (message.offset === '2') done()
  },
})
await promise
print(events)

// A mistake in the program is not tried again, and nothing restarts.
const mistaken = kafka.consumer({ groupId: name('mistaken'), retry: { initialRetryTime: 50, retries: 3 } })
const crashed = signal()
mistaken.on(mistaken.events.CRASH, ({ payload: { error, restart } }) => {
  print('crash', error.name, error.retriable, error.message, restart)
  crashed.done()
})
await mistaken.connect()
await mistaken.subscribe({ topic, fromBeginning: true })
await mistaken.run({
  eachMessage: async () => {
    throw new TypeError('undefined is not a function')
  },
})
await crashed.promise
await mistaken.disconnect()
await consumer.disconnect()

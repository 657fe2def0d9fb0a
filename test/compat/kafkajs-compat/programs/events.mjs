import { fails, kafka, name, numbered, print, signal, sleep, sorted, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 4)
const consumer = kafka.consumer({ groupId: name('g'), heartbeatInterval: 300, maxWaitTimeInMs: 200 })
print(consumer.events)
const order = []
const keys = new Map()
const removers = Object.entries(consumer.events).map(([short, event]) =>
  consumer.on(event, ({ type, payload, timestamp, id }) => {
    if (type !== event || typeof timestamp !== 'number' || id === undefined) print('odd', type)
    if (['FETCH', 'FETCH_START', 'HEARTBEAT', 'REQUEST', 'REQUEST_QUEUE_SIZE', 'REQUEST_TIMEOUT'].includes(short)) {
      if (short !== 'REQUEST_QUEUE_SIZE') keys.set(short, Object.keys(payload).toSorted())
    } else order.push(`${short} ${payload === null || payload === undefined ? '' : Object.keys(payload).toSorted()}`)
    if (short === 'START_BATCH_PROCESS') {
      const { topic, partition, highWatermark, offsetLag, offsetLagLow, batchSize, firstOffset, lastOffset } = payload
      order.push(JSON.stringify({ topic, partition, highWatermark, offsetLag, offsetLagLow, batchSize, firstOffset, lastOffset }))
    }
    if (short === 'GROUP_JOIN')
      order.push(JSON.stringify([payload.isLeader, payload.groupProtocol, payload.memberAssignment, payload.leaderId === payload.memberId]))
    if (short === 'COMMIT_OFFSETS') order.push(JSON.stringify(numbered(payload.topics)))
  }),
)
await fails('unknown event', async () => consumer.on('consumer.nothing', () => undefined))
await consumer.connect().catch(() => undefined)
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
await consumer.run({ eachMessage: async ({ message }) => message.offset === '3' && done() }).catch(() => undefined)
await promise
await sleep(1500)
for (const remove of removers) remove()
const before = order.length
await consumer.disconnect()
print(order.map((line) => line.replaceAll(topic, 'TOPIC')))
print(sorted([...keys]))
print(order.length === before)

const producer = kafka.producer()
const admin = kafka.admin()
const heard = new Set()
for (const client of [producer, admin])
  for (const [short, event] of Object.entries(client.events))
    if (short !== 'REQUEST_QUEUE_SIZE') client.on(event, ({ type }) => heard.add(type))
await producer.connect()
await producer.send({ topic, messages: [{ value: 'x' }] })
await producer.disconnect()
await admin.connect()
await admin.listTopics()
await admin.disconnect()
print(sorted([...heard]))

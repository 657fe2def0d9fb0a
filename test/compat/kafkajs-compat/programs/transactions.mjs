import { committed, fails, kafka, kafkajs, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 0)
const source = await topicWith('source', 3)
const groupId = name('settle')
const producer = kafka.producer({
  transactionalId: name('tx'),
  maxInFlightRequests: 1,
  idempotent: true,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  retry: { retries: Number.MAX_SAFE_INTEGER },
})
await producer.connect()
print(producer.isIdempotent())

const first = await producer.transaction()
print(first.isActive())
await fails('two at once', () => producer.transaction())
await first.send({ topic, messages: [{ value: 'committed 1' }] })
await first.sendBatch({ topicMessages: [{ topic, messages: [{ value: 'committed 2' }] }] })
await fails('acks 0', () => first.send({ topic, acks: 0, messages: [{ value: 'x' }] }))
await first.commit()
print(first.isActive())
await fails('send after commit', () => first.send({ topic, messages: [{ value: 'x' }] }))
await fails('commit twice', () => first.commit())

const second = await producer.transaction()
await second.send({ topic, messages: [{ value: 'aborted' }] })
await second.abort()
print(second.isActive())
await fails('abort twice', () => second.abort())

const third = await producer.transaction()
await third.send({ topic, compression: kafkajs.CompressionTypes.GZIP, messages: [{ value: 'with offsets' }] })
await third.sendOffsets({ consumerGroupId: groupId, topics: [{ topic: source, partitions: [{ partition: 0, offset: '2' }] }] })
await third.commit()
print(await committed(groupId, source))

const empty = await producer.transaction()
await empty.commit()
await producer.send({ topic, messages: [{ value: 'outside' }] })
await producer.disconnect()

const consumer = kafka.consumer({ groupId: name('g'), maxWaitTimeInMs: 300 })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
const { promise, done } = signal()
await consumer.run({
  eachMessage: async ({ message }) => {
    print(message.offset, message.value.toString())
    if (message.value.toString() === 'outside') done()
  },
})
await promise
await consumer.disconnect()

const uncommitted = kafka.consumer({ groupId: name('u'), readUncommitted: true, maxWaitTimeInMs: 300 })
await uncommitted.connect()
await uncommitted.subscribe({ topic, fromBeginning: true })
const all = signal()
const values = []
await uncommitted.run({
  eachMessage: async ({ message }) => {
    values.push(message.value.toString())
    if (message.value.toString() === 'outside') all.done()
  },
})
await all.promise
await uncommitted.disconnect()
print(values)

const plain = kafka.producer()
await plain.connect()
await fails('without an id', () => plain.transaction())
await plain.disconnect()

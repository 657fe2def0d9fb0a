// Consume, transform, produce: offsets go with the transaction.
import { committed, kafka, kafkajs, name, print, signal, topicWith } from '../stage.mjs'

const source = await topicWith('source', 20)
const target = await topicWith('target', 0)
const groupId = name('g')
const producer = kafka.producer({
  transactionalId: name('tx'),
  maxInFlightRequests: 1,
  idempotent: true,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
})
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 300 })
await producer.connect()
await consumer.connect()
await consumer.subscribe({ topic: source, fromBeginning: true })
const { promise, done } = signal()
let failed = false
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const message of batch.messages) {
      const transaction = await producer.transaction()
      try {
        await transaction.send({ topic: target, messages: [{ value: `${message.value}!` }] })
        if (message.offset === '7' && !failed) {
          failed = true
          throw new Error('once')
        }
        await transaction.sendOffsets({
          consumerGroupId: groupId,
          topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset: (Number(message.offset) + 1).toString() }] }],
        })
        await transaction.commit()
        resolveOffset(message.offset)
      } catch (error) {
        await transaction.abort()
        print('aborted', error.message)
        const again = await producer.transaction()
        await again.send({ topic: target, messages: [{ value: `${message.value}! again` }] })
        await again.sendOffsets({
          consumerGroupId: groupId,
          topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset: (Number(message.offset) + 1).toString() }] }],
        })
        await again.commit()
        resolveOffset(message.offset)
      }
      if (message.offset === '19') done()
    }
  },
})
await promise
await consumer.disconnect()
await producer.disconnect()
print(await committed(groupId, source))
const reader = kafka.consumer({ groupId: name('reader'), maxWaitTimeInMs: 300 })
await reader.connect()
await reader.subscribe({ topic: target, fromBeginning: true })
const read = signal()
const values = []
await reader.run({
  eachMessage: async ({ message }) => {
    values.push(message.value.toString())
    if (values.length === 20) read.done()
  },
})
await read.promise
await reader.disconnect()
print(values)

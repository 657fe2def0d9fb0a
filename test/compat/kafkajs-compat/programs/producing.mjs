import { fails, kafka, kafkajs, print, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 0, 3)
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
await fails('send before connect', () => producer.send({ topic, messages: [{ value: 'x' }] }))
await producer.connect()
const shown = (answers) =>
  answers
    .map(({ topicName, partition, errorCode, baseOffset, logAppendTime }) => ({
      topicName,
      partition,
      errorCode,
      baseOffset,
      logAppendTime,
    }))
    .toSorted((a, b) => a.partition - b.partition)
print(
  shown(
    await producer.send({
      topic,
      messages: [
        { key: 'key1', value: 'hello' },
        { key: 'key2', value: 'hey' },
        { value: 'to 2', partition: 2 },
      ],
    }),
  ),
)
for (const acks of [-1, 0, 1]) print(`acks ${acks}`, shown(await producer.send({ topic, acks, messages: [{ key: 'key1', value: 'x' }] })))
print(
  shown(
    await producer.sendBatch({
      topicMessages: [
        { topic, messages: [{ key: 'a', value: '1', partition: 0 }] },
        { topic, messages: [{ key: 'b', value: null, partition: 0 }] },
      ],
    }),
  ),
)
print(await producer.send({ topic, messages: [] }))
await fails('no value', () => producer.send({ topic, messages: [{ key: 'a' }] }))
await fails('no messages', () => producer.send({ topic }))
await fails('no topic', () => producer.send({ messages: [{ value: 'x' }] }))
print(producer.isIdempotent(), producer.events)
await producer.disconnect()
await fails('send after disconnect', () => producer.send({ topic, messages: [{ value: 'x' }] }))
await producer.connect()
print(shown(await producer.send({ topic, messages: [{ value: 'again', partition: 1 }] })).map(({ partition }) => partition))
await producer.disconnect()

import { base, kafka, kafkajs, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 0)
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
await producer.connect()
await producer.send({
  topic,
  messages: [
    {
      key: 'text',
      value: 'text',
      headers: { one: 'value', bytes: Buffer.from([1, 2]), many: ['a', Buffer.from('b')], empty: '' },
      timestamp: `${base + 1}`,
    },
    { key: Buffer.from('bytes'), value: Buffer.from([0, 255]), timestamp: `${base + 2}` },
    { key: null, value: null, timestamp: `${base + 3}` },
    { key: '', value: '', timestamp: `${base + 4}` },
    { key: 'é', value: '値', timestamp: `${base + 5}` },
    { value: 'x'.repeat(200_000), timestamp: `${base + 6}` },
  ],
})
for (const compression of [kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.GZIP]) {
  await producer.send({ topic, compression, messages: [{ value: `compression ${compression}`, timestamp: `${base + 7}` }] })
}
await producer.disconnect()
const consumer = kafka.consumer({ groupId: name('g') })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
const { promise, done } = signal()
await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const { key, value, headers, offset, timestamp, attributes, magicByte, isControlRecord } = message
    const header = Object.fromEntries(
      Object.entries(headers).map(([k, v]) => [k, Array.isArray(v) ? v.map((one) => one.toString('hex')) : v.toString('hex')]),
    )
    print(
      topic,
      partition,
      { offset, timestamp, attributes, magicByte, isControlRecord, header },
      Buffer.isBuffer(key),
      key?.toString('hex') ?? 'null',
      value?.length ?? 'null',
      value?.subarray(0, 20).toString('hex') ?? '',
    )
    if (offset === '7') done()
  },
})
await promise
await consumer.disconnect()

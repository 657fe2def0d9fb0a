import { kafka, kafkajs, name, print, signal, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 0)
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
await producer.connect()
await producer.send({
  topic,
  messages: [
    { key: 'text', value: 'text', headers: { one: 'value', bytes: Buffer.from([1, 2]), many: ['a', Buffer.from('b')], empty: '' }, timestamp: '1700000000001' },
    { key: Buffer.from('bytes'), value: Buffer.from([0, 255]), timestamp: '1700000000002' },
    { key: null, value: null, timestamp: '1700000000003' },
    { key: '', value: '', timestamp: '1700000000004' },
    { key: 'é', value: '値', timestamp: '1700000000005' },
    { value: 'x'.repeat(200_000), timestamp: '1700000000006' },
  ],
})
for (const compression of [kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.GZIP]) {
  await producer.send({ topic, compression, messages: [{ value: `compression ${compression}`, timestamp: '1700000000007' }] })
}
await producer.disconnect()
const consumer = kafka.consumer({ groupId: name('g') })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
const { promise, done } = signal()
await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const { key, value, headers, offset, timestamp, attributes, magicByte, isControlRecord } = message
    const header = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, Array.isArray(v) ? v.map((one) => one.toString('hex')) : v.toString('hex')]))
    print(topic, partition, { offset, timestamp, attributes, magicByte, isControlRecord, header }, Buffer.isBuffer(key), key?.toString('hex') ?? 'null', value?.length ?? 'null', value?.subarray(0, 20).toString('hex') ?? '')
    if (offset === '7') done()
  },
})
await promise
await consumer.disconnect()

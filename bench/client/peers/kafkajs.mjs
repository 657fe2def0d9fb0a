// kafkajs: its fastest documented ways.
import { awaited, job, latency, payload, peer, report, stopwatch } from './kit.mjs'

const { Kafka, logLevel, Partitioners } = (await peer('kafkajs')).default
const kafka = new Kafka({ clientId: 'bench', brokers: [job.bootstrap], logLevel: logLevel.ERROR })
const { topic } = job
const makeProducer = async () => {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return producer
}

async function produce() {
  const producer = await makeProducer()
  const watch = stopwatch()
  const messages = Array.from({ length: 1000 }, () => ({ value: payload }))
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!watch.done) {
        await producer.send({ topic, acks: -1, messages })
        watch.records += messages.length
        watch.tick()
      }
    }),
  )
  report(watch.result)
}

async function consume(eachBatch) {
  const consumer = kafka.consumer({ groupId: `bench-${process.pid}`, maxBytesPerPartition: 1_048_576, maxBytes: 52_428_800 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const watch = stopwatch()
  const done = () => watch.result && report(watch.result)
  let bytes = 0
  await consumer.run(
    eachBatch
      ? {
          eachBatchAutoResolve: true,
          partitionsConsumedConcurrently: job.partitions,
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages) bytes += message.value.length
            watch.records += batch.messages.length
            if (watch.tick()) done()
          },
        }
      : {
          partitionsConsumedConcurrently: job.partitions,
          eachMessage: async ({ message }) => {
            bytes += message.value.length
            if (++watch.records % 256 === 0 && watch.tick()) done()
          },
        },
  )
}

const jobs = {
  produce,
  async awaited() {
    const producer = await makeProducer()
    await awaited(() => producer.send({ topic, acks: -1, messages: [{ value: payload }] }))
  },
  'consume-records': () => consume(false),
  'consume-batches': () => consume(true),
  async latency() {
    const producer = await makeProducer()
    const consumer = kafka.consumer({ groupId: `bench-${process.pid}` })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: false })
    await latency({
      send: (value) => void producer.send({ topic, acks: -1, messages: [{ value }] }),
      receive: async (handle) => {
        const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
        await consumer.run({ eachMessage: async ({ message }) => handle(message.value) })
        await joined
        await new Promise((resolve) => setTimeout(resolve, 1000))
      },
    })
  },
}
await jobs[job.kind]()

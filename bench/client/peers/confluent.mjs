// @confluentinc/kafka-javascript (librdkafka underneath), its kafkajs face, linger 0 where single sends are awaited.
import { awaited, job, latency, payload, peer, report, stopwatch } from './kit.mjs'

const { Kafka, logLevel } = (await peer('@confluentinc/kafka-javascript')).default.KafkaJS
const kafka = new Kafka({ kafkaJS: { clientId: 'bench', brokers: [job.bootstrap], logLevel: logLevel.ERROR } })
const { topic } = job

async function makeProducer(lingerMs) {
  const producer = kafka.producer({ kafkaJS: { acks: -1 }, 'linger.ms': lingerMs })
  await producer.connect()
  return producer
}

async function produce() {
  const producer = await makeProducer(5)
  const watch = stopwatch()
  const messages = Array.from({ length: 1000 }, () => ({ value: payload }))
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!watch.done) {
        await producer.send({ topic, messages })
        watch.records += messages.length
        watch.tick()
      }
    }),
  )
  report(watch.result)
}

async function consume(eachBatch) {
  const consumer = kafka.consumer({ kafkaJS: { groupId: `bench-${process.pid}`, fromBeginning: true } })
  await consumer.connect()
  await consumer.subscribe({ topic })
  const watch = stopwatch()
  let bytes = 0
  const tick = () => watch.tick() && watch.result && report(watch.result)
  await consumer.run(
    eachBatch
      ? {
          partitionsConsumedConcurrently: job.partitions,
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages) bytes += message.value.length
            watch.records += batch.messages.length
            tick()
          },
        }
      : {
          partitionsConsumedConcurrently: job.partitions,
          eachMessage: async ({ message }) => {
            bytes += message.value.length
            if (++watch.records % 256 === 0) tick()
          },
        },
  )
}

const jobs = {
  produce,
  async awaited() {
    const producer = await makeProducer(0)
    await awaited(() => producer.send({ topic, messages: [{ value: payload }] }))
  },
  'consume-records': () => consume(false),
  'consume-batches': () => consume(true),
  async latency() {
    const producer = await makeProducer(0)
    const consumer = kafka.consumer({ kafkaJS: { groupId: `bench-${process.pid}`, fromBeginning: false } })
    await consumer.connect()
    await consumer.subscribe({ topic })
    await latency({
      send: (value) => void producer.send({ topic, messages: [{ value }] }),
      receive: async (handle) => {
        await consumer.run({ eachMessage: async ({ message }) => handle(message.value) })
        while (consumer.assignment().length === 0) await new Promise((resolve) => setTimeout(resolve, 100))
        await new Promise((resolve) => setTimeout(resolve, 1000))
      },
    })
  },
}
await jobs[job.kind]()

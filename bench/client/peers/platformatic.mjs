// @platformatic/kafka: its fastest documented ways.
import { awaited, job, latency, payload, peer, report, stopwatch } from './kit.mjs'

const { Consumer, MessagesStreamModes, Producer, ProduceAcks } = await peer('@platformatic/kafka')
const base = { clientId: 'bench', bootstrapBrokers: [job.bootstrap] }
const { topic } = job
const acks = ProduceAcks?.ALL ?? -1

async function produce() {
  const producer = new Producer(base)
  const watch = stopwatch()
  const messages = Array.from({ length: 1000 }, () => ({ topic, value: payload }))
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!watch.done) {
        await producer.send({ acks, messages })
        watch.records += messages.length
        watch.tick()
      }
    }),
  )
  report(watch.result)
}

async function streamOf(mode) {
  const consumer = new Consumer({ ...base, groupId: `bench-${process.pid}-${Date.now()}`, maxBytes: 1_048_576 })
  return consumer.consume({ topics: [topic], mode, autocommit: true })
}

const jobs = {
  produce,
  async awaited() {
    const producer = new Producer(base)
    await awaited(() => producer.send({ acks, messages: [{ topic, value: payload }] }))
  },
  async 'consume-records'() {
    const stream = await streamOf(MessagesStreamModes.EARLIEST)
    const watch = stopwatch()
    let bytes = 0
    for await (const message of stream) {
      bytes += message.value.length
      if (++watch.records % 256 === 0 && watch.tick()) break
    }
    report(watch.result)
  },
  async latency() {
    const producer = new Producer(base)
    await latency({
      send: (value) => void producer.send({ acks, messages: [{ topic, value }] }),
      receive: async (handle) => {
        const stream = await streamOf(MessagesStreamModes.LATEST)
        stream.on('data', (message) => handle(message.value))
        await new Promise((resolve) => setTimeout(resolve, 2000))
      },
    })
  },
}
await jobs[job.kind]()

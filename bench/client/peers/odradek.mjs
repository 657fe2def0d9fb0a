// Our own client, from the sources of this checkout or, with an import map in the environment, from a build.
import { awaited, job, latency, payload, report, stopwatch } from './kit.mjs'

const { Kafka, topic: topicOf } = await import(process.env.ODRADEK_CLIENT ?? '../../../packages/client/index.ts')
const kafka = new Kafka({ bootstrapServers: job.bootstrap, clientId: 'bench' })
const topic = topicOf(job.topic)
const record = { value: payload }

async function produce() {
  const producer = kafka.producer(job.batchBytes > 0 ? { batchSize: job.batchBytes } : {})
  await producer.partitionsFor(job.topic)
  const watch = stopwatch()
  const done = (error) => {
    if (error !== undefined) throw error
    watch.records++
  }
  for (let i = 0; ; i++) {
    if (!producer.enqueue(topic, record, done)) await producer.ready()
    if (i % 1024 === 0 && watch.tick()) break
  }
  report(watch.result)
}

/** Partitions by hand, from the beginning, and again from there when all was read. */
async function consumer() {
  const consumer = kafka.consumer({ autoOffsetReset: 'earliest', groupId: `bench-${process.pid}` })
  consumer.subscribe([job.topic])
  return consumer
}

const jobs = {
  produce,
  async awaited() {
    const producer = kafka.producer()
    await awaited(() => producer.send(topic, record))
  },
  async stream() {
    const producer = kafka.producer()
    const watch = stopwatch()
    async function* source() {
      for (let i = 0; ; i++) {
        if (i % 256 === 0 && watch.tick()) return
        watch.records++
        yield record
      }
    }
    await producer.sendAll(topic, source())
    report(watch.result)
  },
  async 'consume-records'() {
    const from = await consumer()
    const watch = stopwatch()
    let bytes = 0
    for await (const { value } of from.records()) {
      bytes += value.length
      if (++watch.records % 256 === 0 && watch.tick()) break
      if (watch.records % job.records === 0) from.seekToBeginning(from.assignment())
    }
    report(watch.result)
  },
  async 'consume-batches'() {
    const from = await consumer()
    const watch = stopwatch()
    let bytes = 0
    let next = job.records
    for await (const batch of from.batches()) {
      for (const { value } of batch) bytes += value.length
      watch.records += batch.count
      if (watch.tick()) break
      if (watch.records >= next) {
        from.seekToBeginning(from.assignment())
        next += job.records
      }
    }
    report(watch.result)
  },
  async latency() {
    const producer = kafka.producer()
    const from = kafka.consumer({ groupId: `bench-${process.pid}`, autoOffsetReset: 'latest' })
    from.subscribe([job.topic])
    await latency({
      send: (value) => void producer.enqueue(topic, { value }),
      receive: async (handle) => {
        void (async () => {
          for await (const { value } of from.records()) handle(Buffer.from(value.buffer, value.byteOffset, value.length))
        })()
        while (from.assignment().length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
        await Promise.all(from.assignment().map((partition) => from.position(partition)))
      },
    })
  },
}
await jobs[job.kind]()

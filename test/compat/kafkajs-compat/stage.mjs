// What the programs beside share: a cluster, names of their own, and a way to print.
import { writeSync } from 'node:fs'
import kafkajs from 'kafkajs'

export { kafkajs }
export const brokers = [process.env.BOOTSTRAP]
export const kafka = new kafkajs.Kafka({ clientId: 'program', brokers, logLevel: kafkajs.logLevel.NOTHING })
/** A time that is the same for both libraries; old records would be deleted by their age. */
export const base = Number(process.env.BASE)
/** Names that nobody else on the broker has. */
export const name = (what) => `${process.env.PREFIX}-${what}`

export function print(...values) {
  const shown = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value, (_key, part) => readable(part))))
  writeSync(1, `${shown.join(' ').replaceAll(process.env.PREFIX, 'PREFIX')}\n`)
}

const readable = (part) => (part?.type === 'Buffer' ? Buffer.from(part.data).toString() : part)

/** An error as far as both libraries must agree: their sentences differ, and ours has the error of the client below as its last cause. */
export function printError(what, error) {
  const cause = error.cause?.name?.startsWith('KafkaJS') ? error.cause.name : undefined
  print(what, error.name, { type: error.type, code: error.code, retriable: error.retriable, cause })
}

/** kafkajs gives some partitions as text, against its types. */
export const numbered = (topics) =>
  topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((entry) => ({ ...entry, partition: Number(entry.partition) })),
  }))

export async function fails(what, action) {
  try {
    await action()
    print(what, 'did not fail')
  } catch (error) {
    printError(what, error)
  }
}

/** A promise, and the function that fulfils it. */
export function signal() {
  let done
  const promise = new Promise((resolve) => (done = resolve))
  return { promise, done }
}

/** By what is printed. */
export const sorted = (list) => [...list].toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A topic with messages m0, m1 and so on; the key of a message is its number, its partition its number modulo that of the partitions. */
export async function topicWith(what, messages, numPartitions = 1) {
  const topic = name(what)
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions }] })
  await admin.disconnect()
  if (messages > 0) {
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await producer.connect()
    await producer.send({
      topic,
      messages: Array.from({ length: messages }, (_, i) => ({
        key: `${i}`,
        value: `m${i}`,
        partition: i % numPartitions,
        timestamp: `${base + i}`,
      })),
    })
    await producer.disconnect()
  }
  return topic
}

/** What a group has committed. */
export async function committed(groupId, topic) {
  const admin = kafka.admin()
  await admin.connect()
  const offsets = await admin.fetchOffsets({ groupId, topics: [topic] })
  await admin.disconnect()
  return offsets
}

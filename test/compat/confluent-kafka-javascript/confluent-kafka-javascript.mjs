// @confluentinc/kafka-javascript (its kafkajs face) as a compat program; see test/compat/client.ts for its three commands.
import { readFileSync, writeSync } from 'node:fs'
import confluent from '@confluentinc/kafka-javascript'

const { Kafka, logLevel } = confluent.KafkaJS
const [command, bootstrap, ...args] = process.argv.slice(2)
const kafka = new Kafka({ kafkaJS: { clientId: 'compat', brokers: [bootstrap], logLevel: logLevel.ERROR } })
const unhex = (field) => (field === '-' ? null : Buffer.from(field.slice(1), 'hex'))
const tohex = (bytes) => (bytes === null || bytes === undefined ? '-' : `x${Buffer.from(bytes).toString('hex')}`)

/** Written before the record counts as handled: what a killed process had in its own buffer would be lost, and its offset committed. */
function say(line) {
  try {
    writeSync(1, line)
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error
    say(line)
  }
}

async function produce(topic, codec, corpus) {
  const producer = kafka.producer({
    kafkaJS: { idempotent: true, acks: -1, compression: codec },
    'linger.ms': 5,
  })
  await producer.connect()
  const sent = []
  for (const line of readFileSync(corpus, 'utf8').trimEnd().split('\n')) {
    const [key, value, ...rest] = line.split(' ').map(unhex)
    const headers = {}
    for (let i = 0; i < rest.length; i += 2) headers[rest[i].toString()] = rest[i + 1]
    sent.push(producer.send({ topic, messages: [{ key, value, headers }] }))
  }
  await Promise.all(sent)
  await producer.disconnect()
}

async function consume(topic, count) {
  const consumer = kafka.consumer({ kafkaJS: { groupId: `compat-ckjs-${process.pid}-${topic}`, fromBeginning: true, autoCommit: false } })
  await consumer.connect()
  await consumer.subscribe({ topic })
  const lines = []
  await new Promise((done) => {
    void consumer.run({
      eachMessage: async ({ partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).flatMap(([name, value]) => [tohex(name), tohex(value)])
        lines.push([partition, message.offset, tohex(message.key), tohex(message.value), ...headers].join(' '))
        if (lines.length === Number(count)) done()
      },
    })
  })
  await new Promise((written) => process.stdout.write(`${lines.join('\n')}\n`, written))
  process.exit(0)
}

async function member(groupId, topic) {
  const consumer = kafka.consumer({
    kafkaJS: { groupId, fromBeginning: true, sessionTimeout: 6000, heartbeatInterval: 500, autoCommitInterval: 100 },
  })
  await consumer.connect()
  await consumer.subscribe({ topic })
  await consumer.run({
    eachMessage: async ({ partition, message }) => say(`${partition} ${message.offset}\n`),
  })
}

await { produce, consume, member }[command](...args)

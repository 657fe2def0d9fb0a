// @platformatic/kafka as a compat program; see test/compat/client.ts for its three commands.
import { readFileSync, writeSync } from 'node:fs'
import { Consumer, MessagesStreamModes, Producer } from '@platformatic/kafka'

const [command, bootstrap, ...args] = process.argv.slice(2)
const base = { clientId: 'compat', bootstrapBrokers: [bootstrap] }
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
  const producer = new Producer({ ...base, idempotent: true, compression: codec, autocreateTopics: true })
  for (const line of readFileSync(corpus, 'utf8').trimEnd().split('\n')) {
    const [key, value, ...rest] = line.split(' ').map(unhex)
    const headers = new Map()
    for (let i = 0; i < rest.length; i += 2) headers.set(rest[i], rest[i + 1])
    await producer.send({ messages: [{ topic, key: key ?? undefined, value: value ?? undefined, headers }] })
  }
  await producer.close()
}

async function consume(topic, count) {
  const consumer = new Consumer({ ...base, groupId: `compat-platformatic-${process.pid}-${topic}` })
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false })
  const lines = []
  for await (const message of stream) {
    const headers = [...message.headers].flatMap(([name, value]) => [tohex(name), tohex(value)])
    lines.push([message.partition, message.offset, tohex(message.key), tohex(message.value), ...headers].join(' '))
    if (lines.length === Number(count)) break
  }
  await new Promise((written) => process.stdout.write(`${lines.join('\n')}\n`, written))
  process.exit(0)
}

async function member(groupId, topic) {
  const consumer = new Consumer({ ...base, groupId, sessionTimeout: 6000, heartbeatInterval: 500, rebalanceTimeout: 6000 })
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.COMMITTED, fallbackMode: 'earliest', autocommit: 100 })
  for await (const message of stream) say(`${message.partition} ${message.offset}\n`)
}

await { produce, consume, member }[command](...args)

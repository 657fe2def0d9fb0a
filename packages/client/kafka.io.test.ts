import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { ClientError, ConfigError, json, Kafka, string, topic } from './index.ts'

let broker: RunningBroker
let bootstrapServers: string
before(async () => {
  broker = await startBroker()
  bootstrapServers = `127.0.0.1:${broker.port}`
})
after(() => broker.stop())

interface Order {
  readonly id: number
}

test('what a producer sends a consumer reads, with its types', async () => {
  const orders = topic('whole-way', { key: string, value: json<Order>() })
  const kafka = new Kafka({ bootstrapServers })
  const admin = kafka.admin()
  await admin.createTopics([{ name: 'whole-way', partitions: 3 }])
  const producer = kafka.producer()
  await producer.sendAll(
    orders,
    Array.from({ length: 50 }, (_, id) => ({ key: `k${id % 7}`, value: { id } })),
  )
  const consumer = kafka.consumer({ groupId: 'whole-way', topics: [orders], autoOffsetReset: 'earliest' })
  const seen = new Set<number>()
  for await (const record of consumer.records()) {
    seen.add(record.value.id)
    if (seen.size === 50) break
  }
  assert.equal(producer.metrics().get('record-send-total'), 50)
  assert.equal(consumer.metrics().get('records-consumed-total', { tags: { topic: 'whole-way' } }), 50)
  await kafka.close()
})

test('settings of a properties file reach the client that they are for', async () => {
  const kafka = new Kafka({
    'bootstrap.servers': bootstrapServers,
    'client.id': 'from-file',
    'group.id': 'from-file',
    'enable.auto.commit': 'false',
  })
  await using consumer = kafka.consumer()
  assert.equal(consumer.groupMetadata().groupId, 'from-file')
  await using producer = kafka.producer()
  assert.equal([...producer.metrics()][0]?.tags['client-id'], 'from-file')
  await kafka.close()
})

test('closing a Kafka closes what it made, twice does no harm, and nothing can be made any more', async () => {
  const kafka = new Kafka({ bootstrapServers })
  const producer = kafka.producer()
  const admin = kafka.admin()
  await producer.send('closing', { value: 'x' })
  await kafka.close()
  await kafka.close()
  await assert.rejects(async () => producer.send('closing', { value: 'x' }), { code: 'ODRADEK_CLOSED' })
  await assert.rejects(async () => admin.listTopics(), { code: 'ODRADEK_CLOSED' })
  assert.throws(
    () => kafka.producer(),
    (error) => error instanceof ClientError && error.code === 'ODRADEK_CLOSED',
  )
})

test('wrong options are told before anything is opened', () => {
  assert.throws(() => new Kafka({}), ConfigError)
  const nothing: ReturnType<typeof JSON.parse> = undefined
  assert.throws(() => new Kafka(nothing), /new Kafka\(\) needs its options/)
  const kafka = new Kafka({ bootstrapServers })
  assert.throws(() => kafka.producer({ acks: 1, enableIdempotence: true }), ConfigError)
  for (const options of [null, 5, 'x', []] as unknown[]) {
    const wrong: ReturnType<typeof JSON.parse> = options
    assert.throws(() => kafka.producer(wrong), /kafka\.producer\(\) takes an object with settings/)
    assert.throws(() => kafka.consumer(wrong), /kafka\.consumer\(\) takes an object with settings/)
    assert.throws(() => kafka.admin(wrong), /kafka\.admin\(\) takes an object with settings/)
  }
  const names: ReturnType<typeof JSON.parse> = [7]
  assert.throws(() => kafka.consumer({ groupId: 'g', topics: names }), /topics must be a list of names, or of what topic\(\) gives/)
})

test('the same warning is said once, however many clients are made', async () => {
  const said: string[] = []
  const quiet = (): void => undefined
  const logger = { debug: quiet, info: quiet, warn: (message: string) => void said.push(message), error: quiet }
  await using kafka = new Kafka({ bootstrapServers, 'lingr.ms': '5' }, { logger })
  kafka.producer()
  kafka.producer()
  assert.deepEqual(said, ['lingr.ms is no setting of Kafka clients and was left out; did you mean linger.ms?'])
})

test('a program that is done ends by itself, with clients that were never closed', async () => {
  const program = `
    const { Kafka } = await import("./packages/client/index.ts")
    const producer = new Kafka({ bootstrapServers: '${bootstrapServers}' }).producer()
    const { offset } = await producer.send('ends', { value: 'x' })
    console.log('offset', offset)`
  const args = ['--no-warnings', '--input-type=module', '--eval', program]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 })
  assert.deepEqual([stdout.trim(), stderr], ['offset 0', ''])
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startBroker } from '@odradek/testing'
import type { RunningBroker } from '@odradek/testing'
import { CompressionTypes, Kafka, logLevel } from './index.ts'
import type { Consumer, ConsumerConfig, KafkaMessage } from './index.ts'

let broker: RunningBroker
let kafka: Kafka
before(async () => {
  broker = await startBroker({
    topics: { codecs: 1, shared: 4, slow: 2, stuck: 2, unseen: 1, batches: 1, late: 1, headers: 1 },
    config: { 'group.initial.rebalance.delay.ms': '0', 'group.min.session.timeout.ms': '500' },
  })
  kafka = new Kafka({ clientId: 'test', brokers: async () => [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING })
})
after(() => broker.stop())

async function send(topic: string, values: readonly string[], partition = 0): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map((value) => ({ value, partition })) })
  await producer.disconnect()
}

async function consumerOf(topic: string, config: Partial<ConsumerConfig> = {}): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100, heartbeatInterval: 100, ...config })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  return consumer
}

/** Resolves once `count` calls have come. */
function counted(count: number): { readonly one: () => void; readonly all: Promise<void> } {
  let seen = 0
  let done: () => void = () => undefined
  const all = new Promise<void>((resolve) => (done = resolve))
  return { one: () => ++seen >= count && done(), all }
}

test('all codecs of Kafka work without plug-ins', async () => {
  const producer = kafka.producer()
  await producer.connect()
  for (const compression of Object.values(CompressionTypes))
    await producer.send({ topic: 'codecs', compression, messages: [{ value: `codec ${compression}` }] })
  await producer.disconnect()
  const consumer = await consumerOf('codecs')
  const values: (string | undefined)[] = []
  const five = counted(5)
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(message.value?.toString())
      five.one()
    },
  })
  await five.all
  await consumer.disconnect()
  assert.deepEqual(values, ['codec 0', 'codec 1', 'codec 2', 'codec 3', 'codec 4'])
})

test('a message is a plain object, with duplicate headers in a list and null headers as null', async () => {
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({
    topic: 'headers',
    messages: [{ key: 'k', value: 'v', timestamp: '1700000000000', headers: { a: ['1', '2'], b: 'x', c: undefined } }],
  })
  await producer.disconnect()
  const consumer = await consumerOf('headers')
  const message = await new Promise<KafkaMessage>((resolve) => void consumer.run({ eachMessage: async ({ message }) => resolve(message) }))
  await consumer.disconnect()
  assert.deepEqual(
    { ...message },
    {
      magicByte: 2,
      attributes: 0,
      timestamp: '1700000000000',
      offset: '0',
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      headers: { a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from('x'), c: null },
      isControlRecord: false,
    },
  )
})

test('when a second member joins, the message in hand is finished and committed, and nothing is read twice', async () => {
  await Promise.all(
    [0, 1, 2, 3].map((partition) =>
      send(
        'shared',
        Array.from({ length: 20 }, (_, i) => `${partition}-${i}`),
        partition,
      ),
    ),
  )
  const seen: string[] = []
  const all = counted(80)
  const members = await Promise.all([consumerOf('shared'), consumerOf('shared')])
  const handler = async ({ message }: { message: KafkaMessage }): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    seen.push(message.value?.toString() ?? '')
    all.one()
  }
  const rebalanced = new Promise((resolve) => members[0]?.on('consumer.rebalancing', resolve))
  await members[0]?.run({ eachMessage: handler })
  await members[1]?.run({ eachMessage: handler })
  await rebalanced
  await all.all
  await Promise.all(members.map((member) => member.disconnect()))
  assert.equal(new Set(seen).size, 80)
  assert.equal(seen.length, 80)
})

test('a handler may take longer than the session timeout without a heartbeat', async () => {
  await send('slow', ['a', 'b'])
  const consumer = await consumerOf('slow', { sessionTimeout: 1000, rebalanceTimeout: 30_000 })
  let joins = 0
  consumer.on(consumer.events.GROUP_JOIN, () => joins++)
  const offsets: string[] = []
  const both = counted(2)
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (offsets.length === 0) await new Promise((resolve) => setTimeout(resolve, 2000))
      offsets.push(message.offset)
      both.one()
    },
  })
  await both.all
  await consumer.disconnect()
  assert.deepEqual([offsets, joins], [['0', '1'], 1])
})

test('a handler that is stuck loses its partitions to others, and hears of it when it asks', async () => {
  await send('stuck', ['a', 'b'])
  const stuck = await consumerOf('stuck', { sessionTimeout: 6000, rebalanceTimeout: 1000 })
  let release: () => void = () => undefined
  const free = new Promise<void>((resolve) => (release = resolve))
  const heard = new Promise<string>((resolve) => {
    void stuck.run({
      eachBatch: async ({ heartbeat, isStale }) => {
        await free
        if (!isStale()) return
        await heartbeat().catch((error: { readonly type: string }) => resolve(error.type))
      },
    })
  })
  const other = await consumerOf('stuck')
  const both = counted(2)
  await other.run({ eachMessage: async () => both.one() })
  await both.all
  release()
  assert.equal(await heard, 'REBALANCE_IN_PROGRESS')
  await Promise.all([stuck.disconnect(), other.disconnect()])
})

test('each producer and consumer hears of its own requests alone', async () => {
  const [first, second] = [kafka.producer(), kafka.producer()]
  const heard: string[][] = [[], []]
  for (const [index, producer] of [first, second].entries())
    producer.on(producer.events.REQUEST, ({ payload }) =>
      heard[index]?.push(`${payload.apiName} ${payload.broker.split(':')[1]} ${payload.clientId}`),
    )
  await Promise.all([first.connect(), second.connect()])
  await first.send({ topic: 'unseen', messages: [{ value: 'x' }] })
  await Promise.all([first.disconnect(), second.disconnect()])
  assert(heard[0]?.includes(`Produce ${broker.port} test`), heard[0]?.join())
  assert(!heard[1]?.some((line) => line.startsWith('Produce')), heard[1]?.join())
})

test('a listener that fails harms nobody', async () => {
  const admin = kafka.admin()
  admin.on(admin.events.CONNECT, () => {
    throw new Error('my own fault')
  })
  await admin.connect()
  assert((await admin.listTopics()).includes('unseen'))
  await admin.disconnect()
})

test('a consumer that is stopped inside a batch commits what was resolved and no more', async () => {
  await send('batches', ['a', 'b', 'c', 'd'])
  const consumer = await consumerOf('batches')
  const stopped = new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async ({ message }) => {
        if (message.offset === '1') void consumer.stop().then(resolve)
      },
    })
  })
  await stopped
  const admin = kafka.admin()
  const offsets = await admin.fetchOffsets({ groupId: 'batches', topics: ['batches'] })
  assert.deepEqual(offsets[0]?.partitions, [{ partition: 0, offset: '2', metadata: null }])
  await Promise.all([consumer.disconnect(), admin.disconnect()])
})

test('seeking a partition that has not come yet is remembered until it does', async () => {
  await send('late', ['a', 'b', 'c'])
  const consumer = await consumerOf('late')
  const value = new Promise<string | undefined>((resolve) => {
    const running = consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) })
    consumer.on(consumer.events.CONNECT, () => setImmediate(() => consumer.seek({ topic: 'late', partition: 0, offset: '2' })))
    void running
  })
  assert.equal(await value, 'c')
  await consumer.disconnect()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, string, topic } from '@odradek/client'
import { errorName } from '@odradek/protocol'
import { ApiVersions, Fetch, Heartbeat, Metadata, Produce } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { fetchRequest, produceBatch } from '../data-path.ts'
import { WireClient } from '../wire-client.ts'
import { startBroker } from './index.ts'

const orders = topic('orders', { key: string, value: string })
const batch = (...values: readonly string[]): Buffer => buildBatch(values.map((value) => ({ value: Buffer.from(value), timestamp: 1 })))

test('failNext: so many requests fail, and a client that tries again never notices', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers, retryBackoffMs: 1 })
  const rule = kafka.failNext('Produce', { error: 'NOT_LEADER_OR_FOLLOWER', times: 2 })
  await client.producer().send(orders, { key: 'k', value: 'v' })
  assert.equal(rule.hits, 2)
  assert.equal(kafka.requests({ api: 'Produce' }).length, 3)
  assert.equal(kafka.snapshot('orders').length, 1)
})

test('failNext with a topic: the rest of the request is done as ever', async () => {
  await using kafka = await startBroker({ topics: { orders: 1, users: 1 } })
  await using wire = await WireClient.connect(kafka)
  kafka.failNext('Produce', { topic: 'orders', error: 'MESSAGE_TOO_LARGE' })
  const topicData = ['users', 'orders'].map((name) => ({ name, partitionData: [{ index: 0, records: batch('x') }] }))
  const { responses } = await wire.call(Produce, { acks: -1, timeoutMs: 1000, topicData }, 12)
  assert.deepEqual(
    responses.map(({ name, partitionResponses }) => [name, errorName(partitionResponses[0]?.errorCode ?? -1)]),
    [
      ['users', 'NONE'],
      ['orders', 'MESSAGE_TOO_LARGE'],
    ],
  )
  assert.equal(kafka.snapshot('users').length, 1)
  assert.equal(kafka.snapshot('orders').length, 0)
  assert.equal((await produceBatch(wire, { topic: 'orders', batch: batch('y') })).errorCode, 0)

  kafka.failNext('Metadata', { topic: 'orders', error: 'LEADER_NOT_AVAILABLE' })
  const metadata = await wire.call(Metadata, { topics: [{ name: 'orders' }, { name: 'users' }] })
  assert.equal(metadata.brokers.length, 1)
  assert.deepEqual(
    metadata.topics.map(({ name, errorCode }) => [name, errorName(errorCode)]),
    [
      ['users', 'NONE'],
      ['orders', 'LEADER_NOT_AVAILABLE'],
    ],
  )
})

test('failNext with a topic within a fetch session: the client meets the error, and reads on', async () => {
  await using kafka = await startBroker({ topics: { orders: 1, users: 1 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers, retryBackoffMs: 1 })
  const users = topic('users', { key: string, value: string })
  const seen: string[] = []
  const consumer = client.consumer({ groupId: 'g', topics: [orders, users], autoOffsetReset: 'earliest' })
  const reading = consumer.run(({ value }) => void seen.push(value))
  await kafka.waitForGroup('g', { state: 'Stable' })
  for (const error of ['NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_LEADER_EPOCH'] as const) {
    for (const name of ['orders', 'users']) await kafka.produce(name, [{ key: 'k', value: `before ${error}` }])
    const rule = kafka.failNext('Fetch', { topic: 'orders', error, times: 2 })
    for (const name of ['orders', 'users']) await kafka.produce(name, [{ key: 'k', value: `after ${error}` }])
    await until(() => rule.hits === 2)
  }
  await until(() => seen.length === 8)
  await consumer.close()
  await reading
})

test('failNext without a topic lets a fetch fail where clients look for it: at each partition', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await WireClient.connect(kafka)
  kafka.failNext('Fetch', { error: 'NOT_LEADER_OR_FOLLOWER' })
  kafka.failNext('Fetch', { error: 'FETCH_SESSION_ID_NOT_FOUND' })
  const first = await wire.call(Fetch, fetchRequest({ topic: 'orders', offset: 0 }), 12)
  assert.deepEqual([first.errorCode, errorName(first.responses[0]?.partitions[0]?.errorCode ?? 0)], [0, 'NOT_LEADER_OR_FOLLOWER'])
  const second = await wire.call(Fetch, fetchRequest({ topic: 'orders', offset: 0 }), 12)
  assert.equal(errorName(second.errorCode), 'FETCH_SESSION_ID_NOT_FOUND')
})

test('applied and disconnect: the records are there, their producer does not know, and writes them once all the same', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers, retryBackoffMs: 1, reconnectBackoffMs: 1 })
  const rule = kafka.failNext('Produce', { disconnect: true, applied: true })
  const { offset } = await client.producer().send(orders, { key: 'k', value: 'once' })
  assert.equal(rule.hits, 1)
  assert.equal(offset, 0)
  assert.equal(kafka.requests({ api: 'Produce' }).length, 2)
  assert.equal(kafka.snapshot('orders').length, 1)
})

test('a producer that wants no answers hears of a failure by its connection', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await WireClient.connect(kafka)
  kafka.failNext('Produce', { error: 'NOT_LEADER_OR_FOLLOWER' })
  wire.send(Produce, { acks: 0, timeoutMs: 1000, topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batch('x') }] }] }, 12)
  await wire.closed
  assert.equal(kafka.snapshot('orders').length, 0)
})

test('where and clientId choose the requests that fail', async () => {
  await using kafka = await startBroker()
  await using one = await WireClient.connect(kafka, { clientId: 'one' })
  await using two = await WireClient.connect(kafka, { clientId: 'two' })
  const beat = async (wire: WireClient, groupId: string): Promise<string> =>
    errorName((await wire.call(Heartbeat, { groupId, generationId: 1, memberId: 'm' })).errorCode)
  const usual = await beat(one, 'a')
  kafka.failNext('Heartbeat', { error: 'GROUP_AUTHORIZATION_FAILED', clientId: 'one', where: ({ body }) => body.groupId === 'b' })
  assert.equal(await beat(one, 'a'), usual)
  assert.equal(await beat(two, 'b'), usual)
  assert.equal(await beat(one, 'b'), 'GROUP_AUTHORIZATION_FAILED')
  assert.equal(await beat(one, 'b'), usual)
})

test('a rule that is removed, or goes out of scope, meets nothing any more', async () => {
  await using kafka = await startBroker()
  await using wire = await WireClient.connect(kafka)
  const fails = async (): Promise<boolean> => (await wire.call(Metadata, { topics: [] })).errorCode !== 0
  const rule = kafka.failNext('Metadata', { error: 'CLUSTER_AUTHORIZATION_FAILED', times: Infinity })
  assert.equal(await fails(), true)
  assert.equal(await fails(), true)
  rule.remove()
  rule.remove()
  assert.equal(await fails(), false)
  {
    using scoped = kafka.failNext('Metadata', { error: 'CLUSTER_AUTHORIZATION_FAILED', times: Infinity })
    assert.equal(await fails(), true)
    assert.equal(scoped.hits, 1)
  }
  assert.equal(await fails(), false)
})

test('delay: requests wait by the clock of the broker, and those of a connection stay in their order', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await WireClient.connect(kafka)
  const rule = kafka.delay('Produce', '1 hour')
  const send = (value: string): number =>
    wire.send(
      Produce,
      { acks: 1, timeoutMs: 1000, topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batch(value) }] }] },
      12,
    )
  const ids = ['a', 'b'].map(send)
  await until(() => kafka.requests({ api: 'Produce' }).length === 2)
  rule.remove()
  ids.push(send('c'))
  await until(() => kafka.requests({ api: 'Produce' }).length === 3)
  assert.equal(kafka.snapshot('orders').length, 0)
  await kafka.clock.advance('1 hour')
  for (const id of ids) await wire.answerTo(Produce, id, 12)
  assert.deepEqual(
    kafka.snapshot('orders').map(({ value }) => value),
    ['a', 'b', 'c'],
  )
  assert.equal(rule.hits, 2)
})

test('delay: a reset lets go on what was held back, and a stop does not wait for it', async () => {
  await using kafka = await startBroker()
  await using wire = await WireClient.connect(kafka)
  kafka.delay('Metadata', '1 day')
  const held = wire.call(Metadata, { topics: [] })
  await until(() => kafka.requests({ api: 'Metadata' }).length === 1)
  await kafka.reset()
  assert.equal((await held).brokers.length, 1)
  kafka.delay('Metadata', '1 day')
  wire.send(Metadata, { topics: [] })
  await until(() => kafka.requests({ api: 'Metadata' }).length === 1)
})

test('intercept: a test sees and changes what goes in and what comes out', async () => {
  await using kafka = await startBroker({ topics: { orders: 1, users: 2 } })
  await using wire = await WireClient.connect(kafka)
  const asked: (string | null)[] = []
  const rule = kafka.intercept('Metadata', async ({ body, clientId, version }, next) => {
    assert.deepEqual([clientId, version], ['wire-client', 12])
    asked.push(...(body.topics ?? []).map(({ name }) => name))
    const answer = await next({ ...body, topics: body.topics?.map((each) => ({ ...each, name: 'users' })) ?? null })
    return { ...answer, clusterId: 'changed' }
  })
  const { clusterId, topics } = await wire.call(Metadata, { topics: [{ name: 'orders' }] }, 12)
  assert.deepEqual([clusterId, topics[0]?.name, asked], ['changed', 'users', ['orders']])
  // The answer about all topics is encoded before anybody asks for it; its fields are there too.
  const all = await wire.call(Metadata, { topics: null }, 12)
  assert.equal(all.clusterId, 'changed')
  assert.equal(all.topics.length, 2)
  assert.equal(rule.hits, 2)
})

test('intercept: a test may answer itself, or throw, and what it throws the client hears', async () => {
  await using kafka = await startBroker()
  await using wire = await WireClient.connect(kafka)
  const beat = async (): Promise<string> =>
    errorName((await wire.call(Heartbeat, { groupId: 'g', generationId: 1, memberId: 'm' })).errorCode)
  const outer = kafka.intercept('Heartbeat', (_request, next) => next())
  const inner = kafka.intercept('Heartbeat', () => ({ errorCode: 0 }))
  assert.equal(await beat(), 'NONE')
  inner.remove()
  assert.notEqual(await beat(), 'NONE')
  outer.remove()
  kafka.intercept('Heartbeat', () => {
    throw new Error('a mistake in the test')
  })
  assert.equal(await beat(), 'UNKNOWN_SERVER_ERROR')
})

test('intercept: while one produce request is looked at, the next of its connection waits', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  let atOnce = 0
  let most = 0
  kafka.intercept('Produce', async (_request, next) => {
    most = Math.max(most, ++atOnce)
    await new Promise((resolve) => setImmediate(resolve))
    const answer = await next()
    atOnce--
    return answer
  })
  const producer = client.producer({ lingerMs: 0 })
  await Promise.all(Array.from({ length: 20 }, (_, index) => producer.send(orders, { key: 'k', value: `${index}` })))
  assert.equal(most, 1)
  assert.deepEqual(
    kafka.snapshot('orders').map(({ value }) => value),
    Array.from({ length: 20 }, (_, index) => `${index}`),
  )
})

test('dropConnections: those of one client, or all', async () => {
  await using kafka = await startBroker()
  await using one = await WireClient.connect(kafka, { clientId: 'one' })
  await using two = await WireClient.connect(kafka, { clientId: 'two' })
  for (const wire of [one, two]) await wire.call(ApiVersions, { clientSoftwareName: 'a', clientSoftwareVersion: '1' })
  assert.equal(kafka.dropConnections({ clientId: 'one' }), 1)
  await one.closed
  await two.call(ApiVersions, { clientSoftwareName: 'a', clientSoftwareVersion: '1' })
  assert.equal(kafka.dropConnections(), 1)
  await two.closed
  assert.equal(kafka.dropConnections(), 0)
})

test('expireSession: the group gives the partitions of the member to another, or to itself when it comes again', async () => {
  await using kafka = await startBroker({ topics: { orders: 4 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  const settings = { groupId: 'g', topics: [orders], heartbeatIntervalMs: 20 } as const
  const consumers = [client.consumer(settings), client.consumer(settings)]
  const reading = consumers.map((consumer) => consumer.run(() => undefined))
  const group = await kafka.waitForGroup('g', { state: 'Stable', members: 2 })
  const [first, second] = group.members
  await kafka.expireSession('g', first?.memberId)
  await until(() => kafka.requests({ api: 'JoinGroup' }).length >= 4)
  const after = await kafka.waitForGroup('g', { state: 'Stable', members: 2 })
  const ids = after.members.map(({ memberId }) => memberId)
  assert(!ids.includes(first?.memberId ?? '') && ids.includes(second?.memberId ?? ''))
  assert.equal(after.members.flatMap(({ partitions }) => partitions).length, 4)
  await assert.rejects(kafka.expireSession('g', 'nobody'), /has no member nobody, but/)
  await Promise.all(consumers.map((consumer) => consumer.close()))
  await Promise.all(reading)
})

test('clock.advance: what is older than retention.ms is gone, and sessions have ended', async () => {
  await using kafka = await startBroker({ topics: { short: { config: { 'retention.ms': '3600000' } }, long: 1 } })
  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers }, { logger: silent })
  for (const name of ['short', 'long']) await kafka.produce(name, [{ value: 'x' }])
  // A member that does not come again.
  const member = client.consumer({ groupId: 'g', topics: ['long'], heartbeatIntervalMs: 3_000, sessionTimeoutMs: 10_000 })
  const reading = member.run(() => undefined)
  await kafka.waitForGroup('g', { state: 'Stable' })
  kafka.intercept('JoinGroup', () => new Promise(() => undefined))
  await kafka.clock.advance('1 day')
  assert.equal(kafka.snapshot('short').length, 0)
  assert.equal(kafka.snapshot('long').length, 1)
  assert.equal((await kafka.group('g')).members.length, 0)
  assert(kafka.clock.now() - Date.now() > 86_000_000)
  await kafka.produce('short', [{ value: 'new' }])
  await kafka.clock.advance('30 minutes')
  assert.equal(kafka.snapshot('short').length, 1)
  kafka.dropConnections()
  await kafka.stop()
  await member.close({ timeoutMs: 1 })
  await reading
})

test('asVersion: the broker announces and speaks no more than that release did', async () => {
  await using kafka = await startBroker({ asVersion: '2.8', topics: { orders: 1 } })
  await using wire = await WireClient.connect(kafka)
  const { apiKeys } = await wire.call(ApiVersions, { clientSoftwareName: 'a', clientSoftwareVersion: '1' }, 3)
  const announced = new Map(apiKeys.map(({ apiKey, maxVersion }) => [apiKey, maxVersion]))
  assert.deepEqual([announced.get(0), announced.get(1), announced.get(3), announced.get(75)], [9, 12, 11, undefined])
  await using newer = await WireClient.connect(kafka)
  newer.send(Fetch, fetchRequest({ topic: 'orders', offset: 0 }), 13)
  await newer.closed

  await using client = new Kafka({ bootstrapServers: kafka.bootstrapServers })
  await client.producer().send(orders, { key: 'k', value: 'v' })
  for await (const { value } of client.consumer({ groupId: 'g', topics: [orders], autoOffsetReset: 'earliest' }).records()) {
    assert.equal(value, 'v')
    break
  }
  assert.deepEqual([...new Set(kafka.requests({ api: 'Produce' }).map(({ version }) => version))], [9])
})

test('requests: what came, in its order and with its fields', async () => {
  await using kafka = await startBroker({ topics: { orders: 1 } })
  await using wire = await WireClient.connect(kafka, { clientId: 'me' })
  for (const value of ['a', 'b']) await produceBatch(wire, { topic: 'orders', batch: batch(value) })
  await wire.call(Metadata, { topics: null })
  assert.deepEqual(
    kafka.requests().map(({ api, clientId, connection }) => [api, clientId, connection]),
    [
      ['Produce', 'me', 1],
      ['Produce', 'me', 1],
      ['Metadata', 'me', 1],
    ],
  )
  const [, second] = kafka.requests({ api: 'Produce', clientId: 'me' })
  // The bytes are the test's own: the connection's buffer has had other requests since.
  assert.deepEqual(second?.body.topicData[0]?.partitionData[0]?.records, batch('b'))
  assert.deepEqual(kafka.requests({ clientId: 'other' }), [])
})

const quiet = (): void => undefined
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet }

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCode, KafkaError } from '@odradek/protocol'
import { CreateTopics, DeleteTopics, DescribeCluster, Metadata } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'
import { ClientError } from '../errors/client-error.ts'
import type { Waiting } from '../waiting.ts'
import { ScriptedCluster, scriptedAdmin } from './scripted-cluster.ts'

const created = ({ topics }: RequestOf<typeof CreateTopics>, code: (name: string) => number = () => 0, throttleTimeMs = 0) => ({
  throttleTimeMs,
  topics: topics.map(({ name }) => ({ name, errorCode: code(name), numPartitions: 1, replicationFactor: 1, configs: null })),
})

test('a controller that is none any more is asked for anew', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, (request, { broker }) => {
    cluster.controllerId = 2
    return created(request, () => (broker === 1 ? errorCode('NOT_CONTROLLER') : 0))
  })
  const { admin } = scriptedAdmin(cluster)
  const results = admin.createTopics([{ name: 'orders' }])
  await cluster.time.advance(130)
  assert.equal((await results).get('orders')?.partitions, 1)
  assert.equal(cluster.log, 'CreateTopics@1 CreateTopics@2')
  assert.deepEqual(cluster.forgotten, ['controller'])
})

test('a used up quota is waited for, and only by the topics that it concerns', async () => {
  const cluster = new ScriptedCluster()
  const quota = errorCode('THROTTLING_QUOTA_EXCEEDED')
  cluster.on(CreateTopics, (request, { attempt }) => created(request, (name) => (name === 'second' && attempt === 1 ? quota : 0), 2_000))
  const { admin } = scriptedAdmin(cluster)
  const results = admin.createTopics([{ name: 'first' }, { name: 'second' }])
  await cluster.time.advance(1_999)
  assert.equal(cluster.asked.length, 1)
  await cluster.time.advance(1)
  await results
  assert.equal(cluster.asked.length, 2)
  assert.partialDeepStrictEqual(cluster.asked[1]?.request, { topics: [{ name: 'second' }] })
  assert.doesNotMatch(JSON.stringify(cluster.asked[1]?.request), /first/)
  assert.equal(cluster.time.monotonic(), 2_000)
})

test('with retryOnQuotaViolation: false a used up quota is the result', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, (request) => created(request, () => errorCode('THROTTLING_QUOTA_EXCEEDED'), 2_000))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.createTopics([{ name: 'a' }], { retryOnQuotaViolation: false }), {
    code: 'THROTTLING_QUOTA_EXCEEDED',
  })
})

test('a quota that is used up to the end is told instead of the time', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, (request) => created(request, () => errorCode('THROTTLING_QUOTA_EXCEEDED'), 2_000))
  const { admin } = scriptedAdmin(cluster)
  const settled = admin.createTopics([{ name: 'a' }], { timeoutMs: 5_000 }).settled()
  await cluster.time.advance(5_000)
  const outcome = (await settled).get('a')
  assert(outcome?.ok === false && outcome.error.code === 'THROTTLING_QUOTA_EXCEEDED')
})

test('a topic made by an attempt whose answer was lost says so', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, (request, { attempt }) => {
    if (attempt === 1) throw new KafkaError('NETWORK_EXCEPTION')
    return created(request, () => errorCode('TOPIC_ALREADY_EXISTS'))
  })
  const { admin } = scriptedAdmin(cluster)
  const settled = admin.createTopics([{ name: 'orders' }]).settled()
  await cluster.time.advance(130)
  const outcome = (await settled).get('orders')
  assert(outcome?.ok === false && outcome.error.code === 'TOPIC_ALREADY_EXISTS')
  assert.match(outcome.error.hint, /answer was lost/)
})

test('an operation that a broker does not know is asked the older way, without a pause', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(Metadata, () => ({ brokers: [{ nodeId: 1, host: 'a', port: 1 }], controllerId: 1, clusterId: 'c', topics: [] }), { upTo: 7 })
  const { admin } = scriptedAdmin(cluster)
  const { clusterId, controller } = await admin.describeCluster()
  assert.equal(clusterId, 'c')
  assert.equal(controller?.host, 'a')
  assert.equal(cluster.time.monotonic(), 0)
  await assert.rejects(admin.describeCluster({ includeFencedBrokers: true }), { code: 'UNSUPPORTED_VERSION' })
})

test('errors that will not pass are told at once, with what, where and what to do', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, (request) => created(request, () => errorCode('INVALID_REPLICATION_FACTOR')))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.createTopics([{ name: 'orders', replicationFactor: 3 }]), {
    code: 'INVALID_REPLICATION_FACTOR',
    message: /^createTopics orders: INVALID_REPLICATION_FACTOR: .*\. Lower the replication factor, or start more brokers\.$/,
  })
})

test('a code that this client does not know keeps its number', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, (request) => created(request, () => 999))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(
    async () => admin.createTopics([{ name: 'orders' }]),
    (error: KafkaError) => {
      assert.equal(error.wireCode, 999)
      assert.match(error.message, /UNKNOWN\(999\)/)
      return true
    },
  )
})

test('what an answer leaves out is an error, not a wait', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, () => ({ topics: [] }))
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(async () => admin.createTopics([{ name: 'orders' }]), {
    code: 'UNKNOWN_SERVER_ERROR',
    message: /says nothing about it/,
  })
})

test('attempts wait twice as long each time, up to a second', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DescribeCluster, () => {
    throw new KafkaError('NETWORK_EXCEPTION', 'connection refused')
  })
  const { admin, held } = scriptedAdmin(cluster)
  const described = admin.describeCluster({ timeoutMs: 10_000 })
  const failed = assert.rejects(described, { code: 'REQUEST_TIMED_OUT', message: /describeCluster: .*connection refused/ })
  await cluster.time.advance(10_000)
  await failed
  const waits = cluster.asked.slice(1).map(({ atMs }, index) => atMs - (cluster.asked[index]?.atMs ?? 0))
  assert(waits.every((wait, index) => wait >= Math.min(100 * 2 ** index, 1_000) * 0.8 && wait <= Math.min(100 * 2 ** index, 1_000) * 1.2))
  assert(waits.length >= 10)
  assert.equal(held(), 0)
  assert.equal(cluster.time.pendingTimers, 0)
})

test('retries bounds the attempts', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DescribeCluster, () => {
    throw new KafkaError('NETWORK_EXCEPTION')
  })
  const { admin } = scriptedAdmin(cluster, { retries: 1 })
  const failed = assert.rejects(admin.describeCluster(), { code: 'NETWORK_EXCEPTION' })
  await cluster.time.advance(1_000)
  await failed
  assert.equal(cluster.asked.length, 2)
})

test('an aborted call rejects with the reason of its signal, and leaves nothing behind', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(CreateTopics, () => new Promise<never>(() => {}))
  const { admin, held } = scriptedAdmin(cluster)
  const controller = new AbortController()
  const results = admin.createTopics([{ name: 'a' }, { name: 'b' }], { signal: controller.signal })
  const ended = [results.settled(), results.of('a'), Promise.resolve(results)].map((promise) =>
    assert.rejects(promise, { message: 'enough' }),
  )
  await cluster.time.runTurn()
  controller.abort(new Error('enough'))
  await Promise.all(ended)
  assert.equal(held(), 0)
  assert.equal(cluster.time.pendingTimers, 0)
})

test('a signal that was aborted before stops the call before anything is sent', async () => {
  const cluster = new ScriptedCluster()
  const { admin } = scriptedAdmin(cluster)
  await assert.rejects(admin.describeCluster({ signal: AbortSignal.abort(new Error('no')) }), { message: 'no' })
  assert.equal(cluster.log, '')
})

test('close waits for calls under way, takes no more, and closes the connections', async () => {
  const cluster = new ScriptedCluster()
  const answer = Promise.withResolvers<void>()
  cluster.on(DeleteTopics, async ({ topics }) => {
    await answer.promise
    return { responses: topics.map(({ name }) => ({ name, errorCode: 0 })) }
  })
  const { admin } = scriptedAdmin(cluster)
  const deletion = admin.deleteTopics(['a'])
  await cluster.time.runTurn()
  const closed = admin.close()
  await assert.rejects(admin.describeCluster(), (error) => error instanceof ClientError && error.code === 'ODRADEK_CLOSED')
  assert.equal(cluster.isDisposed, false)
  answer.resolve()
  await deletion
  await closed
  assert.equal(cluster.isDisposed, true)
  await admin.close()
})

test('close gives calls up that take longer than it may', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DeleteTopics, () => new Promise<never>(() => {}))
  const { admin, held } = scriptedAdmin(cluster)
  const failed = assert.rejects(admin.deleteTopics(['a']).settled(), { code: 'ODRADEK_CLOSED' })
  await cluster.time.runTurn()
  const closed = admin.close({ timeoutMs: 500 })
  await cluster.time.advance(500)
  await failed
  await closed
  assert.equal(held(), 0)
  assert.equal(cluster.time.pendingTimers, 0)
})

test('over bootstrap.controllers what only brokers answer is refused without asking (KIP-919)', async () => {
  const cluster = new ScriptedCluster()
  cluster.on(DescribeCluster, () => ({ errorCode: 0, clusterId: 'c', controllerId: 1, endpointType: 2, brokers: [] }))
  const { admin } = scriptedAdmin(cluster, { bootstrapControllers: [{ host: 'c', port: 1 }] })
  await assert.rejects(async () => admin.createTopics([{ name: 'a' }]), { code: 'UNSUPPORTED_ENDPOINT_TYPE' })
  assert.equal((await admin.describeCluster()).clusterId, 'c')
  assert.equal(cluster.log, 'DescribeCluster@1')
  assert.equal(cluster.asked[0]?.request['endpointType'], 2)
})

test('when no broker can be reached, the time-out says why', async () => {
  const cluster = new ScriptedCluster()
  const cause = new KafkaError('NETWORK_EXCEPTION', 'connect ECONNREFUSED 127.0.0.1:9092', { hint: 'Is a broker there?' })
  cluster.lastFailure = cause
  cluster.anyBroker = ({ signal }: Waiting = {}) => {
    const { promise, reject } = Promise.withResolvers<number>()
    signal?.addEventListener('abort', () => reject(signal.reason))
    return promise
  }
  const { admin } = scriptedAdmin(cluster)
  const outcome = assert.rejects(async () => admin.listTopics({ timeoutMs: 500 }), {
    code: 'REQUEST_TIMED_OUT',
    message: /no answer: connect ECONNREFUSED 127\.0\.0\.1:9092\. Is a broker there\?/,
    cause,
    hint: 'Is a broker there?',
  })
  await cluster.time.advance(600)
  await outcome
})

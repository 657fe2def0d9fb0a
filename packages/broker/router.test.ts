import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { silentLogger } from '@odradek/common/logging'
import { MetricsRegistry, metricsText, prometheusType } from '@odradek/common/metrics'
import { VirtualTime } from '@odradek/common/time'
import { CloseConnection } from '@odradek/network'
import type { Connection, Reply } from '@odradek/network'
import { KafkaError, readResponseHeader, writeRequestHeader } from '@odradek/protocol'
import { ApiVersions, DeleteTopics, Heartbeat, JoinGroup, Produce } from '@odradek/protocol/messages'
import type { Api, ReadOf } from '@odradek/protocol/schema'
import { handler } from './handler.ts'
import type { Handler } from './handler.ts'
import { apiVersions } from './handlers/api-versions.ts'
import { RequestMetrics } from './request-metrics.ts'
import { Router } from './router.ts'

const heartbeat = { groupId: 'shop', generationId: 3, memberId: 'm-1', groupInstanceId: null }
const features = () => ({
  supported: new Map([['group.version', { min: 0, max: 1 }]]),
  finalized: new Map([['group.version', 1]]),
  epoch: 4,
})

function connection(): Connection {
  return {
    id: 1,
    listener: 'PLAINTEXT',
    peer: { address: '127.0.0.1', port: 40_000 },
    local: { address: '127.0.0.1', port: 9092 },
    software: undefined,
    signal: new AbortController().signal,
    close: () => undefined,
  }
}

function routerOf(...handlers: readonly Handler[]) {
  const time = new VirtualTime()
  const registry = new MetricsRegistry(time)
  const metrics = new RequestMetrics({ registry, clock: time })
  return { time, registry, router: new Router({ handlers, clock: time, logger: silentLogger, metrics }) }
}

function frameOf(api: Pick<Api, 'key' | 'flexible'>, version: number, write: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter()
  writeRequestHeader(writer, api, { apiVersion: version, correlationId: 77, clientId: 'test' })
  write(writer)
  return Buffer.from(writer.finish())
}

function heartbeatFrame(version = 4): Buffer {
  return frameOf(Heartbeat, version, (writer) => Heartbeat.encodeRequest(writer, heartbeat, version))
}

function handle(router: Router, frame: Buffer, from = connection()) {
  return router.handle(from, frame, 0, frame.length)
}

function read<Q extends Api['request'], S extends Api['response']>(reply: Reply | undefined, api: Api<Q, S>, version: number): ReadOf<S> {
  assert.ok(reply !== undefined)
  const reader = new ByteReader(Buffer.concat([...reply.chunks]))
  assert.equal(readResponseHeader(reader, api, version).correlationId, 77)
  const response = api.decodeResponse(reader, version)
  assert.equal(reader.remaining, 0)
  return response
}

test('a request comes to its handler with who asked, and the answer goes back under its number', () => {
  const seen: unknown[] = []
  const { router } = routerOf(
    handler(Heartbeat, (request, context) => {
      seen.push(request.groupId, request.memberId, context.clientId, context.apiVersion, context.principal)
      return { errorCode: 0 }
    }),
  )
  const reply = handle(router, heartbeatFrame())
  assert.ok(!(reply instanceof Promise))
  assert.equal(read(reply, Heartbeat, 4).errorCode, 0)
  assert.deepEqual(seen, ['shop', 'm-1', 'test', 4, 'User:ANONYMOUS'])
})

test('an error of Kafka becomes the answer, and so does a bug', async () => {
  const { router } = routerOf(
    handler(Heartbeat, ({ memberId }) => {
      if (memberId === 'm-1') throw new KafkaError('UNKNOWN_MEMBER_ID')
      return { errorCode: 0 }
    }),
    handler(JoinGroup, () => Promise.reject(new TypeError('no such thing'))),
  )
  assert.equal(read(await handle(router, heartbeatFrame()), Heartbeat, 4).errorCode, 25)
  const join = { groupId: 'shop', sessionTimeoutMs: 1, rebalanceTimeoutMs: 1, memberId: '', protocolType: 'consumer', protocols: [] }
  const frame = frameOf(JoinGroup, 2, (writer) => JoinGroup.encodeRequest(writer, join, 2))
  assert.equal(read(await handle(router, frame), JoinGroup, 2).errorCode, -1)
})

test('an API whose answer has no error code of its own says on each element that it failed', async () => {
  const failing = handler(DeleteTopics, () => Promise.reject(new KafkaError('REQUEST_TIMED_OUT')), {
    failed: ({ topicNames }, errorCode) => ({ responses: topicNames.map((name) => ({ name, errorCode })) }),
  })
  const { router } = routerOf(failing)
  const frame = frameOf(DeleteTopics, 3, (writer) => DeleteTopics.encodeRequest(writer, { topicNames: ['a', 'b'], timeoutMs: 1 }, 3))
  const { responses } = read(await handle(router, frame), DeleteTopics, 3)
  assert.deepEqual(
    responses.map(({ name, errorCode }) => [name, errorCode]),
    [
      ['a', 7],
      ['b', 7],
    ],
  )
})

test('what cannot be read closes the connection and gets no answer', () => {
  const { router } = routerOf(handler(Heartbeat, () => ({ errorCode: 0 })))
  const whole = heartbeatFrame()
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => handle(router, whole.subarray(0, length)), CloseConnection, `cut to ${length} bytes`)
  }
  assert.throws(
    () =>
      handle(
        router,
        frameOf({ key: 99, flexible: undefined }, 0, () => undefined),
      ),
    CloseConnection,
  )
  assert.throws(
    () =>
      handle(
        router,
        frameOf(Heartbeat, 5, () => undefined),
      ),
    CloseConnection,
  )
  assert.throws(
    () =>
      handle(
        router,
        frameOf(Heartbeat, -1, () => undefined),
      ),
    CloseConnection,
  )
})

test('bytes behind a request are ignored', () => {
  const { router } = routerOf(handler(Heartbeat, () => ({ errorCode: 0 })))
  assert.ok(handle(router, Buffer.concat([heartbeatFrame(), Buffer.from('more')])))
})

test('a client that speaks a newer ApiVersions learns our versions in the oldest form', () => {
  const { router } = routerOf(apiVersions(() => [], features))
  const reply = handle(
    router,
    frameOf(ApiVersions, 99, (writer) => writer.bytes(Buffer.from([4, 1, 2, 3, 0]))),
  )
  assert.ok(!(reply instanceof Promise))
  const response = read(reply, ApiVersions, 0)
  assert.equal(response.errorCode, 35)
  assert.deepEqual(
    response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, minVersion, maxVersion]),
    [[18, 0, 4]],
  )
})

test('ApiVersions announces the handlers there are, and produce from version 0', () => {
  const handlers: Handler[] = [handler(Heartbeat, () => ({ errorCode: 0 }))]
  handlers.push(
    apiVersions(() => handlers, features),
    handler(Produce, () => undefined, { announced: [0, 13], failed: () => ({ responses: [] }) }),
  )
  const { router } = routerOf(...handlers)
  const client = connection()
  const frame = frameOf(ApiVersions, 3, (writer) => {
    ApiVersions.encodeRequest(writer, { clientSoftwareName: 'librdkafka', clientSoftwareVersion: '2.8.0' }, 3)
  })
  const reply = handle(router, frame, client)
  assert.ok(!(reply instanceof Promise))
  const response = read(reply, ApiVersions, 3)
  assert.deepEqual(
    response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, minVersion, maxVersion]),
    [
      [0, 0, 13],
      [12, 0, 4],
      [18, 0, 4],
    ],
  )
  assert.deepEqual(client.software, { name: 'librdkafka', version: '2.8.0' })
  // Older clients fail on a feature that may be at level 0.
  assert.deepEqual(response.supportedFeatures, [])
  assert.equal(response.finalizedFeatures[0]?.name, 'group.version')
  assert.throws(
    () =>
      handle(
        router,
        frameOf(Produce, 2, () => undefined),
      ),
    CloseConnection,
  )
})

test('a client that gives itself no proper name is refused', () => {
  const { router } = routerOf(apiVersions(() => [], features))
  const frame = frameOf(ApiVersions, 3, (writer) => {
    ApiVersions.encodeRequest(writer, { clientSoftwareName: '${jndi:ldap}', clientSoftwareVersion: '1' }, 3)
  })
  const reply = handle(router, frame)
  assert.ok(!(reply instanceof Promise))
  assert.equal(read(reply, ApiVersions, 3).errorCode, 42)
})

test('a handler may keep the bytes of its request although the frame is written over', async () => {
  let metadata: Buffer | undefined
  const { router } = routerOf(
    handler(JoinGroup, ({ protocols }) => {
      metadata = protocols[0]?.metadata
      return { errorCode: 0, generationId: 1, protocolName: 'range', leader: '', memberId: '', members: [] }
    }),
  )
  const join = {
    groupId: 'shop',
    sessionTimeoutMs: 1,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('topics') }],
  }
  const frame = frameOf(JoinGroup, 0, (writer) => JoinGroup.encodeRequest(writer, join, 0))
  await handle(router, frame)
  frame.fill(0)
  assert.equal(metadata?.toString(), 'topics')
})

test('buffers that an answer lent are given back when it was sent, and only then', async () => {
  let released = 0
  const { router } = routerOf(
    handler(Heartbeat, (_request, context) => {
      context.whenSent(() => released++)
      context.whenSent(() => released++)
      return { errorCode: 0 }
    }),
  )
  const reply = await handle(router, heartbeatFrame())
  assert.equal(released, 0)
  reply?.sent?.()
  assert.equal(released, 2)
})

test('answers that were not sent yet keep their bytes while others are written', async () => {
  const { router } = routerOf(handler(Heartbeat, ({ generationId }) => ({ errorCode: generationId })))
  const replies = []
  for (let code = 0; code < 5000; code++) {
    const frame = frameOf(Heartbeat, 4, (writer) => Heartbeat.encodeRequest(writer, { ...heartbeat, generationId: code }, 4))
    replies.push(await handle(router, frame))
  }
  for (const [code, reply] of replies.entries()) assert.equal(read(reply, Heartbeat, 4).errorCode, code)
})

test('only what decides in order and waits side by side may start while others are being answered', () => {
  const { router } = routerOf(
    handler(Produce, () => undefined, { overlaps: true, failed: () => ({ responses: [] }) }),
    handler(Heartbeat, () => ({ errorCode: 0 })),
  )
  const produce = frameOf(Produce, 9, () => undefined)
  assert.equal(router.mayOverlap(produce, 0, produce.length), true)
  const other = heartbeatFrame()
  assert.equal(router.mayOverlap(other, 0, other.length), false)
  assert.equal(router.mayOverlap(Buffer.alloc(1), 0, 1), false)
})

test('requests and their errors are counted for each API', async () => {
  const { time, router, registry } = routerOf(
    handler(Heartbeat, () => new Promise((resolve) => time.after(250, () => resolve({ errorCode: 27 })))),
  )
  const answer = handle(router, heartbeatFrame(3))
  await time.advance(250)
  await answer
  const text = [...metricsText(registry, prometheusType)].join('')
  assert.match(text, /kafka_network_requestmetrics_requests_total\{request="Heartbeat",version="3"\} 1\n/)
  assert.match(text, /kafka_network_requestmetrics_errors_total\{request="Heartbeat",error="REBALANCE_IN_PROGRESS"\} 1\n/)
  assert.match(text, /kafka_network_requestmetrics_remotetimems_sum\{request="Heartbeat"\} 250\n/)
})

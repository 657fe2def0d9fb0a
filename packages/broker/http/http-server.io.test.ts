import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { silentLogger } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { declareCounter, MetricsRegistry } from '@odradek/common/metrics'
import { VirtualTime } from '@odradek/common/time'
import { healthRoutes } from './health.ts'
import type { HealthCheck } from './health.ts'
import { text } from './http-answer.ts'
import type { HttpRoute } from './http-answer.ts'
import { HttpServer } from './http-server.ts'
import { metricsRoute } from './metrics-route.ts'
import { observeProcess } from './process-metrics.ts'

const topics = declareCounter({ name: 'topics_total', help: 'Topics.', labels: ['topic'] })

async function serve(
  checks: readonly HealthCheck[] = [],
  routes: readonly (readonly [string, HttpRoute])[] = [],
  logger: Logger = silentLogger,
) {
  const time = new VirtualTime()
  const registry = new MetricsRegistry(time)
  registry.counter(topics).of('orders').add(3)
  observeProcess(registry, time)
  const server = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    movesIfTaken: false,
    routes: new Map([...healthRoutes(checks), ...metricsRoute(registry), ...routes]),
    logger,
  })
  const url = await server.listen()
  return { url, port: Number(new URL(url).port), [Symbol.asyncDispose]: () => server.close() }
}

const get = async (url: string, init?: RequestInit) => {
  const answer = await fetch(url, init)
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
}

describe('health', () => {
  test('is 200 and ok while all checks are right, and tells of each', async () => {
    await using server = await serve([{ name: 'logs', look: () => ({ isOk: true, says: '12 partitions are loaded' }) }])
    for (const path of ['/health', '/healthz']) {
      const { status, body } = await get(server.url + path)
      assert.equal(status, 200)
      assert.deepEqual(JSON.parse(body), { status: 'ok', checks: { logs: { status: 'ok', says: '12 partitions are loaded' } } })
    }
    assert.equal((await get(`${server.url}/readyz`)).body, 'ok\n')
  })

  test('is 503 when one is not, with the sentence that says what to do; alive it is all the same', async () => {
    await using server = await serve([
      { name: 'logs', look: () => Promise.resolve({ isOk: true, says: 'fine' }) },
      { name: 'disk', look: () => ({ isOk: false, says: '/data is full; delete something' }) },
      { name: 'other', look: () => Promise.reject(new Error('broken')) },
    ])
    const { status, body } = await get(`${server.url}/health`)
    assert.equal(status, 503)
    assert.equal(JSON.parse(body).checks.disk.says, '/data is full; delete something')
    assert.deepEqual((await get(`${server.url}/readyz`)).body, 'disk: /data is full; delete something\nother: The check failed: broken\n')
    assert.equal((await get(`${server.url}/livez`)).status, 200)
  })
})

describe('metrics', () => {
  test('come as Prometheus reads them, and as OpenMetrics when asked', async () => {
    await using server = await serve()
    const plain = await get(`${server.url}/metrics`)
    assert.equal(plain.type, 'text/plain; version=0.0.4; charset=utf-8')
    assert.match(plain.body, /^topics_total\{topic="orders"\} 3$/m)
    assert.match(plain.body, /^process_resident_memory_bytes \d{7,}$/m)
    assert.match(plain.body, /^kafka_network_socketserver_networkprocessoravgidle_percent (0|1|0\.\d+)$/m)
    const open = await get(`${server.url}/metrics`, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } })
    assert.match(open.type ?? '', /^application\/openmetrics-text/)
    assert(open.body.endsWith('# EOF\n'))
    const head = await get(`${server.url}/metrics`, { method: 'HEAD' })
    assert.deepEqual([head.status, head.body], [200, ''])
  })
})

describe('what a client may do', () => {
  test('is to read what there is: other paths are 404, other methods 405', async () => {
    await using server = await serve()
    const missing = await get(`${server.url}/nothing`)
    assert.equal(missing.status, 404)
    assert.match(missing.body, /Try \/livez, .*\/metrics/)
    assert.equal((await get(`${server.url}/health`, { method: 'POST', body: '{}' })).status, 405)
    assert.equal((await get(`${server.url}/health`, { method: 'DELETE' })).status, 405)
  })

  test('ends at a header of 16 KiB and a body of 1 MiB', async () => {
    await using server = await serve()
    assert.equal((await get(server.url, { headers: { 'x-long': 'x'.repeat(17_000) } })).status, 431)
    const socket = connect(server.port, '127.0.0.1')
    socket.write('GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n')
    assert.match(await textOf(socket), /^HTTP\/1\.1 413 /)
  })

  test('does not include the Kafka protocol: the connection is closed, with a line that says which port is meant', async () => {
    const lines: string[] = []
    const logger: Logger = { ...silentLogger, warn: (message) => lines.push(message), limited: () => logger }
    await using server = await serve([], [], logger)
    const socket = connect(server.port, '127.0.0.1')
    socket.write(Buffer.from('0000001a0012000300000001', 'hex'))
    await once(socket.resume(), 'close')
    assert.deepEqual(lines, ['A client speaks the Kafka protocol to the HTTP port; let it use the port of a listener'])
    assert.equal((await get(`${server.url}/livez`)).status, 200)
  })

  test('never brings the server down: a route that fails is a 500 and a line in the log', async () => {
    const lines: string[] = []
    const logger: Logger = { ...silentLogger, error: (message) => lines.push(message), limited: () => logger }
    const fails = [
      ['/fails', () => assert.fail('a bug')],
      ['/late', () => Promise.reject(new Error('a bug'))],
      ['/midway', () => ({ ...text(200, ''), body: midway() })],
    ] as const
    await using server = await serve([], fails, logger)
    assert.equal((await get(`${server.url}/fails`)).status, 500)
    assert.equal((await get(`${server.url}/late`)).status, 500)
    await assert.rejects(get(`${server.url}/midway`))
    assert.equal(lines.length, 3)
    assert.equal((await get(`${server.url}/livez`)).status, 200)
  })
})

function* midway(): Iterable<string> {
  yield 'a'.repeat(100_000)
  throw new Error('a bug')
}

test('a default port that is taken makes way for the next free one, a chosen one is an error that says what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const options = { host: '127.0.0.1', port, routes: new Map(), logger: silentLogger }
  const moves = new HttpServer({ ...options, movesIfTaken: true })
  const moved = Number(new URL(await moves.listen()).port)
  assert(moved > port && moved <= port + 20)
  await assert.rejects(new HttpServer({ ...options, movesIfTaken: false }).listen(), /Set http\.port to a free port, or to -1/)
  await moves.close()
  other.close()
})

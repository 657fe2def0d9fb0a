import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { configWith } from '@odradek/common/config'
import { UserError } from '@odradek/common/errors'
import { silentLogger } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { metricsText, MetricsRegistry, prometheusType } from '@odradek/common/metrics'
import { systemClock, systemTimer } from '@odradek/common/time'
import type { Connection, FrameHandler } from './connection.ts'
import { listenersOf } from './listeners.ts'
import { networkLimits } from './network-limits.ts'
import { observeNetwork } from './network-metrics.ts'
import { NetworkServer } from './network-server.ts'
import { networkConfig } from './network-settings.ts'
import type { NetworkConfig } from './network-settings.ts'
import { framed } from './scripted-client.ts'

/** Answers each request with its size and last byte, or with as many bytes as `give:` says. */
const echo: FrameHandler = {
  mayOverlap: () => false,
  handle: (connection: Connection, frame, start, end) => {
    const text = frame.latin1Slice(start, Math.min(end, start + 20))
    if (text === 'where') return { chunks: [Buffer.from(`${connection.listener} ${connection.local.address}:${connection.local.port}`)] }
    if (text.startsWith('give:')) return { chunks: [Buffer.alloc(Number(text.slice(5)), 'g')] }
    return { chunks: [Buffer.from(`${end - start} ${frame[end - 1] ?? -1}`)] }
  },
}

async function serve(overrides: Partial<NetworkConfig> = {}, logger: Logger = silentLogger): Promise<NetworkServer & AsyncDisposable> {
  const config = configWith(networkConfig, { listeners: ['PLAINTEXT://127.0.0.1:0'], ...overrides })
  const limits = networkLimits(config, { memoryBytes: 2 ** 30, openFiles: 10_000 })
  const listeners = listenersOf(config)
  const server = new NetworkServer({ listeners, handler: echo, limits: () => limits, clock: systemClock, timer: systemTimer, logger })
  await server.listen()
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() })
}

const portOf = (server: NetworkServer, index = 0): number => server.bound[index]?.port ?? 0

/** Sends requests and collects answers; `undefined` when the connection is closed first. */
async function ask(socket: Socket, bytes: Buffer, count: number): Promise<readonly string[] | undefined> {
  const answers: string[] = []
  let chunks: Buffer[] = []
  let missing = 4
  socket.write(bytes)
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk)
    missing -= chunk.length
    if (missing > 0) continue
    let received = Buffer.concat(chunks)
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
      const size = received.readInt32BE()
      answers.push(received.toString('latin1', 4, 4 + size))
      received = received.subarray(4 + size)
    }
    if (answers.length === count) return answers
    chunks = [received]
    missing = (received.length < 4 ? 4 : 4 + received.readInt32BE()) - received.length
  }
  return undefined
}

describe('over real sockets', () => {
  test('requests of all sizes are answered in order, many connections at once', async () => {
    await using server = await serve()
    const sizes = [1, 100, 16_380, 16_384, 65_536, 1, 300_000, 2_000_000, 5, 5_000_000, 7]
    const bytes = Buffer.concat(sizes.map((size, index) => framed(Buffer.alloc(size, index + 1))))
    const expected = sizes.map((size, index) => `${size} ${index + 1}`)
    const sockets = Array.from({ length: 20 }, () => connect(portOf(server), '127.0.0.1'))
    for (const answers of await Promise.all(sockets.map((socket) => ask(socket, bytes, sizes.length)))) assert.deepEqual(answers, expected)
    assert.equal(server.connections, 20)
    assert.equal(server.pressure.requestBytes, 0)
    for (const socket of sockets) socket.destroy()
  })

  test('an answer far larger than the socket buffers arrives whole', async () => {
    await using server = await serve()
    const socket = connect(portOf(server), '127.0.0.1')
    const answers = await ask(socket, Buffer.concat([framed('give:30000000'), framed('give:3')]), 2)
    assert.deepEqual(
      answers?.map((answer) => answer.length),
      [30_000_000, 3],
    )
    socket.destroy()
  })

  test('a client that half-closes gets its answer, then the end', async () => {
    await using server = await serve()
    const socket = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true })
    socket.end(framed('abc'))
    assert.equal((await buffer(socket)).toString('latin1', 4), '3 99')
  })

  test('each listener tells its clients where they came in', async () => {
    await using server = await serve({
      listeners: ['A://127.0.0.1:0', 'B://:0'],
      'listener.security.protocol.map': 'A:PLAINTEXT,B:PLAINTEXT',
    })
    for (const [index, name] of ['A', 'B'].entries()) {
      const socket = connect(portOf(server, index), '127.0.0.1')
      assert.deepEqual(await ask(socket, framed('where'), 1), [`${name} 127.0.0.1:${portOf(server, index)}`])
      socket.destroy()
    }
  })

  test('localhost is both of its addresses, on the same port', async () => {
    await using server = await serve({ listeners: ['PLAINTEXT://localhost:0'] })
    const families = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    for (const host of ['127.0.0.1', '::1'].filter((address) => families.some((found) => found.address === address))) {
      const socket = connect(portOf(server), host)
      assert.deepEqual(await ask(socket, framed('where'), 1), [`PLAINTEXT ${host}:${portOf(server)}`])
      socket.destroy()
    }
    assert.equal(server.bound.length, 1)
  })

  test('a port in use is a sentence, and leaves no listener behind', async () => {
    await using server = await serve()
    const taken = `B://127.0.0.1:${portOf(server)}`
    await assert.rejects(
      serve({ listeners: ['A://127.0.0.1:0', taken], 'listener.security.protocol.map': 'A:PLAINTEXT,B:PLAINTEXT' }),
      (error) => error instanceof UserError && /is in use by another process/.test(error.message),
    )
    await assert.rejects(serve({ listeners: ['PLAINTEXT://203.0.113.1:0'] }), /not an address of this machine/)
  })

  test('beyond max.connections.per.ip connections are closed, with one line in the log, and come in again when others leave', async () => {
    const lines: string[] = []
    const seen = new Set<string>()
    const logger: Logger = {
      ...silentLogger,
      warn: (message, fields) => lines.push(`${message}: ${String(fields?.['reason'])}`),
      limited: (key) => {
        const isNew = !seen.has(key)
        seen.add(key)
        return isNew ? logger : silentLogger
      },
    }
    await using server = await serve({ 'max.connections.per.ip': 3 }, logger)
    const first = Array.from({ length: 3 }, () => connect(portOf(server), '127.0.0.1'))
    for (const socket of first) assert.deepEqual(await ask(socket, framed('a'), 1), ['1 97'])
    for (let index = 0; index < 3; index++) {
      const refused = connect(portOf(server), '127.0.0.1')
      refused.on('error', () => {})
      await once(refused.resume(), 'close')
    }
    assert.equal(server.statistics.connectionsRefused, 3)
    assert.deepEqual(lines, ['Refused a connection: there are 3 connections from this address already (max.connections.per.ip)'])
    const closed = first[0]
    closed?.destroy()
    while (server.connections > 2) await new Promise((resolve) => setImmediate(resolve))
    const next = connect(portOf(server), '127.0.0.1')
    assert.deepEqual(await ask(next, framed('b'), 1), ['1 98'])
    for (const socket of [...first, next]) socket.destroy()
  })

  test('metrics tell of connections, bytes and memory', async () => {
    await using server = await serve()
    const registry = new MetricsRegistry(systemClock)
    observeNetwork(registry, server)
    const socket = connect(portOf(server), '127.0.0.1')
    await ask(socket, Buffer.concat([framed('give:1000'), framed('abc')]), 2)
    const text = [...metricsText(registry, prometheusType)].join('')
    assert.match(text, /^kafka_server_socket_server_metrics_connection_count\{listener="PLAINTEXT"\} 1$/m)
    assert.match(text, /^kafka_server_socket_server_metrics_incoming_byte_total 20$/m)
    assert.match(text, /^kafka_server_socket_server_metrics_outgoing_byte_total 1012$/m)
    assert.match(text, /^kafka_network_socketserver_memorypoolused 0$/m)
    socket.destroy()
  })

  test('closing ends all connections', async () => {
    const server = await serve()
    const socket = connect(portOf(server), '127.0.0.1')
    await ask(socket, framed('a'), 1)
    const ended = once(socket.resume(), 'close')
    await server.close()
    await ended
    assert.equal(server.connections, 0)
    const late = connect(portOf(server), '127.0.0.1')
    await assert.rejects(once(late, 'connect'))
  })
})

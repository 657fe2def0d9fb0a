import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateTopics, DescribeConfigs, Fetch, Metadata, Produce } from '@odradek/protocol/messages'
import { buildBatch } from '@odradek/protocol/records'
import { BrokerProcess, Canary, encodeRequest, fetchRequest, produceBatch } from '@odradek/testing'

/**
 * Crowds that misbehave, against a broker in a process of its own, whose memory and descriptors can be seen.
 * Each time a canary goes on working, and when the crowd has gone everything is as before.
 */
const megabyte = 1_048_576
const limits = { requests: 32 * megabyte, answers: 32 * megabyte }
const connectionsPerAddress = 450

const linuxOnly = { skip: process.platform !== 'linux' && 'only Linux tells of memory and descriptors' }

const dataDir = mkdtempSync(join(tmpdir(), 'odradek-crowds-'))
let broker: BrokerProcess
let canary: Canary
let quiet: { readonly files: number; readonly bytes: number; readonly lines: number }

before(async () => {
  broker = await BrokerProcess.start({
    dataDir,
    config: {
      'queued.max.request.bytes': `${limits.requests}`,
      'queued.max.response.bytes': `${limits.answers}`,
      'request.receive.timeout.ms': '1500',
      'response.send.timeout.ms': '1500',
      'max.connections.per.ip': `${connectionsPerAddress}`,
    },
  })
  const client = await broker.connect()
  const topics = ['canary', 'large', 'flood'].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 }))
  assert((await client.call(CreateTopics, { topics })).topics.every(({ errorCode }) => errorCode === 0))
  canary = await Canary.start(client, 'canary')
  const batch = buildBatch([{ value: Buffer.alloc(900_000, 'x') }])
  await using producer = await broker.connect()
  for (let index = 0; index < 30; index++) assert.equal((await produceBatch(producer, { topic: 'large', batch })).errorCode, 0)
  assert.equal((await produceBatch(producer, { topic: 'flood', batch: buildBatch([{ value: Buffer.alloc(1) }]) })).errorCode, 0)
  await canary.sings(50)
})

after(async () => {
  await canary.stop()
  assert.equal(await broker.stop(), 0)
  rmSync(dataDir, { recursive: true })
})

beforeEach(async () => {
  await connectionsAre(1)
  quiet = { files: broker.openFiles, bytes: broker.residentBytes, lines: broker.lines.length }
})

afterEach(async () => {
  await connectionsAre(1)
  await canary.sings(3)
  assert(broker.openFiles <= quiet.files + 2, `${broker.openFiles} descriptors are open, ${quiet.files} were`)
  // The canary has a small request in process now and then.
  assert((await broker.metric('kafka_network_socketserver_memorypoolused')) < 10_000)
  assert((await broker.metric('kafka_network_socketserver_responsememoryused')) < 10_000)
  assert(broker.lines.length - quiet.lines <= 5, 'a crowd from one address is not worth a line for each')
  assert(broker.lines.slice(quiet.lines).every(({ level }) => Number(level) < 50))
})

describe('hundreds of connections that', linuxOnly, () => {
  test('announce 100 MiB and send nothing: they cost next to nothing, and are closed', async () => {
    const sockets = await crowd(400, (socket) => socket.write(Buffer.from([6, 0x40, 0, 0])))
    await canary.sings(10)
    assert(grown() < 30 * megabyte, `${grown()} bytes for sizes alone`)
    await Promise.all(sockets.map(closed))
  })

  test('send half of a large request: they hold what they have sent and no more than the limit, and are closed', async () => {
    const half = Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.alloc(300_000)])
    const sockets = await crowd(200, (socket) => socket.write(half))
    await canary.sings(10)
    // Of each connection the first 64 KiB are read in any case.
    assert((await broker.metric('kafka_network_socketserver_memorypoolused')) <= limits.requests + 200 * 65_536)
    assert(grown() < limits.requests + 80 * megabyte, `${grown()} bytes`)
    await Promise.all(sockets.map(closed))
  })

  test('send a byte now and then: they are closed when their time is over', async () => {
    const request = framed(encodeRequest(Metadata, { topics: [] }, { version: 4, correlationId: 1, clientId: 'x'.repeat(200) }))
    const sockets = await crowd(100)
    let sent = 0
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write(request.subarray(sent, sent + 1))
      sent++
    }, 100)
    await Promise.all(sockets.map(closed))
    clearInterval(drip)
    assert(sent < request.length, 'none of them came to the end of its request')
  })

  test('ask and ask and never read the answers: they are stopped, and closed', async () => {
    // Thirty bytes that ask for all settings with their documentation.
    const resources = [{ resourceType: 4, resourceName: '1', configurationKeys: null }]
    const request = { resources, includeSynonyms: true, includeDocumentation: true }
    const ask = framed(encodeRequest(DescribeConfigs, request, { version: 3, correlationId: 1, clientId: 'flood' }))
    const many = Buffer.concat(Array.from({ length: 2_000 }, () => ask))
    const sockets = await crowd(40, (socket) => socket.pause().write(many))
    await canary.sings(20)
    assert(grown() < 150 * megabyte, `${grown()} bytes`)
    await Promise.all(sockets.map(closed))
  })

  test('fetch much and do not read: answers get smaller, memory stays within its limit, and they are closed', async () => {
    const request = fetchRequest({ topic: 'large', offset: 0 })
    const ask = framed(encodeRequest(Fetch, request, { version: 11, correlationId: 1, clientId: 'slow' }))
    const several = Buffer.concat(Array.from({ length: 20 }, () => ask))
    const sockets = await crowd(60, (socket) => socket.pause().write(several))
    await canary.sings(20)
    // Beyond the limit each fetch gives one batch, lest somebody stand still.
    assert((await broker.metric('kafka_network_socketserver_responsememoryused')) <= limits.answers + 30 * megabyte + 60 * megabyte)
    assert(grown() < limits.answers + 150 * megabyte, `${grown()} bytes`)
    await Promise.all(sockets.map(closed))
  })

  test('produce as fast as they can: all is taken and answered in order', async () => {
    const [producers, requests] = [20, 30]
    const batch = buildBatch([{ value: Buffer.alloc(200_000, 'p') }])
    const data = { acks: 1, timeoutMs: 30_000, topicData: [{ name: 'flood', partitionData: [{ index: 0, records: batch }] }] }
    const clients = await Promise.all(Array.from({ length: producers }, () => broker.connect()))
    const answered = clients.map(async (client) => {
      const sent = Array.from({ length: requests }, () => client.send(Produce, data, 7))
      let last = -1
      for (const correlationId of sent) {
        const answer = (await client.answerTo(Produce, correlationId, 7)).responses[0]?.partitionResponses[0]
        assert.equal(answer?.errorCode, 0)
        assert(answer.baseOffset > last)
        last = answer.baseOffset
      }
    })
    await canary.sings(5)
    assert(grown() < limits.requests + 200 * megabyte, `${grown()} bytes`)
    await Promise.all(answered)
    for (const client of clients) await client[Symbol.asyncDispose]()
  })

  test('are too many: those beyond max.connections.per.ip are refused, and come in when others have gone', async () => {
    const sockets = await crowd(connectionsPerAddress + 100)
    await connectionsAre(connectionsPerAddress)
    while (sockets.filter((socket) => socket.destroyed).length < 101) await canary.sings(1)
    for (const socket of sockets) socket.destroy()
    await connectionsAre(1)
    await using client = await broker.connect()
    await client.call(Metadata, { topics: [] }, 4)
  })

  test('come and go at once: nothing is left of them', async () => {
    for (let round = 0; round < 5; round++) {
      const sockets = await crowd(80, (socket) => socket.write(Buffer.alloc(round)))
      for (const [index, socket] of sockets.entries()) {
        if (index % 2 === 0) socket.destroy()
        else socket.resetAndDestroy()
      }
    }
  })
})

test('descriptors run out: clients are refused while the log still has some, and the log says what to do', linuxOnly, async () => {
  await using scarce = await BrokerProcess.start({ openFiles: 150 })
  await using client = await scarce.connect()
  const topics = ['canary', 'another'].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 }))
  await client.call(CreateTopics, { topics: topics.slice(0, 1) })
  const worker = await Canary.start(await scarce.connect(), 'canary')
  const sockets = await crowd(200, () => undefined, scarce.port)
  while (sockets.filter((socket) => socket.destroyed).length < 200 - 90) await worker.sings(1)
  assert.equal((await client.call(CreateTopics, { topics: topics.slice(1) })).topics[0]?.errorCode, 0)
  assert(scarce.openFiles < 150)
  const refusals = scarce.lines.filter(({ msg }) => msg === 'Refused a connection')
  assert.equal(refusals.length, 1)
  assert.match(String(refusals[0]?.reason), /ulimit -n/)
  for (const socket of sockets) socket.destroy()
  await worker.stop()
})

function grown(): number {
  return broker.residentBytes - quiet.bytes
}

/** So many connections, each of which begins with the same. Resolves when all have been sent on their way. */
async function crowd(count: number, begin: (socket: Socket) => void = () => undefined, port = broker.port): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1', () => begin(socket))
    socket.on('error', () => undefined)
    return socket
  })
  await Promise.all(sockets.map((socket) => until(socket, 'connect')))
  return sockets
}

/** Resolves when the broker has closed it. What it had sent before is thrown away. */
async function closed(socket: Socket): Promise<void> {
  // Only who reads sees the end; who reads too early is no slow reader any more.
  await sleep(2_500)
  const over = until(socket, 'close')
  socket.resume()
  await over
}

/** Resolves also when it never comes, because the socket is closed. */
function until(socket: Socket, event: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || (event === 'connect' && !socket.connecting)) resolve()
    else socket.once(event, () => resolve()).once('close', () => resolve())
  })
}

async function connectionsAre(count: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if ((await openConnections()) === count) return
    await sleep(25)
  }
  assert.equal(await openConnections(), count)
}

const openConnections = (): Promise<number> => broker.metric('kafka_server_socket_server_metrics_connection_count{listener="PLAINTEXT"}')

function framed(body: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

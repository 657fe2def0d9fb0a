import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { silentLogger } from '@odradek/common/logging'
import { systemClock, systemTimer } from '@odradek/common/time'
import { Connections } from './connections.ts'
import { framed } from './scripted-client.ts'
import { TcpDoor } from './tcp-door.ts'

const limits = {
  maxFrameBytes: 104_857_600,
  idleMs: 600_000,
  receiveMs: 30_000,
  sendMs: 60_000,
  maxRequests: 500,
  maxRequestBytes: 67_108_864,
  maxResponseBytes: 67_108_864,
}
const sizes = [1, 100_000, 16_384, 2_000_000, 70_000, 3]

/** Sends requests of many sizes through a door and gives what comes back, with how the socket was read. */
async function throughDoor(prepare: (accepted: Socket) => void): Promise<{ readonly answers: string; readonly readBySocket: boolean }> {
  const connections = new Connections({
    handler: { mayOverlap: () => false, handle: (_connection, _frame, start, end) => ({ chunks: [Buffer.from(`${end - start},`)] }) },
    limits: () => limits,
    clock: systemClock,
    timer: systemTimer,
    logger: silentLogger,
    soon: (action) => process.nextTick(action),
  })
  let readBySocket = false
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (accepted) => {
    prepare(accepted)
    const door = new TcpDoor()
    const address = { address: '127.0.0.1', port: 1 }
    door.attach(accepted, connections.accept(door, { listener: 'PLAINTEXT', peer: address, local: address }))
    readBySocket = accepted.listenerCount('data') > 0
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const socket = connect({
    port: typeof address === 'object' && address !== null ? address.port : 0,
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  socket.end(Buffer.concat(sizes.map((size) => framed(Buffer.alloc(size)))))
  const received = await buffer(socket)
  await connections.empty()
  server.close()
  let answers = ''
  for (let at = 0; at < received.length; at += 4 + received.readInt32BE(at))
    answers += received.toString('latin1', at + 4, at + 4 + received.readInt32BE(at))
  return { answers, readBySocket }
}

test('the kernel reads into our memory', async () => {
  const { answers, readBySocket } = await throughDoor(() => undefined)
  assert.equal(answers, sizes.map((size) => `${size},`).join(''))
  assert(!readBySocket)
})

test('where a socket does not hand over its handle, it is read by events, with the same result', async () => {
  const { answers, readBySocket } = await throughDoor((accepted) => {
    const handle: unknown = Reflect.get(accepted, '_handle')
    assert(typeof handle === 'object' && handle !== null)
    Object.defineProperty(handle, 'useUserBuffer', { value: undefined })
  })
  assert.equal(answers, sizes.map((size) => `${size},`).join(''))
  assert(readBySocket)
})

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { test } from 'node:test'
import { Deferred } from '@odradek/common/async'
import { systemDialler } from './index.ts'
import type { Transport, TransportReader } from './index.ts'

/** A server of this machine, and the first socket that comes to it. */
async function listening(host = '127.0.0.1'): Promise<{ server: Server; port: number; accepted: Promise<Socket> }> {
  const server = createServer()
  const accepted = new Deferred<Socket>()
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    accepted.resolve(socket)
  })
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  return { server, port: isAddress(address) ? address.port : 0, accepted: accepted.promise }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}

class Collecting implements TransportReader {
  readonly chunks: Buffer[] = []
  readonly ended = new Deferred<Error | undefined>()
  readonly #landing = Buffer.alloc(1000)
  #wanted = 0
  #enough = new Deferred<void>()

  landing(): Buffer {
    return this.#landing
  }

  received(count: number): void {
    this.chunks.push(Buffer.from(this.#landing.subarray(0, count)))
    if (this.size >= this.#wanted) this.#enough.resolve()
  }

  closed(cause: Error | undefined): void {
    this.ended.resolve(cause)
  }

  get size(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0)
  }

  async bytes(count: number): Promise<Buffer> {
    this.#wanted = count
    this.#enough = new Deferred()
    if (this.size < count) await this.#enough.promise
    return Buffer.concat(this.chunks)
  }
}

const to = (port: number, address = '127.0.0.1') => ({ address: { address, family: 4 as const }, port, host: 'localhost' })
const dial = (port: number, reader: TransportReader): Promise<Transport> =>
  systemDialler.dial(to(port), reader, new AbortController().signal)

test('bytes go both ways: ours in order, theirs into the memory that we give', async () => {
  const { server, port, accepted } = await listening()
  const reader = new Collecting()
  const transport = await dial(port, reader)
  const peer = await accepted
  const got = new Deferred<Buffer>()
  let seen = Buffer.alloc(0)
  peer.on('data', (bytes: Buffer) => {
    seen = Buffer.concat([seen, bytes])
    if (seen.length >= 300_006) got.resolve(seen)
  })
  transport.write([Buffer.from('one'), Buffer.alloc(300_000, 1), Buffer.from('two')])
  assert.equal(String((await got.promise).subarray(-3)), 'two')
  peer.write(Buffer.alloc(5000, 7))
  const bytes = await reader.bytes(5000)
  assert(bytes.length === 5000 && bytes.every((byte) => byte === 7))
  assert.match(transport.localAddress, /^127\.0\.0\.1:\d+$/)
  transport.destroy()
  server.close()
})

test('the end of the other side is told once, ours not at all', async () => {
  const { server, port, accepted } = await listening()
  const reader = new Collecting()
  await dial(port, reader)
  ;(await accepted).end()
  assert.equal(await reader.ended.promise, undefined)

  const second = new Collecting()
  const transport = await dial(port, second)
  transport.destroy()
  transport.write([Buffer.from('nobody hears this')])
  server.close()
  await once(server, 'close')
  assert.equal(second.ended.isSettled, false)
})

test('a port where nobody listens is an error that names it', async () => {
  const { server, port } = await listening()
  server.close()
  await once(server, 'close')
  await assert.rejects(dial(port, new Collecting()), {
    code: 'NETWORK_EXCEPTION',
    message: new RegExp(`Could not connect to 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`),
  })
})

test('whoever gives up while a connection opens is told its own reason', async () => {
  const { server, port } = await listening()
  await assert.rejects(systemDialler.dial(to(port), new Collecting(), AbortSignal.abort(new Error('before'))), /before/)
  const stop = new AbortController()
  const dialling = systemDialler.dial(to(port), new Collecting(), stop.signal)
  stop.abort(new Error('during'))
  await assert.rejects(dialling, /during/)
  server.close()
})

test('TLS to a listener of plain text says so', async () => {
  const { server, port, accepted } = await listening()
  const dialling = systemDialler.dial({ ...to(port), tls: {} }, new Collecting(), new AbortController().signal)
  dialling.catch(() => undefined)
  ;(await accepted).end('HTTP/1.1 400 Bad Request\r\n\r\n')
  await assert.rejects(dialling, { code: 'NETWORK_EXCEPTION', hint: /not encrypted/ })
  server.close()
})

test('names have their addresses of both families, addresses are themselves, and a name that is none is an error with its name', async () => {
  assert.deepEqual(await systemDialler.resolve('::1'), [{ address: '::1', family: 6 }])
  assert.deepEqual(await systemDialler.resolve('10.1.2.3'), [{ address: '10.1.2.3', family: 4 }])
  const local = await systemDialler.resolve('localhost')
  assert(local.some(({ address }) => address === '127.0.0.1' || address === '::1'))
  await assert.rejects(systemDialler.resolve('no such name.invalid'), {
    code: 'NETWORK_EXCEPTION',
    message: /no such name\.invalid has no address/,
  })
})

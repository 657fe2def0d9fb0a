import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { Deferred } from '@odradek/common/async'
import { readResponseHeader, writeRequestHeader } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'

/**
 * A client with no mind of its own: one connection, one request in one version, its answer.
 *
 * It knows nothing of clusters, retries or metadata, so that a test sees what a broker really says. Each answer is checked to
 * be for its request and to have no byte too many.
 *
 * ```ts
 * await using client = await WireClient.connect(broker)
 * const { topics } = await client.call(Metadata, { topics: null }, 12)
 * ```
 */
export class WireClient implements AsyncDisposable {
  readonly #socket: Socket
  readonly #clientId: string
  readonly #waiting: Deferred<Buffer>[] = []
  readonly #arrived: Buffer[] = []
  #input: Buffer = Buffer.alloc(0)
  #nextCorrelationId = 1
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>

  static connect(
    address: { readonly host?: string; readonly port: number },
    options: { readonly clientId?: string } = {},
  ): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address.host ?? '127.0.0.1', port: address.port, noDelay: true })
      socket.once('connect', () => resolve(new WireClient(socket, options.clientId ?? 'wire-client')))
      socket.once('error', reject)
    })
  }

  private constructor(socket: Socket, clientId: string) {
    this.#socket = socket
    this.#clientId = clientId
    socket.on('data', (bytes: Buffer) => this.#take(bytes))
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error('the broker closed the connection'))
        resolve()
      })
    })
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0
  }

  /** Sends a request and waits for its answer. By default in the newest version. */
  async call<Q extends Fields, S extends Fields>(
    api: Api<Q, S>,
    request: WriteOf<Q>,
    version: number = api.versions[1],
  ): Promise<ReadOf<S>> {
    const correlationId = this.send(api, request, version)
    return this.#decode(api, version, correlationId, await this.receive())
  }

  /** Sends a request and waits for nothing; gives its correlation id. Answers come in the order of the requests. */
  send<Q extends Fields, S extends Fields>(api: Api<Q, S>, request: WriteOf<Q>, version: number = api.versions[1]): number {
    const correlationId = this.#nextCorrelationId++
    this.sendFrame(encodeRequest(api, request, { version, correlationId, clientId: this.#clientId }))
    return correlationId
  }

  /** The next answer, which must be for the request with this correlation id. */
  async answerTo<Q extends Fields, S extends Fields>(
    api: Api<Q, S>,
    correlationId: number,
    version: number = api.versions[1],
  ): Promise<ReadOf<S>> {
    return this.#decode(api, version, correlationId, await this.receive())
  }

  /** Sends a frame: size and bytes. */
  sendFrame(body: Uint8Array): void {
    const size = Buffer.alloc(4)
    size.writeInt32BE(body.length)
    this.sendBytes(Buffer.concat([size, body]))
  }

  /** Sends bytes as they are, whether they are Kafka's protocol or not. */
  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** The next frame from the broker, without its size. Rejects when the connection ends before. */
  receive(): Promise<Buffer> {
    const arrived = this.#arrived.shift()
    if (arrived !== undefined) return Promise.resolve(arrived)
    if (this.#socket.destroyed) return Promise.reject(new Error('the broker closed the connection'))
    const waiting = new Deferred<Buffer>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  /** Stops reading, so that the broker cannot get rid of its answers. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    await this.closed
  }

  #decode<Q extends Fields, S extends Fields>(api: Api<Q, S>, version: number, correlationId: number, frame: Buffer): ReadOf<S> {
    const reader = new ByteReader(frame)
    const header = readResponseHeader(reader, api, version)
    assert.equal(header.correlationId, correlationId, 'the answer is for another request')
    const response = api.decodeResponse(reader, version)
    assert.equal(reader.remaining, 0, `${reader.remaining} bytes too many behind the answer to ${api.name} v${version}`)
    return response
  }

  #take(bytes: Buffer): void {
    this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes])
    while (this.#input.length >= 4) {
      const end = 4 + this.#input.readInt32BE(0)
      if (this.#input.length < end) return
      const frame = Buffer.from(this.#input.subarray(4, end))
      this.#input = this.#input.subarray(end)
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#arrived.push(frame)
      else waiting.resolve(frame)
    }
  }
}

/** Header and body of a request, without the size in front. */
export function encodeRequest<Q extends Fields, S extends Fields>(
  api: Api<Q, S>,
  request: WriteOf<Q>,
  header: { readonly version: number; readonly correlationId: number; readonly clientId: string | null },
): Buffer {
  const writer = new ByteWriter()
  writeRequestHeader(writer, api, { apiVersion: header.version, correlationId: header.correlationId, clientId: header.clientId })
  api.encodeRequest(writer, request, header.version)
  return Buffer.from(writer.finish())
}

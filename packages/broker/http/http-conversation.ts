import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as Door, Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Logger } from '@odradek/common/logging'
import { json, text } from './http-answer.ts'
import type { HttpAnswer, HttpRoutes } from './http-answer.ts'

interface Spoken {
  readonly routes: HttpRoutes
  readonly logger: Logger
}

/** What is said over HTTP once somebody has come. What a client may send, and how long it may take, is limited. */
export class HttpConversation {
  readonly #routes: HttpRoutes
  readonly #logger: Logger
  readonly #server: Server

  /** Takes over a door that listens: from now on connections come here. */
  static async behind(door: Door, options: Spoken): Promise<HttpConversation> {
    const conversation = new HttpConversation(options)
    await new Promise<void>((resolve) => conversation.#server.listen(door, resolve))
    return conversation
  }

  private constructor({ routes, logger }: Spoken) {
    this.#routes = routes
    this.#logger = logger
    this.#server = createServer({
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: 2_000,
    })
    this.#server.maxConnections = 200
    this.#server.on('request', (request, response) => void this.#serve(request, response))
    this.#server.on('clientError', (error, socket) => this.#refuse(error, socket))
    this.#server.on('error', (error) => logger.limited('http').error('Could not accept an HTTP connection', { error }))
  }

  /** Goes on with a connection that came in by the door, paused. */
  welcome(socket: Socket): void {
    this.#server.emit('connection', socket)
    socket.resume()
  }

  /** Takes no more requests; resolves when those in process are answered, or after a second. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    const late = setTimeout(() => this.#server.closeAllConnections(), 1_000).unref()
    await closed
    clearTimeout(late)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.#answer(request)
      response.statusCode = answer.status
      response.setHeader('content-type', answer.type)
      response.setHeader('cache-control', 'no-store')
      response.setHeader('x-content-type-options', 'nosniff')
      if (answer.status === 405) response.setHeader('allow', 'GET, HEAD')
      // Whatever else the client sends is not for us.
      if (answer.status >= 400) response.setHeader('connection', 'close')
      if (request.method === 'HEAD') response.end()
      else if (typeof answer.body === 'string') response.end(answer.body)
      else await pipeline(Readable.from(answer.body), response)
    } catch (error) {
      response.destroy()
      if (!(error instanceof Error && Reflect.get(error, 'code') === 'ERR_STREAM_PREMATURE_CLOSE')) {
        this.#logger.limited('http answer').error('Could not answer an HTTP request', { path: request.url, error })
      }
    }
  }

  async #answer(request: IncomingMessage): Promise<HttpAnswer> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Only GET and HEAD are answered here.')
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
      return text(413, `A body of more than ${maxBodyBytes} bytes is not taken.`)
    discard(request)
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    if (url === null) return text(400, 'This is not a path.')
    const route = this.#routes.get(url.pathname)
    if (route === undefined) return text(404, `There is nothing here. Try ${[...this.#routes.keys()].join(', ')}.`)
    try {
      return await route({ path: url.pathname, query: url.searchParams, accept: request.headers.accept })
    } catch (error) {
      this.#logger.limited(`http ${url.pathname}`).error('Could not answer an HTTP request', { path: url.pathname, error })
      return json(500, { error: 'internal error; the log says more' })
    }
  }

  /** What is no HTTP at all, too large, or too slow. */
  #refuse(error: Error, socket: Duplex): void {
    const code: unknown = Reflect.get(error, 'code')
    if (!socket.writable || code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status = typeof code === 'string' ? (refusals.get(code) ?? '400 Bad Request') : '400 Bad Request'
    const packet: unknown = Reflect.get(error, 'rawPacket')
    const looksLikeKafka = packet instanceof Uint8Array && packet[0] === 0
    if (looksLikeKafka) {
      this.#logger.limited('kafka on http').warn('A client speaks the Kafka protocol to the HTTP port; let it use the port of a listener', {
        listener: `port ${String(Reflect.get(socket, 'localPort'))}`,
        peer: String(Reflect.get(socket, 'remoteAddress')),
      })
    } else
      this.#logger
        .limited('bad http')
        .info('Closed an HTTP connection', { reason: error.message, peer: String(Reflect.get(socket, 'remoteAddress')) })
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
}

const maxBodyBytes = 1_048_576

/** Nobody here wants a body, but the connection can only be used again when it has been read. */
function discard(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > maxBodyBytes) request.destroy()
  })
}

const refusals: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', '413 Payload Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
])

import { Buffer } from 'node:buffer'
import { ByteReader, MalformedBytes } from '@odradek/common/bytes'
import type { Logger } from '@odradek/common/logging'
import type { Clock } from '@odradek/common/time'
import { CloseConnection, hostAndPort } from '@odradek/network'
import type { Connection, FrameHandler, Reply } from '@odradek/network'
import { errorCode, errorCodeOf, KafkaError, readRequestHeader } from '@odradek/protocol'
import type { RequestHeader } from '@odradek/protocol'
import type { Handler } from './handler.ts'
import { ReplyWriter } from './reply-writer.ts'
import { RequestInFlight } from './request-context.ts'
import type { ApiMetrics, RequestMetrics } from './request-metrics.ts'

export interface RouterOptions {
  readonly handlers: readonly Handler[]
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: RequestMetrics
}

/**
 * From a frame to the handler that answers it, and back to bytes.
 *
 * What we cannot read closes its connection: an unknown API, a version we do not speak, a body that does not parse.
 * The exception is ApiVersions, by which clients find out what we speak (KIP-511).
 * What a handler cannot do becomes its API's own answer.
 */
export class Router implements FrameHandler {
  readonly #routes: (Route | undefined)[] = []
  readonly #replies = new ReplyWriter()
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #requestLog: Logger

  constructor({ handlers, clock, logger, metrics }: RouterOptions) {
    this.#clock = clock
    this.#logger = logger
    this.#requestLog = logger.named('request')
    for (const handler of handlers) this.#routes[handler.api.key] = { handler, metrics: metrics.ofApi(handler.api) }
  }

  /** Batches are appended, and offsets committed, while earlier ones still wait for the disk; nothing else starts behind an open request. */
  mayOverlap(frame: Buffer, start: number, end: number): boolean {
    return end - start >= 2 && this.#routes[frame.readInt16BE(start)]?.handler.overlaps === true
  }

  /** Throws `CloseConnection` when there is no answer that the client would understand. */
  handle(connection: Connection, frame: Buffer, start: number, end: number): Reply | Promise<Reply | undefined> | undefined {
    const reader = new ByteReader(frame, start, end)
    const header = this.#readHeader(reader, start)
    const route = this.#routes[header.apiKey]
    if (route === undefined)
      throw new CloseConnection(
        `there is no API with key ${header.apiKey} here: the client did not ask with ApiVersions what there is, or is no Kafka client`,
      )
    const { handler } = route
    const [min, max] = handler.api.versions
    if (header.apiVersion < min || header.apiVersion > max) return this.#unsupportedVersion(handler, header)
    const context = new RequestInFlight(connection, header, this.#clock)
    const request = decode(handler, handler.copiesFrame ? copied(reader) : reader, header.apiVersion)
    return this.#answer(route, request, context)
  }

  #answer(route: Route, request: unknown, context: RequestInFlight): Reply | Promise<Reply | undefined> | undefined {
    let response: unknown
    try {
      response = route.handler.handle(request, context)
    } catch (error) {
      return this.#failed(route, request, context, error)
    }
    if (response instanceof Promise) {
      route.metrics.waiting(context)
      return response.then(
        (later: unknown) => this.#reply(route, context, later),
        (error: unknown) => this.#failed(route, request, context, error),
      )
    }
    return this.#reply(route, context, response)
  }

  #failed(route: Route, request: unknown, context: RequestInFlight, error: unknown): Reply | undefined {
    if (error instanceof CloseConnection) throw error
    const { handler } = route
    if (!(error instanceof KafkaError)) this.#reportBug('A request failed', handler, context, error)
    return this.#reply(route, context, handler.failed(request, errorCodeOf(error), context))
  }

  #reply(route: Route, context: RequestInFlight, response: unknown): Reply | undefined {
    if (response === undefined) {
      this.#note(route, context)
      return undefined
    }
    const { handler } = route
    try {
      const chunks = this.#replies.write(handler, context.correlationId, response, context.apiVersion)
      this.#note(route, context, response)
      return { chunks, sent: context.takeRelease() }
    } catch (error) {
      context.takeRelease()?.()
      this.#reportBug('An answer could not be written', handler, context, error)
      throw new CloseConnection(`the answer to its ${handler.api.name} request could not be written`)
    }
  }

  /** Counts an answer. Each one is logged only when somebody sets the logger `request` to debug. */
  #note({ handler: { api }, metrics }: Route, context: RequestInFlight, response?: unknown): void {
    const localMs = metrics.answered(context, response)
    if (localMs > longTurnMs) {
      this.#logger
        .limited(`slow ${api.name}`)
        .warn('A request kept everybody else waiting, which it should not', { api: api.name, ms: Math.round(localMs) })
    }
    if (!this.#requestLog.isEnabled('debug')) return
    const { apiVersion, clientId, connection } = context
    this.#requestLog.debug(api.name, {
      version: apiVersion,
      clientId,
      peer: hostAndPort(connection.peer.address, connection.peer.port),
      localMs,
    })
  }

  /** Clients that speak newer versions learn ours from an answer in the oldest form; everything else has no form to answer in. */
  #unsupportedVersion(handler: Handler, { apiVersion, correlationId }: RequestHeader): Reply {
    if (handler.api.key !== apiVersionsKey)
      throw new CloseConnection(
        `${handler.api.name} v${apiVersion} is not spoken here, but v${handler.api.versions.join(' to v')}: take a client that asks for ApiVersions, or one of another age`,
      )
    const [minVersion, maxVersion] = handler.announced
    const response = { errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys: [{ apiKey: apiVersionsKey, minVersion, maxVersion }] }
    return { chunks: this.#replies.write(handler, correlationId, response, 0) }
  }

  #readHeader(reader: ByteReader, start: number): RequestHeader {
    try {
      return readRequestHeader(reader, this.#apiOf)
    } catch (error) {
      throw unreadable(error, 'a request header', start)
    }
  }

  readonly #apiOf = (key: number): Handler['api'] | undefined => this.#routes[key]?.handler.api

  #reportBug(message: string, { api }: Handler, { apiVersion, clientId }: RequestInFlight, error: unknown): void {
    this.#logger
      .limited(`bug ${api.name}`)
      .error(`${message}, which is a bug in the broker`, { api: api.name, apiVersion, clientId, error })
  }
}

interface Route {
  readonly handler: Handler
  readonly metrics: ApiMetrics
}

const apiVersionsKey = 18
/** A turn of the event loop that is longer than this is a bug of ours, or a machine that is far too small. */
const longTurnMs = 50

function decode(handler: Handler, reader: ByteReader, version: number): unknown {
  const start = reader.position
  try {
    return handler.decode(reader, version)
  } catch (error) {
    throw unreadable(error, `the body of ${handler.api.name} v${version}`, start)
  }
}

/** The rest of the request in memory of its own, for handlers that keep what they were given. */
function copied(reader: ByteReader): ByteReader {
  return new ByteReader(Buffer.from(reader.buffer.subarray(reader.position, reader.end)))
}

/** Bytes that are no request cost their connection. Anything else that goes wrong in reading is our bug and stays loud. */
function unreadable(error: unknown, what: string, start: number): unknown {
  if (!(error instanceof MalformedBytes || error instanceof KafkaError)) return error
  // Where it lies in our memory helps nobody; where in the request, does.
  const reason =
    error instanceof MalformedBytes
      ? error.message.replace(`at byte ${error.position}`, `at byte ${error.position - start}`)
      : error.message
  return new CloseConnection(`${what} could not be read: ${reason}; the client is broken, or no client of Kafka`, {
    cause: error,
  })
}

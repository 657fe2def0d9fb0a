import assert from 'node:assert/strict'
import type { Buffer } from 'node:buffer'
import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { Connection } from '@odradek/network'
import { errorMessage, errorName } from '@odradek/protocol'
import type { Api, Fields, FieldType, ReadOf, WriteOf } from '@odradek/protocol/schema'

/** What a handler knows about a request besides its fields. */
export interface RequestContext {
  readonly connection: Connection
  readonly apiVersion: number
  /** As the client calls itself; empty when it gave no name. */
  readonly clientId: string
  /** Who asks, as Kafka writes it: `User:ANONYMOUS` until there is authentication. */
  readonly principal: string
  /** Wall clock in milliseconds. */
  readonly now: number
  /** Aborted when the connection closes: nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** `release` is called once, when the answer has left or never will: buffers that it lent may be used again. */
  whenSent(release: () => void): void
}

/**
 * One API as the broker serves it: decode, answer, encode. `handler()` makes it; the router runs it.
 *
 * `Request` and `Response` are the types of the API's schema; in the table of all handlers they are `unknown`.
 */
export interface Handler<Request = unknown, Response = unknown> {
  readonly api: Pick<Api, 'key' | 'name' | 'versions' | 'flexible' | 'request' | 'response' | 'decodeResponse'>
  /** Versions that ApiVersions tells clients. Produce announces more than it takes (KAFKA-18659). */
  readonly announced: readonly [min: number, max: number]
  /** Whether the request's `bytes` and `records` are in a copy of the frame, not in the connection's buffer that is used again after the call. */
  readonly copiesFrame: boolean
  /** Whether it may start while earlier requests of the connection that may so too still wait: it decides in order, and only waits side by side. */
  readonly overlaps: boolean
  /** Whether the answer holds bytes that stay where they are: record batches, or a body that was encoded before. */
  readonly lendsBuffers: boolean
  decode(reader: ByteReader, version: number): Request
  /** `undefined` is no answer at all (acks=0). */
  handle(request: Request, context: RequestContext): Response | EncodedAnswer | undefined | Promise<Response | undefined>
  /** The API's own way to say that the whole request failed. */
  failed(request: Request, errorCode: number, context: RequestContext): Response
  encode(writer: ByteWriter, response: Response | EncodedAnswer, version: number): void
}

/** Gives what stands in the place of a handler when the broker starts; `undefined` leaves its API out. */
export type HandlerDecorator = (handler: Handler) => Handler | undefined

/** An answer whose body is there already, in the version that was asked: what many clients get alike is encoded once. */
export class EncodedAnswer {
  readonly body: Buffer
  constructor(body: Buffer) {
    this.body = body
  }
}

export interface HandlerOptions<Request, Response> {
  /** Needed where the answer has no `errorCode` of its own, or lacks it in some versions: puts the code on each element. */
  readonly failed?: (request: Request, errorCode: number, context: RequestContext) => Response
  /** Default: the versions of the schema. */
  readonly announced?: readonly [min: number, max: number]
  /** The handler copies what it keeps of `bytes` and `records`. Default false: they are its own, and it may keep what it likes. */
  readonly borrowsFrame?: boolean
  /** All that the handler decides is decided before its first wait, so that several requests of a connection may wait together. Default false. */
  readonly overlaps?: boolean
  /** Some answers are `EncodedAnswer`s, which are sent from where they lie. Default false. */
  readonly encodesAhead?: boolean
}

/**
 * Ties an API's schema to the function that answers it.
 *
 *     export const heartbeat = (groups: Groups): Handler =>
 *       handler(Heartbeat, (request, context) => groups.heartbeat(request, context))
 *
 * The function may throw or reject: a `KafkaError` gives its code, anything else UNKNOWN_SERVER_ERROR and a line in the log.
 * An API whose answer has an `errorCode` in every version needs nothing more; for the others `failed` says where the code
 * goes (each topic, each group), since clients look for it there and nowhere else.
 */
export function handler<Request extends Fields, Response extends Fields>(
  api: Api<Request, Response>,
  handle: (request: ReadOf<Request>, context: RequestContext) => WriteOf<Response> | EncodedAnswer | undefined | Promise<WriteOf<Response>>,
  ...[options]: Options<Request, Response>
): Handler<ReadOf<Request>, WriteOf<Response>> {
  const announced = options?.announced ?? api.versions
  const { errorCode } = api.response
  assert(
    options?.failed !== undefined || (errorCode !== undefined && errorCode.since <= api.versions[0]),
    `${api.name} has no errorCode in some versions: its handler has to say how it fails`,
  )
  return {
    api,
    announced,
    copiesFrame: options?.borrowsFrame !== true && hasKind(api.request, ['bytes', 'records']),
    overlaps: options?.overlaps === true,
    lendsBuffers: options?.encodesAhead === true || hasKind(api.response, ['records']),
    decode: api.decodeRequest,
    handle,
    failed: options?.failed ?? ((_request, code) => failure<Response>(code)),
    encode(writer, response, version) {
      if (response instanceof EncodedAnswer) writer.attach(response.body)
      else api.encodeResponse(writer, response, version)
    },
  }
}

/** `failed` may be left out only where the answer has an `errorCode`. */
type Options<Request extends Fields, Response extends Fields> = 'errorCode' extends keyof Response
  ? [options?: HandlerOptions<ReadOf<Request>, WriteOf<Response>>]
  : [
      options: HandlerOptions<ReadOf<Request>, WriteOf<Response>> &
        Required<Pick<HandlerOptions<ReadOf<Request>, WriteOf<Response>>, 'failed'>>,
    ]

/** An answer that is nothing but its error: the codec gives every other field its default. */
function failure<Response extends Fields>(code: number): WriteOf<Response>
function failure(code: number): object {
  return { errorCode: code, errorMessage: errorMessage(errorName(code)) }
}

function hasKind(fields: Fields, kinds: readonly string[]): boolean {
  return Object.values(fields).some(({ type }) => isOrHolds(type, kinds))
}

function isOrHolds(type: FieldType, kinds: readonly string[]): boolean {
  if (type.kind === 'array') return isOrHolds(type.of.type, kinds)
  if (type.kind === 'struct') return hasKind(type.fields, kinds)
  return kinds.includes(type.kind)
}

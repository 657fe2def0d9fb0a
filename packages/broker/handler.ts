import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { Connection } from '@odradek/network'
import { errorMessage, errorName } from '@odradek/protocol'
import type { Api, RequestOf, ResponseOf } from '@odradek/protocol/schema'

/** What a handler knows about a request besides its fields. */
export interface RequestContext {
  readonly connection: Connection
  readonly apiVersion: number
  /** As the client calls itself; empty when it gave no name. */
  readonly clientId: string
  /** Who asks, as Kafka writes it: `User:ANONYMOUS` until there is authentication. */
  readonly principal: string
  /** Wall clock in milliseconds, read once for the request. */
  readonly now: number
  /** Aborted when the connection closes: nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/**
 * One API as the broker serves it: decode, answer, encode. `handler()` makes it; the router runs it.
 *
 * `Request` and `Response` are the types of the API's schema; in the table of all handlers they are `unknown`.
 */
export interface Handler<Request = unknown, Response = unknown> {
  readonly api: Api
  /** Versions that ApiVersions tells clients. Produce announces more than it takes (KAFKA-18659). */
  readonly announced: readonly [min: number, max: number]
  /** Whether the request's `bytes` and `records` may lie in the connection's buffer, which is used again after the call. */
  readonly borrowsFrame: boolean
  decode(reader: ByteReader, version: number): Request
  /** `undefined` is no answer at all (acks=0). */
  handle(request: Request, context: RequestContext): Response | undefined | Promise<Response | undefined>
  /** The API's own way to say that the whole request failed. */
  failed(request: Request, errorCode: number, context: RequestContext): Response
  encode(writer: ByteWriter, response: Response, version: number): void
  /** The answer has left, or never will: buffers that it lent may be used again. */
  sent?(response: Response): void
}

export interface HandlerOptions<Request, Response> {
  /** Needed where the answer has no `errorCode` of its own, or lacks it in some versions: puts the code on each element. */
  readonly failed?: (request: Request, errorCode: number, context: RequestContext) => Response
  /** Default: the versions of the schema. */
  readonly announced?: readonly [min: number, max: number]
  /** Default false: the router hands over a copy of the frame, and the handler may keep what it likes. */
  readonly borrowsFrame?: boolean
  readonly sent?: (response: Response) => void
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
export function handler<A extends Api>(
  api: A,
  handle: (request: RequestOf<A>, context: RequestContext) => ResponseOf<A> | undefined | Promise<ResponseOf<A> | undefined>,
  ...[options]: Options<RequestOf<A>, ResponseOf<A>>
): Handler<RequestOf<A>, ResponseOf<A>> {
  return {
    api,
    announced: options?.announced ?? api.versions,
    borrowsFrame: options?.borrowsFrame ?? false,
    decode: api.decodeRequest,
    handle,
    failed: options?.failed ?? ((_request, errorCode) => ({ errorCode, errorMessage: errorMessage(errorName(errorCode)) })),
    encode: api.encodeResponse,
    ...(options?.sent === undefined ? {} : { sent: options.sent }),
  }
}

/** `failed` may be left out only where the answer has an `errorCode`. */
type Options<Request, Response> = Response extends { readonly errorCode?: number }
  ? [options?: HandlerOptions<Request, Response>]
  : [options: HandlerOptions<Request, Response> & Required<Pick<HandlerOptions<Request, Response>, 'failed'>>]

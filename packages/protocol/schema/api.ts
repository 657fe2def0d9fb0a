import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { KafkaError } from '../errors.ts'
import { compile } from './compile.ts'
import type { MessageCodec } from './compile.ts'
import type { Fields, ReadOf, WriteOf } from './field.ts'
import { MAX_REQUEST_ELEMENTS, MAX_RESPONSE_ELEMENTS } from './limits.ts'
import { MalformedMessage } from './malformed-message.ts'

/** One of Kafka's APIs: its number, its versions, and how its two messages are read and written in each. */
export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number
  readonly name: string
  /** Versions that can be read and written. */
  readonly versions: readonly [min: number, max: number]
  /** First version with compact lengths and tagged fields; undefined when there is none. */
  readonly flexible: number | undefined
  readonly request: Request
  readonly response: Response

  /** All four throw UNSUPPORTED_VERSION outside `versions`; the two that read throw `MalformedMessage` for what is no such message. */
  decodeRequest(this: void, reader: ByteReader, version: number): ReadOf<Request>
  encodeRequest(this: void, writer: ByteWriter, request: WriteOf<Request>, version: number): void
  decodeResponse(this: void, reader: ByteReader, version: number): ReadOf<Response>
  encodeResponse(this: void, writer: ByteWriter, response: WriteOf<Response>, version: number): void
}

/** A request as it was decoded: every field is there. */
export type RequestOf<A extends Api> = ReadOf<A['request']>
/** A response as it was decoded: every field is there. */
export type ResponseOf<A extends Api> = ReadOf<A['response']>
/** A request to be sent: fields with a default may be left out. */
export type RequestDraft<A extends Api> = WriteOf<A['request']>
/** A response to be sent, as a handler gives it: fields with a default may be left out. */
export type ResponseDraft<A extends Api> = WriteOf<A['response']>

export interface ApiDeclaration<Request extends Fields, Response extends Fields> {
  readonly key: number
  readonly name: string
  readonly versions: readonly [min: number, max: number]
  readonly flexible?: number
  readonly request: Request
  readonly response: Response
}

/**
 * Declares an API. Types and codecs follow from the fields; the codec of a version is made when it is first used.
 *
 *     export const Heartbeat = api({
 *       key: 12,
 *       name: 'Heartbeat',
 *       versions: [0, 4],
 *       flexible: 4,
 *       request: { groupId: string(), generationId: int32(), memberId: string() },
 *       response: { throttleTimeMs: int32({ since: 1, default: 0 }), errorCode: int16() },
 *     })
 */
export function api<const Request extends Fields, const Response extends Fields>(
  declaration: ApiDeclaration<Request, Response>,
): Api<Request, Response> {
  const { key, name, versions, flexible, request, response } = declaration
  const requests = perVersion(`${name} request`, declaration, request, MAX_REQUEST_ELEMENTS)
  const responses = perVersion(`${name} response`, declaration, response, MAX_RESPONSE_ELEMENTS)
  return {
    key,
    name,
    versions,
    flexible,
    request,
    response,
    decodeRequest: (reader, version) => read(requests, reader, version),
    encodeRequest: (writer, value, version) => requests.codec(version).write(writer, value),
    decodeResponse: (reader, version) => read(responses, reader, version),
    encodeResponse: (writer, value, version) => responses.codec(version).write(writer, value),
  }
}

/** Whether a version of the API has compact lengths, tagged fields, and tags behind its headers. */
export function isFlexible({ flexible }: Pick<Api, 'flexible'>, version: number): boolean {
  return flexible !== undefined && version >= flexible
}

interface PerVersion<Read, Write> {
  readonly name: string
  codec(this: void, version: number): MessageCodec<Read, Write>
}

function perVersion<const F extends Fields>(
  name: string,
  { versions: [min, max], flexible }: Pick<ApiDeclaration<Fields, Fields>, 'versions' | 'flexible'>,
  fields: F,
  maxElements: number,
): PerVersion<ReadOf<F>, WriteOf<F>> {
  const codecs: MessageCodec<ReadOf<F>, WriteOf<F>>[] = []
  return {
    name,
    codec: (version) => (codecs[version] ??= made(version)),
  }

  function made(version: number): MessageCodec<ReadOf<F>, WriteOf<F>> {
    if (!(version >= min && version <= max))
      throw new KafkaError('UNSUPPORTED_VERSION', `${name} has versions ${min} to ${max}, not ${version}.`)
    return compile(fields, { version, flexible: isFlexible({ flexible }, version), maxElements })
  }
}

function read<Read>({ name, codec }: PerVersion<Read, never>, reader: ByteReader, version: number): Read {
  const { read: readMessage } = codec(version)
  try {
    return readMessage(reader)
  } catch (error) {
    throw MalformedMessage.in(`${name} v${version}`, error)
  }
}

import { MalformedBytes } from '@odradek/common/bytes'
import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { isFlexible } from './schema/api.ts'
import type { Api } from './schema/api.ts'
import type { UnknownTags } from './schema/field.ts'
import { readText } from './schema/sized-codecs.ts'
import { taggedFields } from './schema/tagged-fields.ts'

/** What stands before every request. */
export interface RequestHeader extends Readonly<UnknownTags> {
  readonly apiKey: number
  readonly apiVersion: number
  /** Comes back in the response. */
  readonly correlationId: number
  readonly clientId: string | null
}

/** What stands before every response. */
export interface ResponseHeader extends Readonly<UnknownTags> {
  readonly correlationId: number
}

type HeaderApi = Pick<Api, 'key' | 'flexible'>

const apiVersionsKey = 18
const tags = taggedFields([])

/** Whether the request header has tagged fields behind it (version 2 of the header instead of 1). */
export function requestHeaderIsFlexible(api: HeaderApi, version: number): boolean {
  return isFlexible(api, version)
}

/**
 * Whether the response header has tagged fields behind it (version 1 of the header instead of 0).
 *
 * Never for ApiVersions: a client that asked in a version the broker does not know must be able to read the answer (KIP-511).
 */
export function responseHeaderIsFlexible(api: HeaderApi, version: number): boolean {
  return api.key !== apiVersionsKey && isFlexible(api, version)
}

/**
 * Reads a request's header. `apiOf` finds the API of a key; for an unknown one it gives undefined, and the header is read
 * as one without tagged fields. Throws `MalformedBytes`.
 */
export function readRequestHeader(reader: ByteReader, apiOf: (key: number) => HeaderApi | undefined): RequestHeader {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  // Not a compact string in any version, so that a broker can read it before it knows the version of the header.
  const clientId = readClientId(reader)
  const header = { apiKey, apiVersion, correlationId, clientId }
  const api = apiOf(apiKey)
  if (api !== undefined && requestHeaderIsFlexible(api, apiVersion)) tags.read(reader, header)
  return header
}

export function writeRequestHeader(writer: ByteWriter, api: HeaderApi, header: Omit<RequestHeader, 'apiKey'>): void {
  writer.int16(api.key)
  writer.int16(header.apiVersion)
  writer.int32(header.correlationId)
  if (header.clientId === null) writer.int16(-1)
  else writer.utf8WithInt16Length(header.clientId)
  if (requestHeaderIsFlexible(api, header.apiVersion)) {
    if (header.unknownTags === undefined) writer.uvarint(0)
    else tags.write(writer, { ...header })
  }
}

/** Reads the header of the answer to a request that was sent in `version`. Throws `MalformedBytes`. */
export function readResponseHeader(reader: ByteReader, api: HeaderApi, version: number): ResponseHeader {
  const header = { correlationId: reader.int32() }
  if (responseHeaderIsFlexible(api, version)) tags.read(reader, header)
  return header
}

export function writeResponseHeader(writer: ByteWriter, api: HeaderApi, version: number, correlationId: number): void {
  writer.int32(correlationId)
  if (responseHeaderIsFlexible(api, version)) writer.uvarint(0)
}

function readClientId(reader: ByteReader): string | null {
  const length = reader.int16()
  if (length < -1) throw new MalformedBytes(`${length} is not a length`, reader.position)
  return length === -1 ? null : readText(reader, length)
}

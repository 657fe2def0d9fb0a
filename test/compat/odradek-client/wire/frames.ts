import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { readRequestHeader, readResponseHeader, writeResponseHeader } from '@odradek/protocol'
import { apiByKey } from '@odradek/protocol/messages'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'

/** Cuts a stream of bytes into frames: four bytes of size, then so many. */
export class FrameCutter {
  #input: Buffer = Buffer.alloc(0)

  /** The frames that are whole now, without their size. */
  take(bytes: Uint8Array): Buffer[] {
    this.#input = Buffer.concat([this.#input, bytes])
    const frames: Buffer[] = []
    while (this.#input.length >= 4) {
      const end = 4 + this.#input.readInt32BE(0)
      if (this.#input.length < end) break
      frames.push(Buffer.from(this.#input.subarray(4, end)))
      this.#input = this.#input.subarray(end)
    }
    return frames
  }
}

export function withSize(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

/** A request as it came over the wire. */
export interface SeenRequest {
  readonly api: Api
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  /** What it asks, when it is of that API. */
  of<Q extends Fields, S extends Fields>(api: Api<Q, S>): ReadOf<Q> | undefined
}

export function readRequest(frame: Buffer): SeenRequest {
  const reader = new ByteReader(frame)
  const header = readRequestHeader(reader, apiByKey)
  const api = apiByKey(header.apiKey)
  if (api === undefined) throw new Error(`a request of API ${header.apiKey}, which nobody declared`)
  const { apiVersion: version, correlationId, clientId } = header
  const body = frame.subarray(reader.position)
  return {
    api,
    version,
    correlationId,
    clientId,
    of: (wanted) => (wanted.key === api.key ? wanted.decodeRequest(new ByteReader(body), version) : undefined),
  }
}

type Asked = Pick<SeenRequest, 'version' | 'correlationId'>

/** An answer's frame, without its size. */
export function writeAnswer<Q extends Fields, S extends Fields>(
  api: Api<Q, S>,
  { version, correlationId }: Asked,
  answer: WriteOf<S>,
): Buffer {
  const writer = new ByteWriter()
  writeResponseHeader(writer, api, version, correlationId)
  api.encodeResponse(writer, answer, version)
  return Buffer.from(writer.finish())
}

export function readAnswer<Q extends Fields, S extends Fields>(api: Api<Q, S>, { version }: Asked, frame: Buffer): ReadOf<S> {
  const reader = new ByteReader(frame)
  readResponseHeader(reader, api, version)
  return api.decodeResponse(reader, version)
}

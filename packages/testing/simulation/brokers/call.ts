import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { BrokerIdentity } from './broker-identity.ts'

/** One request as its handler sees it. */
export interface Call<S extends Fields> {
  readonly broker: BrokerIdentity
  readonly version: number
  readonly clientId: string
  readonly linkId: number
  /** The connection has been given up by the client; it may have asked anew on another one since. */
  readonly isLate: boolean
  /** Answers, once. Undefined closes the connection without an answer. */
  readonly answer: (response: WriteOf<S> | undefined) => void
  /** `acks=0`: there is no answer, and the next request may come. */
  readonly noAnswer: () => void
}

/** One request as a connection sees it: bytes, and a way to send bytes back. */
export interface Incoming {
  readonly broker: BrokerIdentity
  readonly version: number
  readonly clientId: string
  readonly linkId: number
  readonly isLate: boolean
  readonly reader: ByteReader
  /** `encode` writes the body of the answer; with a throttle time where the connection wants one in it. */
  readonly reply: (encode: ((writer: ByteWriter, throttleTimeMs: number | undefined) => void) | undefined) => void
  readonly noAnswer: () => void
}

/** What a model broker does for one API. */
export interface ModelHandler {
  readonly api: Api
  readonly serve: (incoming: Incoming) => void
}

export function served<Q extends Fields, S extends Fields>(
  api: Api<Q, S>,
  serve: (request: ReadOf<Q>, call: Call<S>) => void,
): ModelHandler {
  return {
    api,
    serve({ broker, version, clientId, linkId, isLate, reader, reply, noAnswer }) {
      const request = api.decodeRequest(reader, version)
      serve(request, {
        broker,
        version,
        clientId,
        linkId,
        isLate,
        noAnswer,
        answer(response) {
          if (response === undefined) return reply(undefined)
          reply((writer, throttleTimeMs) =>
            api.encodeResponse(writer, throttleTimeMs === undefined ? response : { ...response, throttleTimeMs }, version),
          )
        },
      })
    },
  }
}

import type { Buffer } from 'node:buffer'
import { ByteWriter } from '@odradek/common/bytes'
import type { ByteReader } from '@odradek/common/bytes'
import { isFlexible } from '../schema/api.ts'
import type { Fields } from '../schema/field.ts'
import { allApis } from './index.ts'

/** A request or response in one version, for tests that go over all of them. */
export interface AnyMessage {
  /** `Fetch request v12`. */
  readonly name: string
  readonly key: number
  readonly direction: 'request' | 'response'
  readonly version: number
  readonly flexible: boolean
  readonly fields: Fields
  encode(this: void, value: Readonly<Record<string, unknown>>): Buffer
  decode(this: void, reader: ByteReader): Readonly<Record<string, unknown>>
}

/** Every message that we have, both directions, all versions. */
export function everyMessage(): readonly AnyMessage[] {
  return allApis.flatMap((api) => {
    const [min, max] = api.versions
    return Array.from({ length: max - min + 1 }, (_, index) => min + index).flatMap((version): readonly AnyMessage[] => {
      const common = { key: api.key, version, flexible: isFlexible(api, version) }
      return [
        {
          ...common,
          direction: 'request',
          name: `${api.name} request v${version}`,
          fields: api.request,
          encode: written((writer, value) => api.encodeRequest(writer, value, version)),
          decode: (reader: ByteReader) => api.decodeRequest(reader, version),
        },
        {
          ...common,
          direction: 'response',
          name: `${api.name} response v${version}`,
          fields: api.response,
          encode: written((writer, value) => api.encodeResponse(writer, value, version)),
          decode: (reader: ByteReader) => api.decodeResponse(reader, version),
        },
      ]
    })
  })
}

function written(encode: (writer: ByteWriter, value: Readonly<Record<string, unknown>>) => void): AnyMessage['encode'] {
  return (value) => {
    const writer = new ByteWriter()
    encode(writer, value)
    return writer.finish()
  }
}

import type { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter, MalformedBytes } from '@odradek/common/bytes'
import { isFlexible } from '../schema/api.ts'
import { compile } from '../schema/compile.ts'
import type { MessageCodec } from '../schema/compile.ts'
import type { Fields, ReadOf, WriteOf } from '../schema/field.ts'
import { MAX_REQUEST_ELEMENTS } from '../schema/limits.ts'
import { MalformedMessage } from '../schema/malformed-message.ts'

/**
 * A kind of record in an internal topic such as `__consumer_offsets`.
 *
 * Its key is its type as an int16 and fields that say what it is about; its value is a version as an int16 and the fields
 * of that version. A null value is a tombstone, and is the caller's business.
 */
export interface Entry<Key extends Fields = Fields, Value extends Fields = Fields> {
  readonly type: number
  readonly name: string
  readonly key: Key
  readonly value: Value
  /** Versions of the value that can be read. */
  readonly versions: readonly [min: number, max: number]
  readonly flexible: number | undefined
  /** The version that Kafka writes, and so do we. */
  readonly written: number

  encodeKey(this: void, key: WriteOf<Key>): Buffer
  encodeValue(this: void, value: WriteOf<Value>, version?: number): Buffer
  /** Both throw `MalformedMessage`. Their `bytes` are views of what they are given. */
  decodeKey(this: void, bytes: Buffer): ReadOf<Key>
  decodeValue(this: void, bytes: Buffer): ReadOf<Value>
}

export type KeyOf<E extends Entry> = ReadOf<E['key']>
export type ValueOf<E extends Entry> = ReadOf<E['value']>

export function entry<const Key extends Fields, const Value extends Fields>(
  declaration: Pick<Entry<Key, Value>, 'type' | 'name' | 'key' | 'value' | 'versions' | 'written'> & { readonly flexible?: number },
): Entry<Key, Value> {
  const { type, name, key, value, versions, flexible, written } = declaration
  const [min, max] = versions
  let keyCodec: MessageCodec<ReadOf<Key>, WriteOf<Key>> | undefined
  const valueCodecs: MessageCodec<ReadOf<Value>, WriteOf<Value>>[] = []
  // Keys are compared byte by byte when the topic is compacted, so they are never flexible and have no version of their own.
  const keys = () => (keyCodec ??= compile(key, { version: 0, flexible: false, maxElements: MAX_REQUEST_ELEMENTS }))
  const values = (version: number) =>
    (valueCodecs[version] ??= compile(value, { version, flexible: isFlexible({ flexible }, version), maxElements: MAX_REQUEST_ELEMENTS }))

  return {
    type,
    name,
    key,
    value,
    versions,
    flexible,
    written,
    encodeKey(fields) {
      const writer = new ByteWriter(64)
      writer.int16(type)
      keys().write(writer, fields)
      return writer.finish()
    },
    encodeValue(fields, version = written) {
      const writer = new ByteWriter(128)
      writer.int16(version)
      values(version).write(writer, fields)
      return writer.finish()
    },
    decodeKey: (bytes) =>
      decode(`${name} key`, bytes, (reader) => {
        const found = reader.int16()
        if (found !== type) throw new MalformedBytes(`Type ${found} instead of ${type}`, reader.position)
        return keys().read(reader)
      }),
    decodeValue: (bytes) =>
      decode(`${name} value`, bytes, (reader) => {
        const version = reader.int16()
        if (version < min || version > max) throw new MalformedBytes(`Version ${version} is none of ${min} to ${max}`, reader.position)
        return values(version).read(reader)
      }),
  }
}

/** The type of the record that has this key; undefined for a key too short to have one. */
export function entryType(key: Buffer): number | undefined {
  return key.length < 2 ? undefined : key.readInt16BE(0)
}

function decode<Value>(name: string, bytes: Buffer, read: (reader: ByteReader) => Value): Value {
  try {
    return read(new ByteReader(bytes))
  } catch (error) {
    throw MalformedMessage.in(name, error)
  }
}

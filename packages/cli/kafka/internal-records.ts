import { Buffer } from 'node:buffer'
import { consumerOffsetsEntries, entryType } from '@odradek/protocol/entries'
import { exists } from '@odradek/protocol/schema'
import type { Field, Fields, FieldType } from '@odradek/protocol/schema'

/** A record of `__consumer_offsets`, as Kafka's converters make JSON of it. */
export interface InternalRecord {
  readonly type: number
  readonly key: Readonly<Record<string, unknown>>
  /** Null for a tombstone. */
  readonly value: { readonly version: number; readonly data: Readonly<Record<string, unknown>> } | null
}

/** Undefined for a record of a type that is not known. Throws `MalformedMessage`. */
export function readInternalRecord(key: Buffer, value: Buffer | null): InternalRecord | undefined {
  const type = entryType(key)
  const entry = consumerOffsetsEntries.find((one) => one.type === type)
  if (entry === undefined || type === undefined) return undefined
  const version = value === null ? 0 : value.readInt16BE(0)
  return {
    type,
    key: plain(entry.decodeKey(key), entry.key, 0),
    value: value === null ? null : { version, data: plain(entry.decodeValue(value), entry.value, version) },
  }
}

/** The fields of that version, bytes in base64. */
function plain(value: unknown, fields: Fields, version: number): Readonly<Record<string, unknown>> {
  const isThere = (field: Field, found: unknown): boolean => exists(field, version) && (field.tag === undefined || found !== field.default)
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const found: unknown = Reflect.get(Object(value), name)
      return isThere(field, found) ? [[name, plainField(found, field.type, version)]] : []
    }),
  )
}

function plainField(value: unknown, type: FieldType, version: number): unknown {
  if (value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'bigint') return Number(value)
  if (type.kind === 'struct') return plain(value, type.fields, version)
  if (type.kind === 'array' && Array.isArray(value)) return value.map((one) => plainField(one, type.of.type, version))
  return value
}

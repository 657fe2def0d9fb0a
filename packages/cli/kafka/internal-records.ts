import { Buffer } from 'node:buffer'
import { consumerOffsetsEntries, entryType, transactionStateEntries } from '@odradek/protocol/entries'
import type { Entry } from '@odradek/protocol/entries'
import { exists } from '@odradek/protocol/schema'
import type { Field, Fields, FieldType } from '@odradek/protocol/schema'

/** A record of an internal topic, as Kafka's converters make JSON of it. */
export interface InternalRecord {
  readonly type: number
  readonly key: Readonly<Record<string, unknown>>
  /** Null for a tombstone. */
  readonly value: { readonly version: number; readonly data: Readonly<Record<string, unknown>> } | null
}

/** Reads a record of one internal topic. Undefined for one of a type that is not known. Throws `MalformedMessage`. */
export type InternalRecordReader = (key: Buffer, value: Buffer | null) => InternalRecord | undefined

/** Of `__consumer_offsets`. */
export const readInternalRecord: InternalRecordReader = readerOf(consumerOffsetsEntries)

const readTransactionFields = readerOf(transactionStateEntries)

/** Of `__transaction_state`; the state of a transaction is a word. */
export const readTransactionRecord: InternalRecordReader = (key, value) => {
  const record = readTransactionFields(key, value)
  if (record?.value === undefined || record.value === null) return record
  const { version, data } = record.value
  const { transactionStatus } = data
  return {
    ...record,
    value: { version, data: { ...data, transactionStatus: states[Number(transactionStatus)] ?? String(transactionStatus) } },
  }
}

const states = ['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort', 'Dead', 'PrepareEpochFence']

function readerOf(entries: readonly Entry[]): InternalRecordReader {
  return (key, value) => {
    const type = entryType(key)
    const entry = entries.find((one) => one.type === type)
    if (entry === undefined || type === undefined) return undefined
    const keyData = plain(entry.decodeKey(key), entry.key, 0)
    if (value === null) return { type, key: keyData, value: null }
    const data = entry.decodeValue(value)
    const version = value.readInt16BE(0)
    return { type, key: keyData, value: { version, data: plain(data, entry.value, version) } }
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
  if (type.kind === 'struct') return plain(value, type.fields, version)
  if (type.kind === 'array' && Array.isArray(value)) return value.map((one) => plainField(one, type.of.type, version))
  return value
}

import { consumerOffsetsEntries, transactionStateEntries } from '@odradek/protocol/entries'
import type { Entry } from '@odradek/protocol/entries'
import { allApis } from '@odradek/protocol/messages'
import { int16, int32, string } from '@odradek/protocol/schema'
import type { Field, Fields } from '@odradek/protocol/schema'
import { neverCompact } from './kafka-definitions.ts'
import { noVersions } from './message.ts'
import type { Message, MessageField, Versions } from './message.ts'

/** Headers, requests and responses, by Kafka's names: what the jar of kafka-clients has. */
export function ourMessages(): readonly Message[] {
  const apis = allApis.flatMap(({ key, name, versions: [from, to], flexible, request, response }) => [
    ourMessage({ name: `${name}Request`, key, versions: { from, to }, flexible }, request),
    ourMessage({ name: `${name}Response`, key, versions: { from, to }, flexible }, response),
  ])
  return [...headers, ...apis]
}

/** Keys and values of internal topics, by the jar that has them. */
export function ourEntries(): ReadonlyMap<string, readonly Message[]> {
  return new Map([
    ['kafka-group-coordinator', messagesOf(consumerOffsetsEntries)],
    ['kafka-transaction-coordinator', messagesOf(transactionStateEntries)],
  ])
}

function messagesOf(entries: readonly Entry[]): readonly Message[] {
  return entries.flatMap(({ type, name, versions: [from, to], flexible, key, value }) => [
    ourMessage({ name: `${name}Key`, key: type, versions: { from: 0, to: 0 } }, key),
    ourMessage({ name: `${name}Value`, key: type, versions: { from, to }, flexible }, value),
  ])
}

/** `protocol/header.ts` reads and writes headers by hand. It was written for these. */
const headers: readonly Message[] = [
  withClientIdNeverCompact(
    ourMessage(
      { name: 'RequestHeader', versions: { from: 1, to: 2 }, flexible: 2 },
      {
        requestApiKey: int16(),
        requestApiVersion: int16(),
        correlationId: int32(),
        clientId: string({ since: 1, nullable: 1, ignorable: true }),
      },
    ),
  ),
  ourMessage({ name: 'ResponseHeader', versions: { from: 0, to: 1 }, flexible: 1 }, { correlationId: int32() }),
]

export function ourMessage(
  { name, key, versions, flexible }: Pick<Message, 'name' | 'versions'> & { readonly key?: number; readonly flexible?: number | undefined },
  fields: Fields,
): Message {
  return { name, key, versions, flexible: since(flexible), fields: ourFields(fields) }
}

function withClientIdNeverCompact(header: Message): Message {
  const fields = header.fields.map((field) => (field.name === 'clientId' ? { ...field, type: `${field.type}${neverCompact}` } : field))
  return { ...header, fields }
}

function ourFields(fields: Fields): readonly MessageField[] {
  return Object.entries(fields).map(([name, field]) => ({
    name,
    type: typeOf(field),
    versions: { from: field.since, to: field.until },
    nullable: since(field.nullable),
    tag: field.tag,
    tagged: field.tag === undefined ? noVersions : { from: field.since, to: field.until },
    default: defaultOf(field),
    ignorable: field.ignorable,
    fields: fieldsOf(field),
  }))
}

function typeOf({ type }: Field): string {
  return type.kind === 'array' ? `[]${typeOf(type.of)}` : type.kind
}

function fieldsOf({ type }: Field): readonly MessageField[] {
  if (type.kind === 'array') return fieldsOf(type.of)
  return type.kind === 'struct' ? ourFields(type.fields) : []
}

function defaultOf({ type, default: value }: Field): string {
  if (value === null) return 'null'
  if (type.kind === 'array') return '[]'
  if (type.kind === 'struct') return '{}'
  if (type.kind === 'bytes') return 'empty'
  if (type.kind === 'uuid') return 'zero'
  if (typeof value === 'string') return `'${value}'`
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? `${value}` : typeof value
}

function since(from: number | undefined): Versions {
  return from === undefined || from === Infinity ? noVersions : { from, to: Infinity }
}

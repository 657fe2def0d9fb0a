import { noVersions } from './message.ts'
import type { Message, MessageField, Versions } from './message.ts'

/**
 * Reads one of the message definitions that Kafka's jars carry under `common/message`: JSON with comments.
 * Returns undefined for messages of which no version is left.
 */
export function kafkaDefinition(text: string): Message | undefined {
  const json = object(JSON.parse(text.replaceAll(/("(?:\\.|[^"\\])*")|\/\/[^\n]*/g, '$1')))
  const versions = parseVersions(json['validVersions'])
  if (versions === noVersions) return undefined
  const structs = new Map(list(json['commonStructs']).map((struct) => [String(struct['name']), struct]))
  const unstable = json['latestVersionUnstable'] === true ? 1 : 0
  return {
    name: String(json['name']),
    key: typeof json['apiKey'] === 'number' ? json['apiKey'] : undefined,
    versions: { from: versions.from, to: versions.to - unstable },
    flexible: parseVersions(json['flexibleVersions']),
    fields: list(json['fields']).map((field) => kafkaField(field, structs)),
  }
}

function kafkaField(json: Json, structs: ReadonlyMap<string, Json>): MessageField {
  const kafkaType = String(json['type'])
  const [prefix, element] = kafkaType.startsWith('[]') ? ['[]', kafkaType.slice(2)] : ['', kafkaType]
  const isStruct = /^[A-Z]/.test(element)
  const inner = json['fields'] ?? (isStruct ? structs.get(element)?.['fields'] : undefined)
  const type = `${prefix}${isStruct ? 'struct' : element}${json['flexibleVersions'] === 'none' ? neverCompact : ''}`
  const tagged = parseVersions(json['taggedVersions'])
  const name = String(json['name'])
  return {
    name: name.charAt(0).toLowerCase() + name.slice(1),
    type,
    versions: json['versions'] === undefined ? tagged : parseVersions(json['versions']),
    nullable: parseVersions(json['nullableVersions']),
    tag: typeof json['tag'] === 'number' ? json['tag'] : undefined,
    tagged,
    default: kafkaDefault(type, json['default']),
    ignorable: String(json['ignorable']) === 'true',
    fields: list(inner).map((field) => kafkaField(field, structs)),
  }
}

/**
 * In the definitions a default may be text or a value, and a number may be hexadecimal. Null is the text `"null"`: a bare
 * null is taken for no default at all by Kafka's generator, so that the field begins as empty.
 */
function kafkaDefault(type: string, declared: unknown): string {
  if (declared === 'null') return 'null'
  const value = `${printable(declared)}`
  if (type.startsWith('[]')) return '[]'
  if (type === 'struct') return '{}'
  if (type.startsWith('string')) return `'${value}'`
  if (type === 'bool') return value === '' ? 'false' : value.toLowerCase()
  if (type === 'records') return 'null'
  if (type === 'bytes') return 'empty'
  if (type === 'uuid') return 'zero'
  return String(Number(value))
}

function printable(value: unknown): string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : ''
}

/** Said behind the type of a field whose length is not compact in flexible versions either. */
export const neverCompact = ', never compact'

/** `0-4`, `7+`, `3`, `none`. */
function parseVersions(text: unknown): Versions {
  const found = /^(\d+)(?:(\+)|-(\d+))?$/.exec(String(text))
  if (found === null) return noVersions
  const from = Number(found[1])
  return { from, to: found[2] === '+' ? Infinity : Number(found[3] ?? from) }
}

type Json = Readonly<Record<string, unknown>>

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new TypeError('a message definition is not an object')
  return Object.fromEntries(Object.entries(value))
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : []
}

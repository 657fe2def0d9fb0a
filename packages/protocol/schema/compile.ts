import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { KafkaError } from '../errors.ts'
import { arrayCodec } from './array-codec.ts'
import type { Codec, Context } from './codec.ts'
import { exists } from './field.ts'
import type { Field, Fields, ReadOf, WriteOf } from './field.ts'
import { fixedCodecs, int64Codecs } from './fixed-codecs.ts'
import { bytesCodec, cutCodec, recordsCodec, stringCodec } from './sized-codecs.ts'
import { structCodec } from './struct-codec.ts'
import type { Part, Struct } from './struct-codec.ts'
import { taggedFields } from './tagged-fields.ts'

/** A message, or a record of an internal topic, in one version. */
export interface MessageCodec<Read, Write> {
  /** Throws `MalformedMessage` with the path of the field. Bytes behind the message stay unread. */
  read(this: void, reader: ByteReader): Read
  /** Throws UNSUPPORTED_VERSION for a value that this version can't carry and that may not be dropped. */
  write(this: void, writer: ByteWriter, value: Write): void
}

/** Turns declarations into functions for one version. Takes some ten microseconds, so keep what it returns. */
export function compile<const F extends Fields>(
  fields: F,
  options: { readonly version: number; readonly flexible: boolean; readonly maxElements: number },
): MessageCodec<ReadOf<F>, WriteOf<F>> {
  const { version, flexible, maxElements } = options
  const budget = { elements: maxElements }
  const { read, write } = compileStruct(fields, { version, flexible, budget })
  const message: MessageCodec<unknown, Struct> = {
    read(reader) {
      budget.elements = maxElements
      return read(reader)
    },
    write,
  }
  // The one place where values get their types: each property was read by the codec of its declaration in `fields`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return message as MessageCodec<ReadOf<F>, WriteOf<F>>
}

function compileStruct(fields: Fields, context: Context): Codec<Struct> {
  const { version, flexible } = context
  const entries = Object.entries(fields)
  const parts = entries.map(([name, field]): Part => {
    const part = { name, default: field.default, codec: undefined }
    if (!isCarried(field, context)) return field.ignorable ? part : { ...part, refuse: refusal(name, field, version) }
    return field.tag === undefined ? { ...part, codec: compileField(field, context) } : part
  })
  if (!flexible) return structCodec(parts, undefined)
  const tagged = entries.flatMap(([name, field]) =>
    field.tag === undefined || !isCarried(field, context)
      ? []
      : [{ tag: field.tag, name, codec: compileField(field, context), isDefault: (value: unknown) => isDefault(field, value) }],
  )
  return structCodec(parts, taggedFields(tagged))
}

/** Whether there is a place for the field in this version: tagged fields have one in flexible versions only. */
function isCarried(field: Field, { version, flexible }: Context): boolean {
  return exists(field, version) && (flexible || field.tag === undefined)
}

function compileField(field: Field, context: Context): Codec {
  const { type } = field
  const nullable = context.version >= field.nullable
  switch (type.kind) {
    case 'string':
      return type.tooLong === 'cut' ? cutCodec(stringCodec(field, context)) : stringCodec(field, context)
    case 'bytes':
      return bytesCodec(nullable, context)
    case 'records':
      return recordsCodec(context)
    case 'int64':
      return int64Codecs[type.unsafe]
    case 'array':
      return arrayCodec(compileField(type.of, context), nullable, context)
    case 'struct':
      return nullable ? nullableStruct(compileStruct(type.fields, context), field.tag !== undefined) : compileStruct(type.fields, context)
    default:
      return fixedCodecs[type.kind]
  }
}

/** A byte before the struct says whether it is there: 1, else −1, or 0 where the field is tagged. */
function nullableStruct(struct: Codec<Struct>, isTagged: boolean): Codec<Struct | null> {
  const absent = isTagged ? 0 : -1
  return {
    read: (reader) => (reader.int8() <= absent ? null : struct.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? absent : 1)
      if (value !== null) struct.write(writer, value)
    },
    minSize: 1,
    fixedSize: undefined,
  }
}

function refusal(name: string, field: Field, version: number): (value: unknown) => void {
  return (value) => {
    if (!isDefault(field, value)) throw new KafkaError('UNSUPPORTED_VERSION', `Version ${version} of the message has no ${name}.`)
  }
}

/** Whether the value is what the field is without being written. */
function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined || value === field.default) return true
  if (field.default === null || value === null) return false
  const { type } = field
  switch (type.kind) {
    case 'array':
      return Array.isArray(value) && value.length === 0
    case 'bytes':
      return value instanceof Uint8Array && value.length === 0
    case 'struct': {
      const struct = new Map(Object.entries(value))
      return Object.entries(type.fields).every(([name, inner]) => isDefault(inner, struct.get(name)))
    }
    default:
      return false
  }
}

import { ByteWriter, MalformedBytes } from '@odradek/common/bytes'
import type { ByteReader } from '@odradek/common/bytes'
import type { Codec } from './codec.ts'
import type { UnknownTag } from './field.ts'
import { MAX_TAG, MAX_TAGS } from './limits.ts'
import { MalformedMessage } from './malformed-message.ts'
import type { Tail } from './struct-codec.ts'

/** A tagged field of this version. */
export interface Tagged {
  readonly tag: number
  readonly name: string
  readonly codec: Codec
  /** Whether the value need not be written. */
  isDefault(this: void, value: unknown): boolean
}

/**
 * The tagged fields at the end of a struct (KIP-482): their number, then tag, size and content of each, by ascending tag.
 * A field at its default is not written. Tags that we do not know are kept in `unknownTags`.
 */
export function taggedFields(declared: readonly Tagged[]): Tail {
  const fields = declared.toSorted((a, b) => a.tag - b.tag)
  const byTag = new Map(fields.map((field) => [field.tag, field]))

  return {
    read(reader, struct) {
      const count = reader.uvarint()
      if (count === 0) return
      if (count > MAX_TAGS) throw new MalformedBytes(`${count} tagged fields are more than ${MAX_TAGS}`, reader.position)
      const unknown: UnknownTag[] = []
      for (let read = 0; read < count; read++) {
        const tag = reader.uvarint()
        if (tag > MAX_TAG) throw new MalformedBytes(`${tag} is not a tag`, reader.position)
        const size = reader.uvarint()
        const field = byTag.get(tag)
        if (field === undefined) unknown.push({ tag, bytes: reader.bytes(size) })
        else struct[field.name] = readTagged(reader, size, field)
      }
      if (unknown.length > 0) struct['unknownTags'] = unknown
    },

    write(writer, struct) {
      const { unknownTags } = struct
      const present = fields.length === 0 ? none : fields.filter(({ name, isDefault }) => !isDefault(struct[name]))
      if (unknownTags === undefined) {
        writer.uvarint(present.length)
        for (const field of present) writeTagged(writer, field, struct[field.name])
        return
      }
      const known = present.map((field) => ({ tag: field.tag, write: () => writeTagged(writer, field, struct[field.name]) }))
      const unknown = unknownTags.map(({ tag, bytes }) => ({ tag, write: () => writeUnknown(writer, tag, bytes) }))
      writer.uvarint(known.length + unknown.length)
      for (const { write } of [...known, ...unknown].toSorted((a, b) => a.tag - b.tag)) write()
    },
  }
}

const none: readonly Tagged[] = []

function readTagged(reader: ByteReader, size: number, { name, codec }: Tagged): unknown {
  const end = reader.position + size
  try {
    const value = codec.read(reader)
    if (reader.position !== end) throw new MalformedBytes(`A tagged field says that it has ${size} bytes and has not`, reader.position)
    return value
  } catch (error) {
    throw MalformedMessage.at(name, error)
  }
}

function writeTagged(writer: ByteWriter, { tag, codec }: Tagged, value: unknown): void {
  writer.uvarint(tag)
  if (codec.fixedSize !== undefined) {
    writer.uvarint(codec.fixedSize)
    codec.write(writer, value)
    return
  }
  const content = new ByteWriter()
  codec.write(content, value)
  const bytes = content.finish()
  writer.uvarint(bytes.length)
  writer.bytes(bytes)
}

function writeUnknown(writer: ByteWriter, tag: number, bytes: Uint8Array): void {
  writer.uvarint(tag)
  writer.uvarint(bytes.length)
  writer.bytes(bytes)
}

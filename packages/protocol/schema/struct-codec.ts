import type { ByteReader, ByteWriter } from '@odradek/common/bytes'
import type { Codec } from './codec.ts'
import type { UnknownTags } from './field.ts'
import { MalformedMessage } from './malformed-message.ts'

/** A struct while it is read or written: its properties have the types that the declaration says. */
export interface Struct extends UnknownTags {
  [field: string]: unknown
}

/** A field in its fixed place, or one that this version has not. */
export interface Part {
  readonly name: string
  /** What the field is where it is absent. */
  readonly default: unknown
  /** Undefined: not on the wire in this version, or tagged. */
  readonly codec: Codec | undefined
  /** Checks a value that this version can't carry: throws, or lets it drop. */
  readonly refuse?: (value: unknown) => void
}

/** What stands behind the fields of a struct in flexible versions. */
export interface Tail {
  read(this: void, reader: ByteReader, struct: Struct): void
  write(this: void, writer: ByteWriter, struct: Struct): void
}

/**
 * Fields one after the other, tagged fields behind them.
 *
 * A decoded struct has all properties in the order of the declaration, those the version lacks with their default:
 * so that the engine sees one shape for it, whatever the version.
 */
export function structCodec(parts: readonly Part[], tail: Tail | undefined): Codec<Struct> {
  const readers = parts.map(({ name, codec, default: absent }) => ({ name, read: codec?.read ?? (() => absent) }))
  const writers = parts.flatMap(({ name, codec, default: absent }) => (codec ? [{ name, absent, write: codec.write }] : []))
  const refusals = parts.flatMap(({ name, refuse }) => (refuse ? [{ name, refuse }] : []))
  const sizes = parts.flatMap(({ codec }) => (codec ? [codec] : []))

  return {
    read(reader) {
      const struct: Struct = {}
      let current = ''
      try {
        for (const { name, read } of readers) {
          current = name
          struct[name] = read(reader)
        }
        if (tail !== undefined) {
          current = 'tags'
          tail.read(reader, struct)
        }
      } catch (error) {
        throw MalformedMessage.at(current, error)
      }
      return struct
    },
    write(writer, struct) {
      for (const { name, absent, write } of writers) {
        const value = struct[name]
        write(writer, value === undefined ? absent : value)
      }
      for (const { name, refuse } of refusals) {
        const value = struct[name]
        if (value !== undefined) refuse(value)
      }
      tail?.write(writer, struct)
    },
    minSize: sizes.reduce((sum, codec) => sum + codec.minSize, tail === undefined ? 0 : 1),
    fixedSize: undefined,
  }
}

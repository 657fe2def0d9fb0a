import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { MalformedBytes } from '@odradek/common/bytes'
import type { ByteReader } from '@odradek/common/bytes'
import type { Codec, Context } from './codec.ts'
import type { Field } from './field.ts'
import { compactLength, int16Length, int32Length } from './lengths.ts'
import { MAX_ERROR_TEXT, MAX_STRING_BYTES } from './limits.ts'

/**
 * Text in UTF-8 behind its length in bytes.
 *
 * Where only later versions have null, it is written as empty: so Kafka does with the protocol name in the answer to a
 * JoinGroup that failed.
 */
export function stringCodec(field: Pick<Field, 'nullable'>, { flexible, version }: Context): Codec<string | null> {
  const nullable = version >= field.nullable
  const becomesNullable = field.nullable !== Infinity
  const length = flexible ? compactLength : int16Length
  return {
    read(reader) {
      const size = length.read(reader)
      if (size === -1) return nullOr(nullable, reader)
      return readText(reader, size)
    },
    write(writer, value) {
      if (value === null) return length.write(writer, !nullable && becomesNullable ? 0 : allowedNull(nullable))
      assert(value.length <= MAX_STRING_BYTES / 3 || Buffer.byteLength(value) <= MAX_STRING_BYTES, 'a string is too long for a message')
      if (flexible) writer.utf8WithUvarintLength(value)
      else writer.utf8WithInt16Length(value)
    },
    minSize: length.minSize,
    fixedSize: undefined,
  }
}

/** Text of `size` bytes. Throws `MalformedBytes` for one that could not be given back in an answer. */
export function readText(reader: ByteReader, size: number): string {
  if (size > MAX_STRING_BYTES) throw new MalformedBytes(`A string of ${size} bytes is longer than ${MAX_STRING_BYTES}`, reader.position)
  const text = reader.utf8(size)
  // Bytes that are no UTF-8 become a sign of three bytes each.
  if (size > MAX_STRING_BYTES / 3 && Buffer.byteLength(text) > MAX_STRING_BYTES)
    throw new MalformedBytes(`A string of ${size} bytes is not UTF-8`, reader.position)
  return text
}

/** Text that is cut in its middle when it is too long. */
export function cutCodec({ write, ...codec }: Codec<string | null>): Codec<string | null> {
  return { ...codec, write: (writer, value) => write(writer, value === null || value.length <= MAX_ERROR_TEXT ? value : cut(value)) }
}

function cut(text: string): string {
  const kept = MAX_ERROR_TEXT - ellipsis.length
  const end = Math.floor(kept / 4)
  return `${text.slice(0, kept - end)}${ellipsis}${text.slice(text.length - end)}`
}

const ellipsis = ' … '

/** Bytes behind their length, as a view of the frame. */
export function bytesCodec(nullable: boolean, { flexible }: Context): Codec<Uint8Array | null> {
  const length = flexible ? compactLength : int32Length
  return {
    read(reader) {
      const size = length.read(reader)
      return size === -1 ? nullOr(nullable, reader) : reader.bytes(size)
    },
    write(writer, value) {
      if (value === null) return length.write(writer, allowedNull(nullable))
      length.write(writer, value.length)
      writer.bytes(value)
    },
    minSize: length.minSize,
    fixedSize: undefined,
  }
}

/** Record batches behind their length: a view of the frame when read, attached without a copy when written. */
export function recordsCodec({ flexible }: Context): Codec<Buffer | readonly Buffer[] | null> {
  const length = flexible ? compactLength : int32Length
  return {
    read(reader) {
      const size = length.read(reader)
      return size === -1 ? null : reader.bytes(size)
    },
    write(writer, value) {
      if (value === null) return length.write(writer, -1)
      length.write(writer, Buffer.isBuffer(value) ? value.length : value.reduce((sum, chunk) => sum + chunk.length, 0))
      writer.attach(value)
    },
    minSize: length.minSize,
    fixedSize: undefined,
  }
}

function nullOr(nullable: boolean, reader: ByteReader): null {
  if (!nullable) throw new MalformedBytes('Null where there must be a value', reader.position)
  return null
}

function allowedNull(nullable: boolean): -1 {
  assert(nullable, 'null where this version of the message must have a value')
  return -1
}

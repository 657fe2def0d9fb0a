import { MalformedBytes } from '@odradek/common/bytes'
import type { ByteReader, ByteWriter } from '@odradek/common/bytes'

/**
 * The length before a string, bytes or array; −1 is null.
 *
 * Flexible versions write length + 1 as an unsigned varint, so that null is 0. Older ones have an int16 before
 * strings and an int32 before the rest, and −1 for null.
 */
export interface LengthCodec {
  read(this: void, reader: ByteReader): number
  write(this: void, writer: ByteWriter, length: number): void
  readonly minSize: number
}

export const compactLength: LengthCodec = {
  read: (reader) => reader.uvarint() - 1,
  write: (writer, length) => writer.uvarint(length + 1),
  minSize: 1,
}

export const int16Length: LengthCodec = {
  read: (reader) => checked(reader, reader.int16()),
  write: (writer, length) => writer.int16(length),
  minSize: 2,
}

export const int32Length: LengthCodec = {
  read: (reader) => checked(reader, reader.int32()),
  write: (writer, length) => writer.int32(length),
  minSize: 4,
}

function checked(reader: ByteReader, length: number): number {
  if (length < -1) throw new MalformedBytes(`${length} is not a length`, reader.position)
  return length
}

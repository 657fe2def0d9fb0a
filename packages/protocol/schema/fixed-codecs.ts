import type { Codec } from './codec.ts'

/** Types whose size does not depend on their value. */
export const fixedCodecs = {
  int8: fixed<number>(
    1,
    (reader) => reader.int8(),
    (writer, value) => writer.int8(value),
  ),
  int16: fixed<number>(
    2,
    (reader) => reader.int16(),
    (writer, value) => writer.int16(value),
  ),
  uint16: fixed<number>(
    2,
    (reader) => reader.uint16(),
    (writer, value) => writer.uint16(value),
  ),
  int32: fixed<number>(
    4,
    (reader) => reader.int32(),
    (writer, value) => writer.int32(value),
  ),
  float64: fixed<number>(
    8,
    (reader) => reader.float64(),
    (writer, value) => writer.float64(value),
  ),
  bool: fixed<boolean>(
    1,
    (reader) => reader.int8() !== 0,
    (writer, value) => writer.int8(value ? 1 : 0),
  ),
  uuid: fixed<string>(
    16,
    (reader) => reader.uuid(),
    (writer, value) => writer.uuid(value),
  ),
} as const

/** By what happens to a value that a number can't hold exactly. */
export const int64Codecs = {
  refused: fixed<number>(
    8,
    (reader) => reader.int64(),
    (writer, value) => writer.int64(value),
  ),
  nearest: fixed<number>(
    8,
    (reader) => reader.int64Nearest(),
    (writer, value) => writer.int64(value),
  ),
  exact: fixed<number | bigint>(
    8,
    (reader) => reader.int64Exact(),
    (writer, value) => writer.int64Exact(value),
  ),
} as const

function fixed<Value>(size: number, read: Codec<Value>['read'], write: Codec<Value>['write']): Codec<Value> {
  return { read, write, minSize: size, fixedSize: size }
}

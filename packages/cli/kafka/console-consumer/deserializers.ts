import { Buffer } from 'node:buffer'
import { javaDouble } from '../java-double.ts'
import { JavaError } from '../java-error.ts'

/** Makes text of bytes, as `toString()` of what a deserializer of Kafka gives. */
export type Deserializer = (bytes: Uint8Array) => Uint8Array

const fixed =
  (kind: string, size: number, read: (bytes: Buffer) => string): Deserializer =>
  (bytes) => {
    if (bytes.length !== size)
      throw new JavaError(
        'org.apache.kafka.common.errors.SerializationException',
        `Size of data received by ${kind}Deserializer is not ${size}`,
      )
    return Buffer.from(read(Buffer.from(bytes.buffer, bytes.byteOffset, size)))
  }

const byKind: ReadonlyMap<string, Deserializer> = new Map<string, Deserializer>([
  ['String', (bytes) => bytes],
  ['ByteArray', (bytes) => bytes],
  ['ByteBuffer', (bytes) => bytes],
  ['Bytes', (bytes) => Buffer.from([...bytes].map(shownByte).join(''))],
  ['Short', fixed('Short', 2, (bytes) => String(bytes.readInt16BE(0)))],
  ['Integer', fixed('Integer', 4, (bytes) => String(bytes.readInt32BE(0)))],
  ['Long', fixed('Long', 8, (bytes) => String(bytes.readBigInt64BE(0)))],
  ['Float', fixed('Float', 4, (bytes) => javaFloat(bytes.readFloatBE(0)))],
  ['Double', fixed('Double', 8, (bytes) => javaDouble(bytes.readDoubleBE(0)))],
  ['Boolean', fixed('Boolean', 1, (bytes) => String(bytes[0] === 1))],
  ['UUID', (bytes) => bytes],
  ['Void', () => Buffer.from('null')],
])

/** By the name of a class, `org.apache.kafka.common.serialization.LongDeserializer`; undefined for one that is not known. */
export function deserializerNamed(name: string): Deserializer | undefined {
  return byKind.get(/^(?:org\.apache\.kafka\.common\.serialization\.)?(\w+)Deserializer$/.exec(name)?.[1] ?? '')
}

/** As `Bytes` shows itself: what can be printed, and the rest in hexadecimal. */
function shownByte(byte: number): string {
  if (byte === 0x5c) return String.raw`\\`
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** The shortest digits that are this float again. */
function javaFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return javaDouble(shorter)
  }
  return javaDouble(value)
}

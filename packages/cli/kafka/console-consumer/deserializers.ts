import { Buffer } from 'node:buffer'
import { javaDouble } from '../java-double.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { listDeserializer } from './list-deserializer.ts'
import type { Deserializer, DeserializerConfig } from './deserializer.ts'
import { stringDeserializer, uuidDeserializer } from './text-deserializers.ts'

/**
 * By the name of a class of Kafka's, `org.apache.kafka.common.serialization.LongDeserializer`, or its last part. Throws what Java would where there is none of
 * that name, or its settings do not go.
 */
export function deserializerNamed(name: string, config: DeserializerConfig, isKey: boolean): Deserializer {
  const kind = /^(?:org\.apache\.kafka\.common\.serialization\.)?(\w+)Deserializer$/.exec(name)?.[1] ?? ''
  switch (kind) {
    case 'String':
      return stringDeserializer(config, isKey)
    case 'UUID':
      return uuidDeserializer(config, isKey)
    case 'List':
      return listDeserializer(config, isKey, deserializerNamed)
    default:
      return byKind.get(kind) ?? notThere(name)
  }
}

const notThere = (name: string): never => {
  throw new JavaError('java.lang.ClassNotFoundException', name)
}

const serializationException = (message: string): JavaError =>
  new JavaError('org.apache.kafka.common.errors.SerializationException', message)

/** `who` is what Kafka calls itself in the complaint. */
const fixed =
  (who: string, size: number, read: (bytes: Buffer) => string): Deserializer =>
  (bytes) => {
    if (bytes.length !== size) throw serializationException(`Size of data received by ${who} is not ${size}`)
    return Buffer.from(read(Buffer.from(bytes.buffer, bytes.byteOffset, size)))
  }

const byKind: ReadonlyMap<string, Deserializer> = new Map<string, Deserializer>([
  // Java prints an array by its address, which says nothing to anybody.
  ['ByteArray', (bytes) => bytes],
  ['ByteBuffer', ({ length }) => Buffer.from(`java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`)],
  ['Bytes', (bytes) => Buffer.from(Array.from(bytes, shownByte).join(''))],
  ['Short', fixed('ShortDeserializer', 2, (bytes) => String(bytes.readInt16BE(0)))],
  ['Integer', fixed('IntegerDeserializer', 4, (bytes) => String(bytes.readInt32BE(0)))],
  ['Long', fixed('LongDeserializer', 8, (bytes) => String(bytes.readBigInt64BE(0)))],
  ['Float', fixed('Deserializer', 4, (bytes) => javaFloat(bytes.readFloatBE(0)))],
  ['Double', fixed('Deserializer', 8, (bytes) => javaDouble(bytes.readDoubleBE(0)))],
  ['Boolean', fixed('BooleanDeserializer', 1, (bytes) => truth(bytes.readInt8(0)))],
  [
    'Void',
    () => {
      throw illegalArgument('Data should be null for a VoidDeserializer.')
    },
  ],
])

function truth(byte: number): string {
  if (byte !== 0 && byte !== 1) throw serializationException(`Unexpected byte received by BooleanDeserializer: ${byte}`)
  return String(byte === 1)
}

/** As Kafka's `Bytes` shows itself: what can be printed, and the rest, the backslash too, in hexadecimal. */
function shownByte(byte: number): string {
  const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c
  return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** The shortest digits that are this float again. */
function javaFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return javaDouble(shorter)
  }
  return javaDouble(value)
}

import { Buffer, isUtf8 } from 'node:buffer'
import { JavaError } from '../java-error.ts'
import type { Deserializer, DeserializerConfig } from './deserializer.ts'

/** Text in the encoding of the settings, by default UTF-8. What is no UTF-8 becomes the character for that, as in Java. */
export function stringDeserializer(config: DeserializerConfig, isKey: boolean): Deserializer {
  const encoding = encodingOf(config, isKey)
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) {
    return (bytes) => (isUtf8(bytes) ? bytes : Buffer.from(bufferOf(bytes).toString('utf8')))
  }
  const decode = decoderOf(encoding)
  return (bytes) => Buffer.from(decode(bytes))
}

export function uuidDeserializer(config: DeserializerConfig, isKey: boolean): Deserializer {
  const decode = decoderOf(encodingOf(config, isKey) ?? 'UTF-8')
  return (bytes) => Buffer.from(uuidOf(decode(bytes)))
}

const encodingOf = (config: DeserializerConfig, isKey: boolean): string | undefined =>
  config[isKey ? 'key.deserializer.encoding' : 'value.deserializer.encoding'] ?? config['deserializer.encoding']

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** By Java's names of encodings, which mean other things than the same names in browsers. */
function decoderOf(encoding: string): (bytes: Uint8Array) => string {
  switch (encoding.toUpperCase()) {
    case 'ISO-8859-1':
    case 'ISO8859_1':
    case 'LATIN1':
      return (bytes) => bufferOf(bytes).toString('latin1')
    case 'US-ASCII':
    case 'ASCII':
      return (bytes) =>
        bufferOf(bytes)
          .toString('latin1')
          .replaceAll(/[\u0080-\u00FF]/g, '\uFFFD')
    case 'UTF-16': {
      const [big, little] = [textDecoder('utf-16be'), textDecoder('utf-16le')]
      return (bytes) => {
        const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
        return (isLittle ? little : big).decode(bytes).replace(/^\uFEFF/, '')
      }
    }
    default: {
      const decoder = textDecoder(encoding)
      return (bytes) => decoder.decode(bytes)
    }
  }
}

function textDecoder(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { ignoreBOM: true })
  } catch {
    throw new JavaError('org.apache.kafka.common.errors.SerializationException', `Unsupported encoding ${encoding}`)
  }
}

/** `UUID.fromString`, which takes fewer digits too. */
function uuidOf(text: string): string {
  const parts = text.length <= 36 ? /^([\da-f]+)-([\da-f]+)-([\da-f]+)-([\da-f]+)-([\da-f]+)$/i.exec(text) : null
  if (parts === null) throw new JavaError('org.apache.kafka.common.errors.SerializationException', 'Error parsing data into UUID')
  return [8, 4, 4, 4, 12].map((digits, at) => (parts[at + 1] ?? '').toLowerCase().padStart(digits, '0').slice(-digits)).join('-')
}

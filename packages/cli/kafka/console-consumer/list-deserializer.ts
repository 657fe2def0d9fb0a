import { Buffer } from 'node:buffer'
import { JavaError } from '../java-error.ts'
import type { Deserializer, DeserializerConfig } from './deserializer.ts'

type Named = (name: string, config: DeserializerConfig, isKey: boolean) => Deserializer

/** Entries of these kinds have no lengths before them. */
const fixedSizes: Readonly<Record<string, number>> = { Short: 2, Integer: 4, Float: 4, Long: 8, Double: 8, UUID: 36 }

/** A list of what an inner deserializer reads, `[1, 2, null]`. The settings name the list and the inner serde, as in Kafka. */
export function listDeserializer(config: DeserializerConfig, isKey: boolean, named: Named): Deserializer {
  const part = isKey ? 'key' : 'value'
  if (config[`default.list.${part}.serde.type`] === undefined) {
    throw configException('Not able to determine the list class because it was neither passed via the constructor nor set in the config.')
  }
  const inner = config[`default.list.${part}.serde.inner`]
  if (inner === undefined) {
    throw configException(
      'Not able to determine the inner serde class because it was neither passed via the constructor nor set in the config.',
    )
  }
  const kind = /^(?:org\.apache\.kafka\.common\.serialization\.)?Serdes\$(\w+)Serde$/.exec(inner)?.[1]
  if (kind === undefined) throw new JavaError('org.apache.kafka.common.KafkaException', `Could not find class ${inner}`)
  const deserialize = named(`${kind}Deserializer`, config, isKey)
  return (bytes) => listText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), deserialize, fixedSizes[kind])
}

function listText(bytes: Buffer, deserialize: Deserializer, fixedSize: number | undefined): Buffer {
  let at = 1
  const int = (): number => {
    if (at + 4 > bytes.length) throw new JavaError('org.apache.kafka.common.KafkaException', 'Unable to deserialize into a List')
    at += 4
    return bytes.readInt32BE(at - 4)
  }
  const size = (what: string, limit: number): number => {
    const count = int()
    if (count < 0) throw corrupted(`The number of ${what} cannot be negative.`)
    if (count > limit)
      throw corrupted(`The number of ${what} cannot be larger than overall number of ${limit === bytes.length ? 'bytes' : 'elements'}.`)
    return count
  }
  const isFixed = bytes[0] === 0
  if (bytes[0] !== 0 && bytes[0] !== 1) throw serializationException('Invalid serialization strategy flag value')
  if (isFixed && fixedSize === undefined) {
    throw serializationException(
      'Data is encoded as constant size entries, but configured inner deserializer is not a known fixed-size deserializer.',
    )
  }
  const nulls = new Set(isFixed ? Array.from({ length: size('null list entries', Math.trunc(bytes.length / 4)) }, int) : [])
  const entries = Array.from({ length: size('list entries', bytes.length) }, (_, index) => {
    const length = isFixed ? (fixedSize ?? 0) : int()
    if (length === -1 || nulls.has(index)) return nullText
    if (length < -1) throw corrupted('A list entry cannot have negative size.')
    if (length > bytes.length) throw corrupted('A list entry cannot be larger than the overall number of bytes.')
    if (at + length > bytes.length) throw serializationException('End of the stream was reached prematurely')
    at += length
    return deserialize(bytes.subarray(at - length, at))
  })
  return Buffer.concat([open, ...entries.flatMap((entry, index) => (index === 0 ? [entry] : [comma, entry])), close])
}

const open = Buffer.from('[')
const comma = Buffer.from(', ')
const close = Buffer.from(']')
const nullText = Buffer.from('null')

const configException = (message: string): JavaError => new JavaError('org.apache.kafka.common.config.ConfigException', message)
const serializationException = (message: string): JavaError =>
  new JavaError('org.apache.kafka.common.errors.SerializationException', message)
const corrupted = (message: string): JavaError => serializationException(`Corrupted byte[]. ${message}`)

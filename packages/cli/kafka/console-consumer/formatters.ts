import { Buffer } from 'node:buffer'
import type { Terminal } from '../../terminal.ts'
import { readInternalRecord } from '../internal-records.ts'
import { JavaError } from '../java-error.ts'
import { log4jLine } from '../log4j.ts'
import { DefaultFormatter } from './default-formatter.ts'
import { deserializerNamed } from './deserializers.ts'
import type { Deserializer } from './deserializers.ts'
import type { Formatter } from './formatter.ts'

export const defaultFormatter = 'org.apache.kafka.tools.consumer.DefaultMessageFormatter'
const flags = ['timestamp', 'partition', 'offset', 'delivery', 'epoch', 'headers', 'key', 'value'] as const

export const formatterProperties: readonly string[] = [
  ...flags.map((flag) => `print.${flag}`),
  'key.separator',
  'line.separator',
  'headers.separator',
  'null.literal',
  'key.deserializer',
  'value.deserializer',
  'headers.deserializer',
]

/** By the name of a class or its last part; undefined for one that is not here. */
export function formatterNamed(name: string, properties: Readonly<Record<string, string>>, terminal: Terminal): Formatter | undefined {
  switch (name.replace(/^org\.apache\.kafka\.tools\.consumer\.(?:group\.)?/, '')) {
    case 'DefaultMessageFormatter':
    // Beside that it logs at a level that the tools do not show.
    case 'LoggingMessageFormatter':
      return defaultOne(properties, terminal)
    case 'NoOpMessageFormatter':
      return { write: () => undefined }
    case 'OffsetsMessageFormatter':
      return internal([0, 1])
    case 'GroupMetadataMessageFormatter':
      return internal([2])
    default:
      return undefined
  }
}

function defaultOne(properties: Readonly<Record<string, string>>, terminal: Terminal): Formatter {
  const isTrue = (flag: (typeof flags)[number]): boolean => {
    const given = properties[`print.${flag}`]
    return given === undefined ? flag === 'value' : given.trim().toLowerCase() === 'true'
  }
  const bytes = (name: string, usual: string): Buffer => Buffer.from(properties[name] ?? usual)
  const deserializer = (name: string): Deserializer | undefined => {
    const given = properties[name]
    const found = given === undefined ? undefined : deserializerNamed(given)
    if (given !== undefined && found === undefined)
      terminal.err(
        `${log4jLine('ERROR', `Unable to instantiate a deserializer from ${given}`, 'org.apache.kafka.tools.consumer.DefaultMessageFormatter')}java.lang.ClassNotFoundException: ${given}\n`,
      )
    return found
  }
  return new DefaultFormatter({
    columns: new Set(flags.filter(isTrue)),
    keySeparator: bytes('key.separator', '\t'),
    lineSeparator: bytes('line.separator', '\n'),
    headersSeparator: bytes('headers.separator', ','),
    nullLiteral: bytes('null.literal', 'null'),
    key: deserializer('key.deserializer'),
    value: deserializer('value.deserializer'),
    headers: deserializer('headers.deserializer'),
  })
}

/** Records of `__consumer_offsets` of some types, as JSON, one behind the other without a line break, as Kafka's. */
function internal(types: readonly number[]): Formatter {
  return {
    write({ rawKey, rawValue, offset }, output) {
      if (rawKey === null) return
      const bytes = (part: Uint8Array): Buffer => Buffer.from(part.buffer, part.byteOffset, part.byteLength)
      try {
        const record = readInternalRecord(bytes(rawKey), rawValue === null ? null : bytes(rawValue))
        if (record === undefined || !types.includes(record.type)) return
        output.text(JSON.stringify({ key: { type: record.type, data: record.key }, value: record.value }))
      } catch (error) {
        throw new JavaError(
          'java.lang.RuntimeException',
          `Could not read record at offset ${offset} due to: ${error instanceof Error ? error.message : String(error)}`,
        )
      }
    },
  }
}

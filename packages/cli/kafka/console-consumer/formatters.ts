import { Buffer } from 'node:buffer'
import type { Terminal } from '../../terminal.ts'
import type * as Readers from '../internal-records.ts'
import { JavaError } from '../java-error.ts'
import { log4jLine } from '../log4j.ts'
import { columnNames, DefaultFormatter } from './default-formatter.ts'
import type { ColumnName } from './default-formatter.ts'
import type { Deserializer, DeserializerConfig } from './deserializer.ts'
import type { Formatter } from './formatter.ts'
import { internalFormatter } from './internal-formatter.ts'

export const defaultFormatter = 'org.apache.kafka.tools.consumer.DefaultMessageFormatter'

export const formatterProperties: readonly string[] = [
  ...columnNames.map((name) => `print.${name}`),
  'key.separator',
  'line.separator',
  'headers.separator',
  'null.literal',
  'key.deserializer',
  'value.deserializer',
  'headers.deserializer',
]

type Properties = Readonly<Record<string, string>>

/** By the name of a class of Kafka's, now or in former releases, or by its last part; undefined for one that is not here. */
export async function formatterNamed(name: string, properties: Properties, terminal: Terminal): Promise<Formatter | undefined> {
  switch (simpleName(name)) {
    case 'DefaultMessageFormatter':
    // Beside that it logs at a level that the tools do not show.
    case 'LoggingMessageFormatter':
      return defaultOne(properties, terminal)
    case 'NoOpMessageFormatter':
      return { write: () => undefined }
    case 'OffsetsMessageFormatter':
      return internal(({ readInternalRecord }) => readInternalRecord, [0, 1])
    case 'GroupMetadataMessageFormatter':
      return internal(({ readInternalRecord }) => readInternalRecord, [2])
    case 'TransactionLogMessageFormatter':
      return internal(({ readTransactionRecord }) => readTransactionRecord, [0])
    default:
      return undefined
  }
}

/** Where they have lived: `kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter` until 4.0, for instance. */
const simpleName = (name: string): string =>
  name.replace(/^(?:org\.apache\.kafka\.tools\.consumer|kafka\.tools|kafka\.coordinator\.(?:group|transaction))\.(?:\w+\$)?/, '')

/** What reads internal records is loaded for those who want to see them. */
async function internal(choose: (readers: typeof Readers) => Readers.InternalRecordReader, types: readonly number[]): Promise<Formatter> {
  return internalFormatter(choose(await import('../internal-records.ts')), types)
}

async function defaultOne(properties: Properties, terminal: Terminal): Promise<Formatter> {
  const isShown = (column: ColumnName): boolean => {
    const given = properties[`print.${column}`]
    return given === undefined ? column === 'value' : given.trim().toLowerCase() === 'true'
  }
  const bytes = (name: string, usual: string): Buffer => Buffer.from(properties[name] ?? usual)
  return new DefaultFormatter({
    columns: new Set(columnNames.filter(isShown)),
    keySeparator: bytes('key.separator', '\t'),
    lineSeparator: bytes('line.separator', '\n'),
    headersSeparator: bytes('headers.separator', ','),
    nullLiteral: bytes('null.literal', 'null'),
    key: await deserializer('key.deserializer', properties, terminal),
    value: await deserializer('value.deserializer', properties, terminal),
    headers: await deserializer('headers.deserializer', properties, terminal),
  })
}

/** Where it can't be had, that is said, and bytes are shown as they are. */
async function deserializer(property: string, properties: Properties, terminal: Terminal): Promise<Deserializer | undefined> {
  const name = properties[property]
  if (name === undefined) return undefined
  const { deserializerNamed } = await import('./deserializers.ts')
  try {
    return deserializerNamed(name, behind(`${property}.`, properties), property.startsWith('key.'))
  } catch (error) {
    if (!(error instanceof JavaError)) throw error
    const { javaTrace } = await import('../java-trace.ts')
    terminal.err(log4jLine('ERROR', `Unable to instantiate a deserializer from ${name}`, defaultFormatter) + javaTrace(error))
    return undefined
  }
}

function behind(prefix: string, properties: Properties): DeserializerConfig {
  const found = Object.entries(properties).filter(([name]) => name.startsWith(prefix) && name.length > prefix.length)
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

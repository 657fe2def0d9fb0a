import { Buffer } from 'node:buffer'
import { entryType } from '@odradek/protocol/entries'
import { readInternalRecord } from '../internal-records.ts'
import { jacksonText } from '../jackson-text.ts'
import { JavaError } from '../java-error.ts'
import { assignmentJson, subscriptionJson } from './consumer-protocol-json.ts'

/** What is shown of a record. */
export interface Decoded {
  readonly key: string | undefined
  readonly payload: string | undefined
}

/** Turns key and value of a record into words; null is a null key or value. Throws what Kafka's decoder would. */
export type RecordDecoder = (key: Buffer | null, value: Buffer | null, offset: number) => Decoded

type Part = (bytes: Buffer) => string

const integer =
  (size: number, read: (bytes: Buffer) => string): Part =>
  (bytes) => {
    if (bytes.length < size)
      throw new JavaError('java.lang.ArrayIndexOutOfBoundsException', `Index ${bytes.length} out of bounds for length ${bytes.length}`)
    return read(bytes)
  }

const parts: ReadonlyMap<string, Part> = new Map([
  ['StringDecoder', (bytes) => bytes.toString('utf8')],
  ['IntegerDecoder', integer(4, (bytes) => String(bytes.readInt32BE(0)))],
  ['LongDecoder', integer(8, (bytes) => String(bytes.readBigInt64BE(0)))],
  // Java prints an array by its class and address; the bytes themselves say more.
  ['DefaultDecoder', (bytes) => bytes.toString('latin1')],
])

/** `org.apache.kafka.tools.api.StringDecoder`, or `StringDecoder`: for keys and for values. */
export function plainDecoder(keyClass: string, valueClass: string): RecordDecoder {
  const [keyPart, valuePart] = [partOf(keyClass), partOf(valueClass)]
  return (key, value) => ({ key: key === null ? undefined : keyPart(key), payload: value === null ? undefined : valuePart(value) })
}

function partOf(name: string): Part {
  const part = parts.get(name.replace(/^(?:org\.apache\.kafka\.tools\.api\.|kafka\.serializer\.)/, ''))
  if (part === undefined) {
    const cause = new JavaError('java.lang.ClassNotFoundException', name)
    throw new JavaError('java.lang.RuntimeException', 'Failed to load decoder class', { cause })
  }
  return part
}

/** Records of `__consumer_offsets`, as JSON. */
export const offsetsDecoder: RecordDecoder = (key, value, offset) => {
  if (key === null)
    throw new JavaError(
      'java.lang.RuntimeException',
      `Failed to decode message at offset ${offset} using the specified decoder (message had a missing key)`,
    )
  try {
    const record = readInternalRecord(key, value)
    if (record === undefined)
      return { key: `Unknown record type ${entryType(key) ?? ''} at offset ${offset}, skipping.`, payload: undefined }
    const decodedKey = jacksonText({ type: String(record.type), data: record.key })
    if (record.value === null) return { key: decodedKey, payload: '<DELETE>' }
    const { version, data } = record.value
    return {
      key: decodedKey,
      payload: jacksonText({ version: String(version), data: record.type === 2 ? withMembersRead(data) : data }),
    }
  } catch (error) {
    return { key: `Error at offset ${offset}, skipping. ${error instanceof Error ? error.message : String(error)}`, payload: undefined }
  }
}

/** Members of consumers' groups have a subscription and an assignment that can be read; what cannot stays base64. */
function withMembersRead(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { members } = data
  if (data['protocolType'] !== 'consumer' || !Array.isArray(members)) return data
  return {
    ...data,
    members: members.map((member: Readonly<Record<string, unknown>>) => ({
      ...member,
      subscription: readOrLeft(member['subscription'], subscriptionJson),
      assignment: readOrLeft(member['assignment'], assignmentJson),
    })),
  }
}

function readOrLeft(base64: unknown, read: (bytes: Uint8Array) => object): unknown {
  try {
    return read(Buffer.from(String(base64), 'base64'))
  } catch {
    return base64
  }
}

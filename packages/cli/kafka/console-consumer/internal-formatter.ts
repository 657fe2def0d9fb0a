import { Buffer } from 'node:buffer'
import type { InternalRecordReader } from '../internal-records.ts'
import { jacksonText } from '../jackson-text.ts'
import { JavaError } from '../java-error.ts'
import type { Formatter } from './formatter.ts'

/** Records of an internal topic, those of some types, as JSON: one behind the other without a line break, as Kafka's. */
export function internalFormatter(read: InternalRecordReader, types: readonly number[]): Formatter {
  return {
    write({ rawKey, rawValue, offset }, output) {
      if (rawKey === null) return
      try {
        const record = read(bufferOf(rawKey), rawValue === null ? null : bufferOf(rawValue))
        if (record === undefined || !types.includes(record.type)) return
        output.text(jacksonText({ key: { type: record.type, data: record.key }, value: record.value }))
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new JavaError('java.lang.RuntimeException', `Could not read record at offset ${offset} due to: ${why}`)
      }
    },
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

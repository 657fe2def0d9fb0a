import type { Bytes } from '../bytes.ts'
import { bufferOf, checkSize, unreadable, unwritable } from './fixed-size.ts'
import type { FixedSizeSerde } from './fixed-size.ts'
import type { Serde } from './serde.ts'

/** Text as UTF-8. */
export const string: Serde<string> = {
  write(data, sink) {
    if (typeof data !== 'string') throw unwritable('A string', data)
    sink.utf8(data)
  },
  read: (bytes) => bufferOf(bytes).utf8Slice(0, bytes.length),
}

/** Bytes as they are. What is read is a view of the fetched data: `detach()` the record, or copy, to keep it for long. */
export const bytes: Serde<Bytes> = {
  write(data, sink) {
    if (!(data instanceof Uint8Array)) throw unwritable('A Uint8Array', data)
    sink.bytes(data)
  },
  read: (data) => data,
}

/** Java's Boolean: one byte, 0 or 1. */
export const boolean: Serde<boolean> = {
  write(data, sink) {
    if (typeof data !== 'boolean') throw unwritable('A boolean', data)
    sink.int8(data ? 1 : 0)
  },
  read(data) {
    checkSize('A boolean', data, 1)
    if (data[0]! > 1) throw unreadable(`A boolean is 0 or 1, and this byte is ${data[0]}`)
    return data[0] === 1
  },
}

const form = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** Java's UUID: its text of 36 characters, `123e4567-e89b-12d3-a456-426614174000`. */
export const uuid: FixedSizeSerde<string> = {
  fixedSize: 36,
  write(data, sink) {
    if (typeof data !== 'string' || !form.test(data)) throw unwritable('A uuid of 36 characters', data)
    sink.utf8(data.toLowerCase())
  },
  read(data) {
    const text = bufferOf(data).latin1Slice(0, data.length)
    if (!form.test(text)) throw unreadable('A uuid has 36 characters in the form 123e4567-e89b-12d3-a456-426614174000')
    return text
  },
}

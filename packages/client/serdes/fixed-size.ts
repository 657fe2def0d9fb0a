import { Buffer } from 'node:buffer'
import type { Bytes } from '../bytes.ts'
import { ClientError } from '../errors/client-error.ts'
import type { Serde } from './serde.ts'

/** A serde whose data all take the same number of bytes. Lists of such have no lengths in them. */
export interface FixedSizeSerde<T> extends Serde<T> {
  readonly fixedSize: number
}

export const isFixedSize = <T>(serde: Serde<T>): serde is FixedSizeSerde<T> => 'fixedSize' in serde && typeof serde.fixedSize === 'number'

/** The bytes as a Buffer over the same memory, which has the methods to read numbers and text. */
export function bufferOf(bytes: Bytes): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Java's deserializers take no other size either: what is longer was written by something else. */
export function checkSize(what: string, bytes: Bytes, size: number): void {
  if (bytes.length === size) return
  throw unreadable(`${what} takes ${size} ${size === 1 ? 'byte' : 'bytes'}, and these are ${bytes.length}`)
}

export function unreadable(message: string, cause?: unknown): ClientError {
  return new ClientError('ODRADEK_DESERIALIZATION', message, { cause, hint: 'Either the topic has other data, or its serde is another.' })
}

export function unwritable(what: string, data: unknown): ClientError {
  return new ClientError('ODRADEK_SERIALIZATION', `${what} was expected, and this is ${shown(data)}`)
}

function shown(data: unknown): string {
  if (data === null || data === undefined) return String(data)
  if (typeof data === 'number' || typeof data === 'bigint' || typeof data === 'boolean') return `the ${typeof data} ${data}`
  if (typeof data === 'string') return `the string ${JSON.stringify(data.length > 40 ? `${data.slice(0, 40)}…` : data)}`
  return typeof data === 'object' ? 'an object' : `a ${typeof data}`
}

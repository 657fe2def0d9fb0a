import type { Bytes } from '../bytes.ts'
import { ClientError } from '../errors/client-error.ts'
import type { Serde } from './serde.ts'

/**
 * A serde out of two functions, for data that have bytes of their own already: `serde((order) => Order.encode(order).finish(), Order.decode)`.
 * One that writes straight into the batch, without bytes in between, is an object with `write` and `read`.
 */
export function serde<T>(write: (data: T) => Bytes, read: (bytes: Bytes) => T): Serde<T> {
  if (typeof write !== 'function' || typeof read !== 'function') {
    throw new ClientError('ODRADEK_STATE', 'serde() takes two functions: one that gives bytes for a datum, and one that reads them')
  }
  return {
    write(data, sink) {
      const bytes = write(data)
      if (!(bytes instanceof Uint8Array)) {
        throw new ClientError(
          'ODRADEK_SERIALIZATION',
          `The first function of a serde() must give a Uint8Array, and gave something of type ${typeof bytes}`,
        )
      }
      sink.bytes(bytes)
    },
    read,
  }
}

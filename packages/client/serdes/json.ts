import { ClientError } from '../errors/client-error.ts'
import { bufferOf, unreadable } from './fixed-size.ts'
import type { Serde } from './serde.ts'

/**
 * JSON as UTF-8.
 *
 * `check` is asked about what was read, and gives the datum or throws: a schema's `parse` fits (`json(Order.parse)`). Without it `T` is believed.
 *
 * ```ts
 * const orders = topic('orders', { key: string, value: json<Order>() })
 * ```
 */
export function json<T>(check?: (data: unknown) => T): Serde<T> {
  if (check !== undefined && typeof check !== 'function') {
    throw new ClientError('ODRADEK_STATE', `json() takes a function that checks what was read, and got a ${typeof check}`)
  }
  return {
    write(data, sink) {
      const text: string | undefined = JSON.stringify(data)
      if (text === undefined) throw new ClientError('ODRADEK_SERIALIZATION', `JSON has no form for a datum of type ${typeof data}`)
      sink.utf8(text)
    },
    read(bytes) {
      const data = parse(bufferOf(bytes).utf8Slice(0, bytes.length))
      return check === undefined ? data : check(data)
    },
  }
}

function parse(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

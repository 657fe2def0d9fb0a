import { Buffer } from 'node:buffer'
import type { Bytes } from '../bytes.ts'
import type { Headers, HeadersInput } from '../headers.ts'

/** Pairs, in an array or another iterable; else it is an object. */
export const isPairs = (headers: HeadersInput): headers is Iterable<readonly [string, Bytes | string | null]> => Symbol.iterator in headers

/** Headers of a record that is being written, as a serializer sees them. */
export class WrittenHeaders implements Headers {
  readonly #pairs: readonly (readonly [string, Bytes | null])[]

  constructor(headers: HeadersInput) {
    const pairs = isPairs(headers) ? [...headers] : Object.entries(headers)
    this.#pairs = pairs.map(([key, value]) => [key, typeof value === 'string' ? Buffer.from(value) : value])
  }

  get size(): number {
    return this.#pairs.length
  }

  last(key: string): Bytes | null | undefined {
    return this.#pairs.findLast(([name]) => name === key)?.[1]
  }

  all(key: string): readonly (Bytes | null)[] {
    return this.#pairs.filter(([name]) => name === key).map(([, value]) => value)
  }

  text(key: string): string | undefined {
    const value = this.last(key)
    return value === null || value === undefined ? undefined : Buffer.from(value).toString()
  }

  [Symbol.iterator](): Iterator<readonly [string, Bytes | null]> {
    return this.#pairs[Symbol.iterator]()
  }
}

/** What serializers see of records without headers. */
export const noHeaders: Headers = new WrittenHeaders([])

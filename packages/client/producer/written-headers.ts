import { Buffer } from 'node:buffer'
import type { Bytes } from '../bytes.ts'
import { HeaderList, noHeaders } from '../header-list.ts'
import type { HeadersInput } from '../headers.ts'

/** Pairs, in an array or another iterable; else it is an object. */
export const isPairs = (headers: HeadersInput): headers is Iterable<readonly [string, Bytes | string | null]> => Symbol.iterator in headers

/** Headers of a record that is being written, as a serializer sees them. */
export class WrittenHeaders extends HeaderList {
  constructor(headers: HeadersInput) {
    const pairs = isPairs(headers) ? [...headers] : Object.entries(headers)
    super(pairs.map(([key, value]) => [key, typeof value === 'string' ? Buffer.from(value) : value]))
  }
}

/** What serializers see of records without headers. */
export { noHeaders }

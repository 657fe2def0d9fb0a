import { Buffer } from 'node:buffer'
import type { Bytes } from './bytes.ts'
import type { Headers } from './headers.ts'
import { inspected } from './inspected.ts'

/** Headers in a list. */
export class HeaderList implements Headers {
  readonly #list: readonly (readonly [key: string, value: Bytes | null])[]

  constructor(list: readonly (readonly [key: string, value: Bytes | null])[]) {
    this.#list = list
  }

  get size(): number {
    return this.#list.length
  }

  last(key: string): Bytes | null | undefined {
    return this.#list.findLast(([name]) => name === key)?.[1]
  }

  all(key: string): readonly (Bytes | null)[] {
    return this.#list.filter(([name]) => name === key).map(([, value]) => value)
  }

  text(key: string): string | undefined {
    const value = this.last(key)
    // Not a TextDecoder, which would take a byte order mark away.
    return value === null || value === undefined ? undefined : Buffer.from(value.buffer, value.byteOffset, value.length).toString()
  }

  toJSON(): readonly (readonly [key: string, value: Bytes | null])[] {
    return this.#list
  }

  [inspected](): readonly (readonly [key: string, value: Bytes | null])[] {
    return this.#list
  }

  [Symbol.iterator](): Iterator<readonly [key: string, value: Bytes | null]> {
    return this.#list[Symbol.iterator]()
  }
}

/** Of records without headers. */
export const noHeaders: Headers = new HeaderList([])

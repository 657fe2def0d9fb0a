import type { Bytes } from './bytes.ts'

/** The headers of a record that was read: in their order, duplicates and nulls kept. */
export interface Headers extends Iterable<readonly [key: string, value: Bytes | null]> {
  readonly size: number
  /** The value of the last header of that key, as Kafka's `lastHeader`; undefined when there is none. */
  last(key: string): Bytes | null | undefined
  all(key: string): readonly (Bytes | null)[]
  /** The last value of that key as UTF-8; undefined when there is none or it is null. */
  text(key: string): string | undefined
}

/** Headers of a record to be written: pairs where order or duplicates matter, else an object. Text is written as UTF-8. */
export type HeadersInput = Iterable<readonly [string, Bytes | string | null]> | Readonly<Record<string, Bytes | string | null>>

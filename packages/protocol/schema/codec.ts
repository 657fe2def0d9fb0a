import type { ByteReader, ByteWriter } from '@odradek/common/bytes'

/** How one field, or a whole message, is read and written in one version. Composed of the codecs of its parts. */
export interface Codec<Value = unknown> {
  read(this: void, reader: ByteReader): Value
  write(this: void, writer: ByteWriter, value: Value): void
  /** Bytes that it takes at least: what a count of elements is held against. */
  readonly minSize: number
  /** Bytes that it always takes, where that is so. */
  readonly fixedSize: number | undefined
}

/** What the parts of a message have to know of the whole. */
export interface Context {
  readonly version: number
  /** Compact lengths and tagged fields (KIP-482). */
  readonly flexible: boolean
  readonly budget: Budget
}

/** How many more elements may be read in all arrays of the message together. */
export interface Budget {
  elements: number
}

import type { Bytes } from '../bytes.ts'
import type { Headers } from '../headers.ts'

/** Where a datum stands. */
export interface SerdeContext {
  readonly topic: string
  readonly part: 'key' | 'value'
  readonly headers: Headers
}

/** Where a serializer writes: straight into the batch that is sent. Integers are big-endian, as Java writes them. */
export interface ByteSink {
  utf8(text: string): void
  bytes(bytes: Bytes): void
  int8(value: number): void
  int16(value: number): void
  int32(value: number): void
  int64(value: number | bigint): void
  float32(value: number): void
  float64(value: number): void
  /** Zigzag, as in Kafka's records. */
  varint(value: number): void
}

export interface Serializer<T> {
  /** Writes one datum; null never comes here. May throw: the record fails, the batch goes on as if it had never been there. */
  write(data: T, sink: ByteSink, context: SerdeContext): void
  /** Called before the first `write` for a topic when something must be fetched first, a schema id for instance. */
  prepareWrite?(context: SerdeContext): Promise<void> | undefined
}

export interface Deserializer<T> {
  /** Reads one datum out of bytes that stay valid as long as the record does. May throw: only this record is unreadable then. */
  read(bytes: Bytes, context: SerdeContext): T
  /** Called with all payloads of a batch when something must be fetched first. */
  prepareRead?(payloads: Iterable<Bytes>, context: SerdeContext): Promise<void> | undefined
}

/** How keys or values of a topic become bytes and bytes become them again. */
export interface Serde<T> extends Serializer<T>, Deserializer<T> {
  /** True where null is a value of `T` (a tombstone); such data bypass `write` and `read`. Set by `nullable`. */
  readonly takesNull?: boolean
}

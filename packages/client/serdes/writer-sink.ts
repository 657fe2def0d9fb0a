import { ByteWriter } from '@odradek/common/bytes'
import type { Bytes } from '../bytes.ts'
import type { ByteSink } from './serde.ts'

/** A sink with a buffer of its own, for bytes that are not written straight into a batch. */
export class WriterSink implements ByteSink {
  readonly #writer: ByteWriter

  constructor(writer = new ByteWriter()) {
    this.#writer = writer
  }

  /** What was written, and begins anew: the bytes are valid until the next write. */
  take(): Bytes {
    const written = this.#writer.finish()
    this.#writer.reset()
    return written
  }

  utf8(text: string): void {
    this.#writer.utf8(text)
  }

  bytes(bytes: Bytes): void {
    this.#writer.bytes(bytes)
  }

  int8(value: number): void {
    this.#writer.int8(value)
  }

  int16(value: number): void {
    this.#writer.int16(value)
  }

  int32(value: number): void {
    this.#writer.int32(value)
  }

  int64(value: number | bigint): void {
    this.#writer.int64Exact(value)
  }

  float32(value: number): void {
    const at = this.#writer.gap(4)
    this.#writer.buffer.writeFloatBE(value, at)
  }

  float64(value: number): void {
    this.#writer.float64(value)
  }

  varint(value: number): void {
    this.#writer.varint(value)
  }
}

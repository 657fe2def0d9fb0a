import { Buffer } from 'node:buffer'
import type { Terminal } from '../../terminal.ts'

/** At so many bytes it is worth a call of the operating system. */
const enough = 256 * 1024

/** Gathers what many records write, so that a million lines are some hundred writes. */
export class OutputBuffer {
  readonly #terminal: Terminal
  #buffer = Buffer.allocUnsafeSlow(2 * enough)
  #length = 0
  #mark = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  get isFull(): boolean {
    return this.#length >= enough
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  text(text: string): void {
    this.#reserve(text.length * 3)
    this.#length += this.#buffer.write(text, this.#length)
  }

  /** A record begins. */
  mark(): void {
    this.#mark = this.#length
  }

  /** What was written since the last mark is not to be. */
  takeBack(): void {
    this.#length = this.#mark
  }

  /** Hands over what is there; waits while the reader is slow. */
  async flush(): Promise<void> {
    if (this.#length === 0) return
    // The bytes are the stream's until it has written them.
    const written = this.#buffer.subarray(0, this.#length)
    this.#buffer = Buffer.allocUnsafeSlow(2 * enough)
    this.#length = this.#mark = 0
    await this.#terminal.out(written)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}

import { Buffer } from 'node:buffer'
import type { Terminal } from '../../terminal.ts'

/** At so many bytes it is worth a call of the operating system. */
const enough = 128 * 1024
const size = 2 * enough
/** Up to so many bytes a loop is faster than a call into native code. */
const worthACall = 24

/** Gathers what many records write, so that a million lines are some hundred writes. */
export class OutputBuffer {
  readonly #terminal: Terminal
  #buffer = Buffer.allocUnsafeSlow(size)
  /** What is before it belongs to the stream until that has written it. */
  #start = 0
  #end = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  get isFull(): boolean {
    return this.#end - this.#start >= enough
  }

  bytes(bytes: Uint8Array): void {
    const { length } = bytes
    if (this.#end + length > this.#buffer.length) this.#grow(length)
    const buffer = this.#buffer
    const at = this.#end
    if (length <= worthACall) for (let i = 0; i < length; i++) buffer[at + i] = bytes[i] ?? 0
    else buffer.set(bytes, at)
    this.#end = at + length
  }

  /** As UTF-8. */
  text(text: string): void {
    const most = text.length * 3
    if (this.#end + most > this.#buffer.length) this.#grow(most)
    this.#end += this.#buffer.utf8Write(text, this.#end, most)
  }

  /** Hands over what is there. Undefined unless the reader is slow. */
  flush(): Promise<void> | undefined {
    if (this.#end === this.#start) return undefined
    const slow = this.#terminal.out(this.#buffer.subarray(this.#start, this.#end))
    this.#start = this.#end
    // Once all has been written, the memory is free again.
    return slow?.then(() => {
      if (this.#start === this.#end) this.#start = this.#end = 0
    })
  }

  #grow(bytes: number): void {
    const kept = this.#end - this.#start
    const fresh = Buffer.allocUnsafeSlow(Math.max(size, 2 * (kept + bytes)))
    this.#buffer.copy(fresh, 0, this.#start, this.#end)
    this.#buffer = fresh
    this.#start = 0
    this.#end = kept
  }
}

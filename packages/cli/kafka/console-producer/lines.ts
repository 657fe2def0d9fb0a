import { Buffer } from 'node:buffer'

const lineFeed = 10
const carriageReturn = 13

/**
 * Cuts bytes into lines where Java's `BufferedReader` does: at a line feed, a carriage return, or both. A line is a range of a buffer, and nothing is copied
 * but lines that came in pieces.
 *
 * ```ts
 * lines.feed(chunk)
 * while (lines.next()) use(lines.buffer, lines.start, lines.end)
 * ```
 */
export class Lines {
  buffer: Buffer = nothing
  /** The line is `buffer[start, end)`. */
  start = 0
  end = 0
  #position = 0
  /** The beginning of a line whose end did not come yet. */
  #pieces: Buffer[] = []
  #hasReturns = false
  /** The line before ended with a carriage return, so a line feed belongs to it. */
  #skipsLineFeed = false

  /** More bytes. All lines of those before have been taken. */
  feed(chunk: Buffer): void {
    const from = this.#skipsLineFeed && chunk[0] === lineFeed ? 1 : 0
    if (chunk.length > 0) this.#skipsLineFeed = false
    const fresh = from === 0 ? chunk : chunk.subarray(from)
    const hasReturns = fresh.includes(carriageReturn)
    this.#position = 0
    if (!hasReturns && this.#pieces.length > 0 && !fresh.includes(lineFeed)) {
      this.#pieces.push(fresh)
      this.buffer = nothing
      return
    }
    this.#hasReturns = hasReturns
    this.buffer = this.#pieces.length === 0 ? fresh : Buffer.concat([...this.#pieces, fresh])
    this.#pieces = []
  }

  /** Goes to the next whole line; false when there is none yet. */
  next(): boolean {
    const { buffer } = this
    const from = this.#position
    const end = this.#hasReturns ? this.#endWithReturns(from) : buffer.indexOf(lineFeed, from)
    if (end === -1) {
      if (from < buffer.length) this.#pieces.push(from === 0 ? buffer : buffer.subarray(from))
      this.buffer = nothing
      this.#position = 0
      return false
    }
    this.start = from
    this.end = end
    this.#position = end + 1
    if (buffer[end] === carriageReturn) {
      if (this.#position === buffer.length) this.#skipsLineFeed = true
      else if (buffer[this.#position] === lineFeed) this.#position++
    }
    return true
  }

  /** No more bytes come: goes to what is left, a line without an end. */
  last(): boolean {
    if (this.#pieces.length === 0) return false
    this.buffer = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.start = 0
    this.end = this.#position = this.buffer.length
    return true
  }

  #endWithReturns(from: number): number {
    const { buffer } = this
    for (let at = from; at < buffer.length; at++) {
      const byte = buffer[at]
      if (byte === lineFeed || byte === carriageReturn) return at
    }
    return -1
  }
}

const nothing = Buffer.alloc(0)

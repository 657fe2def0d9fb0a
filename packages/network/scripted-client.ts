import { Buffer } from 'node:buffer'
import type { ServedConnection } from './served-connection.ts'
import type { SocketDoor } from './socket-door.ts'

/**
 * A client and its socket without a network, for tests: what it sends arrives when the test says so, and its kernel takes
 * answers only while `window` lasts.
 */
export class ScriptedClient implements SocketDoor {
  connection: ServedConnection | undefined
  /** Bytes of answers that the socket still takes. */
  window = Infinity
  isPaused = false
  isClosed = false
  writes = 0
  lastWords = ''
  readonly #answers: Buffer[] = []
  #unsent: Buffer[] = []
  #arriving: Buffer[] = []

  /** Bytes that wait in the kernel because nobody reads them. */
  get unread(): number {
    return this.#arriving.reduce((sum, bytes) => sum + bytes.length, 0)
  }

  get isWriting(): boolean {
    return this.#unsent.length > 0
  }

  /** Bodies of the answers that have arrived whole. */
  get answers(): readonly string[] {
    const bytes = Buffer.concat(this.#answers)
    const found: string[] = []
    for (let at = 0; at + 4 <= bytes.length;) {
      const size = bytes.readInt32BE(at)
      if (at + 4 + size > bytes.length) break
      found.push(bytes.toString('latin1', at + 4, at + 4 + size))
      at += 4 + size
    }
    return found
  }

  /** Sends bytes; they arrive as far as the connection reads. */
  sends(...pieces: readonly Buffer[]): void {
    this.#arriving.push(...pieces)
    this.#deliver()
  }

  /** Ends its side of the connection. */
  ends(): void {
    this.connection?.peerEnded()
  }

  /** Reads what is left of a write that its window had cut. */
  readsOn(): void {
    this.window = Infinity
    const unsent = this.#unsent
    this.#unsent = []
    if (unsent.length === 0) return
    this.#answers.push(...unsent)
    this.connection?.drained()
  }

  write(chunks: readonly Buffer[]): boolean {
    this.writes++
    const bytes = Buffer.concat(chunks) // a kernel copies, too
    const taken = Math.min(this.window, bytes.length)
    this.window -= taken
    this.#answers.push(bytes.subarray(0, taken))
    if (taken === bytes.length) return true
    this.#unsent.push(bytes.subarray(taken))
    return false
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    // A socket that is read again never calls back at once.
    process.nextTick(() => this.#deliver())
  }

  close(lastWords?: Buffer): void {
    this.lastWords = lastWords?.toString() ?? ''
    this.isClosed = true
    process.nextTick(() => this.connection?.socketClosed())
  }

  #deliver(): void {
    const { connection } = this
    if (connection === undefined) return
    while (!this.isPaused && !this.isClosed) {
      const bytes = this.#arriving.shift()
      if (bytes === undefined) return
      const { landing } = connection
      const count = Math.min(landing.length, bytes.length)
      bytes.copy(landing, 0, 0, count)
      if (count < bytes.length) this.#arriving.unshift(bytes.subarray(count))
      connection.received(count)
    }
  }
}

/** A request with its size in front. */
export function framed(body: string | Buffer): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  const frame = Buffer.alloc(4 + bytes.length)
  frame.writeInt32BE(bytes.length)
  bytes.copy(frame, 4)
  return frame
}

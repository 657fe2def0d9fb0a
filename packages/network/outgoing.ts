import type { Buffer } from 'node:buffer'
import type { Reply } from './connection.ts'

/** What goes to the socket in one `writev`. */
export interface WriteBatch {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  /** Those that end in this batch and want to know when the socket has taken it, or is closed. */
  readonly ending: readonly Reply[]
  /** Whether a chunk lies in the staging buffer. */
  readonly usesStaging: boolean
}

/**
 * Answers of one connection that are ready and have not gone to its socket.
 *
 * Small pieces are copied behind each other into a staging buffer, since a copy of a few hundred bytes costs less than one
 * more entry of a `writev`; large ones go out from where they lie. A batch ends at about 1 MiB: so a slow reader is seen to
 * make progress, and gives back what it has read of a large answer.
 */
export class Outgoing {
  /** Bytes with sizes in front that have not been gathered. */
  bytes = 0
  #replies: Reply[] = []
  /** The next byte to be gathered: of which reply, chunk, and where in it. Chunk −1 is the size. */
  #reply = 0
  #chunk = -1
  #offset = 0

  get isEmpty(): boolean {
    return this.#reply === this.#replies.length
  }

  /** Returns how many bytes the answer takes on the wire. */
  add(reply: Reply): number {
    const bytes = 4 + sizeOf(reply)
    this.#replies.push(reply)
    this.bytes += bytes
    return bytes
  }

  /** The next batch, with small pieces in `staging`. There must be something to send. */
  gather(staging: Buffer): WriteBatch {
    const chunks: Buffer[] = []
    const ending: Reply[] = []
    let staged = 0
    let stagedFrom = 0
    let large = 0
    while (large < batchBytes) {
      const reply = this.#replies[this.#reply]
      if (reply === undefined) break
      if (this.#chunk === -1) {
        if (staged + 4 > staging.length) break
        staged = staging.writeInt32BE(sizeOf(reply), staged)
        this.#chunk = 0
      }
      const chunk = reply.chunks[this.#chunk]
      if (chunk === undefined) {
        if (reply.sent !== undefined) ending.push(reply)
        this.#reply++
        this.#chunk = -1
        continue
      }
      if (chunk.length <= largestCopied) {
        if (staged + chunk.length > staging.length) break
        staging.set(chunk, staged)
        staged += chunk.length
        this.#chunk++
        continue
      }
      if (staged > stagedFrom) chunks.push(staging.subarray(stagedFrom, staged))
      stagedFrom = staged
      const left = chunk.length - this.#offset
      const taken = Math.min(left, batchBytes - large)
      chunks.push(taken === chunk.length ? chunk : chunk.subarray(this.#offset, this.#offset + taken))
      large += taken
      this.#offset = taken === left ? 0 : this.#offset + taken
      if (taken === left) this.#chunk++
    }
    if (staged > stagedFrom) chunks.push(staging.subarray(stagedFrom, staged))
    this.bytes -= large + staged
    this.#forgetGathered()
    return { chunks, bytes: large + staged, ending, usesStaging: staged > 0 }
  }

  /** Nothing of what is left will be sent. */
  abandon(): void {
    const replies = this.#replies.slice(this.#reply)
    this.#replies = []
    this.#reply = 0
    this.bytes = 0
    for (const reply of replies) reply.sent?.()
  }

  #forgetGathered(): void {
    if (this.isEmpty) this.#replies.length = 0
    else if (this.#reply >= 64) this.#replies.splice(0, this.#reply)
    else return
    this.#reply = 0
  }
}

/** Pieces up to this size are copied. */
const largestCopied = 4_096
const batchBytes = 1_048_576

function sizeOf(reply: Reply): number {
  let bytes = 0
  for (const chunk of reply.chunks) bytes += chunk.length
  return bytes
}

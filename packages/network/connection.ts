import type { Buffer } from 'node:buffer'
import type { Address } from './address.ts'

/** One client's TCP connection, as the broker above sees it. */
export interface Connection {
  /** Counts up from 1, never used again. */
  readonly id: number
  /** Name of the listener the client came in on, in capitals. */
  readonly listener: string
  readonly peer: Address
  /** Our end: the address that the client knows to work. */
  readonly local: Address
  /** What the client called itself in ApiVersions (KIP-511); whoever handles that request puts it here. */
  software: ClientSoftware | undefined
  /** Aborted when the connection closes: nobody waits for an answer any more. Costs nothing until it is asked for. */
  readonly signal: AbortSignal
  /** Closes at once, without answers; `reason` goes to the log as the end of "closed because …". */
  close(reason: string): void
}

export interface ClientSoftware {
  readonly name: string
  readonly version: string
}

/**
 * The broker's side of a connection: takes requests, gives answers.
 *
 * `frame[start, end)` is one request without its size. It is valid only during the call: copy what outlives it.
 */
export interface FrameHandler {
  /**
   * May this request start while earlier ones of the same kind are still being answered? (Produce only.)
   * Nothing starts behind a request for which this was false, and such a request starts behind nothing.
   */
  mayOverlap(frame: Buffer, start: number, end: number): boolean
  /**
   * Starts a request. `undefined` means that there is no answer (acks=0).
   * Throw or reject with `CloseConnection` to close; anything else that comes out is a bug, and closes too.
   */
  handle(connection: Connection, frame: Buffer, start: number, end: number): Reply | Promise<Reply | undefined> | undefined
  opened?(connection: Connection): void
  closed?(connection: Connection): void
}

/** An answer on its way out. Answers leave in the order of their requests. */
export interface Reply {
  /** Header and body, without the size in front. They must not change before `sent`. */
  readonly chunks: readonly Buffer[]
  /** Called exactly once, when the chunks have left or never will: their buffers may be used again. */
  readonly sent?: (() => void) | undefined
  /** The client is over its quota: no request of this connection starts for so long after the answer (KIP-219). */
  readonly muteMs?: number | undefined
}

/** Thrown by a handler when the protocol knows no other answer than to close. The message says why, for the log. */
export class CloseConnection extends Error {
  constructor(reason: string, options?: { readonly cause?: unknown }) {
    super(reason, options)
    this.name = 'CloseConnection'
  }
}

import type { Readable } from 'node:stream'

/** What a command has of the world around it: words go in and out here, and nowhere else, so that a test can stand in for a person. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Bytes from the keyboard or a pipe. */
  readonly input: Readable
  readonly inputIsTerminal: boolean
  readonly outputIsTerminal: boolean
  /** Characters in a line; undefined when the output is not a terminal. */
  readonly columns: number | undefined
  /** Writes to the standard output. When it gives a promise, wait for it before writing much more: the reader is slow. */
  out(text: string | Uint8Array): Promise<void> | undefined
  /** Writes to the standard error. */
  err(text: string): void
  /** Aborted by Ctrl-C (SIGINT) and SIGTERM, with an `Interruption` as its reason; a second one ends the process at once. */
  readonly interrupted: AbortSignal
  /** Aborted when nobody reads the standard output any more (`| head`). */
  readonly outputClosed: AbortSignal
}

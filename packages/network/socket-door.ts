import type { Buffer } from 'node:buffer'

/** What a connection needs of its socket. */
export interface SocketDoor {
  /**
   * Sends the chunks behind each other. True if the kernel has taken all of them, so that their memory is free again;
   * else `drained()` is called when it has. There is never a second write before that.
   */
  write(chunks: readonly Buffer[]): boolean
  /** No more bytes come until `resume`. */
  pause(): void
  resume(): void
  /** Closes at once; `lastWords` are sent if the kernel takes them. `socketClosed()` follows. */
  close(lastWords?: Buffer): void
}

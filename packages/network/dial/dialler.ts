import type { Buffer } from 'node:buffer'
import type { ConnectionOptions } from 'node:tls'

/** Where a client goes: what the user or a broker wrote, not yet looked up. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** One address of a host, as the name service gave it. */
export interface IpAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** An open byte stream to a broker. */
export interface Transport {
  /** Sends the chunks in order, in one go. They must not change until they have left, so a pipe that keeps them is a right one; nothing is thrown, `closed` tells of failures. */
  write(chunks: readonly Uint8Array[]): void
  /** Bytes handed to `write` that the kernel has not taken yet. */
  readonly unsentBytes: number
  /** Our end, `10.0.0.3:53122`, for logs. */
  readonly localAddress: string
  /** Ends it at once. `closed` is not called for an end that we wanted. */
  destroy(): void
}

/** The reading end of a transport. */
export interface TransportReader {
  /** Where the next bytes should be put; at least one byte long. Asked again after each `received`. */
  landing(): Buffer
  /** So many bytes stand at the beginning of the last landing. */
  received(count: number): void
  /** More than 256 KiB were unsent after a `write`, and now the kernel has taken them. */
  drained?(): void
  /** The other end, the network or TLS ended it; called at most once. */
  closed(cause: Error | undefined): void
}

/**
 * How a client reaches brokers. The system's one opens sockets (TCP, or TLS where `tls` is given); a simulator's hands out pipes.
 *
 * Addresses are tried one by one by the caller, so that each has its attempt (KIP-302).
 */
export interface Dialler {
  /** All addresses of a host in the order in which they should be tried, both families. Rejects with NETWORK_EXCEPTION. */
  resolve(host: string): Promise<readonly IpAddress[]>
  /** The canonical names behind an address, for `client.dns.lookup=resolve_canonical_bootstrap_servers_only`. */
  canonicalNames(address: IpAddress): Promise<readonly string[]>
  /** Opens a stream; rejects when it can't be, or with `signal.reason`. Bytes are delivered only after it has resolved. */
  dial(to: DialTarget, reader: TransportReader, signal: AbortSignal): Promise<Transport>
}

export interface DialTarget {
  readonly address: IpAddress
  readonly port: number
  /** The name by which the host was asked for: SNI and certificate check. */
  readonly host: string
  readonly tls?: ConnectionOptions | undefined
}

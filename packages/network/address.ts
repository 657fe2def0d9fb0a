/** One end of a connection. */
export interface Address {
  /** IPv4 or IPv6 in its usual spelling; IPv4 never in the clothes of IPv6. */
  readonly address: string
  readonly port: number
}

/** A socket that listens on both families tells IPv4 peers as `::ffff:10.0.0.7`; everyone else writes `10.0.0.7`. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/** `10.0.0.7:9092`, `[::1]:9092`. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

import type { Clock } from '@odradek/common/time'
import type { Connection, FrameHandler } from './connection.ts'
import type { ForeignProtocol } from './foreign-protocol.ts'
import type { Outbox } from './outbox.ts'
import type { PatienceLimits } from './patience.ts'
import type { Pressure } from './pressure.ts'
import type { ReadMemory } from './read-memory.ts'

/** What all connections of a broker share. */
export interface ConnectionHouse {
  readonly handler: FrameHandler
  readonly memory: ReadMemory
  readonly pressure: Pressure
  readonly outbox: Outbox
  readonly clock: Clock
  readonly statistics: NetworkStatistics
  limits(): ConnectionLimits
  /** Calls `turnBegan` when the others have had their share of the loop. */
  nextTurn(waiter: { turnBegan(): void }): void
  /** Sweeps no later than this, by the monotonic clock. */
  wakeAt(atMs: number): void
  /** The connection and its socket are gone. */
  closed(connection: Connection): void
  /** We close the connection because of what the client did. */
  reportClose(connection: Connection, reason: string): void
  reportForeign(connection: Connection, foreign: ForeignProtocol): void
  reportBug(connection: Connection, error: unknown): void
}

export interface ConnectionLimits extends PatienceLimits {
  readonly maxFrameBytes: number
}

/** Counts since the start. */
export interface NetworkStatistics {
  connectionsOpened: number
  connectionsClosed: number
  connectionsRefused: number
  /** Closed for being idle, or too slow. */
  expired: number
  /** Closed for what they sent. */
  malformed: number
  requests: number
  receivedBytes: number
  sentBytes: number
}

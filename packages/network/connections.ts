import type { Logger } from '@odradek/common/logging'
import type { Cancellable, Clock, Timer } from '@odradek/common/time'
import { hostAndPort } from './address.ts'
import type { ConnectionHouse, ConnectionLimits, NetworkStatistics } from './connection-house.ts'
import type { Connection, FrameHandler } from './connection.ts'
import type { ForeignProtocol } from './foreign-protocol.ts'
import { Outbox } from './outbox.ts'
import { Pressure } from './pressure.ts'
import type { PressureLimits } from './pressure.ts'
import { ReadMemory } from './read-memory.ts'
import { ServedConnection } from './served-connection.ts'
import type { ConnectionIdentity } from './served-connection.ts'
import type { SocketDoor } from './socket-door.ts'

export interface ConnectionsOptions {
  readonly handler: FrameHandler
  /** Asked again for each use: they may change while the broker runs. */
  readonly limits: () => ConnectionLimits & PressureLimits
  readonly clock: Clock
  readonly timer: Timer
  readonly logger: Logger
  /** Runs an action when the present event and its microtasks are done. */
  readonly soon: (action: () => void) => void
  /** The socket of this connection is gone. */
  readonly closed?: (connection: Connection) => void
}

/**
 * All connections of a broker: what they share, and the one timer that looks after them.
 *
 * When memory for requests or answers is used up, those go that hold the most of it and do not move.
 */
export class Connections implements ConnectionHouse {
  readonly handler: FrameHandler
  readonly memory = new ReadMemory()
  readonly pressure: Pressure
  readonly outbox: Outbox
  readonly clock: Clock
  readonly limits: () => ConnectionLimits & PressureLimits
  readonly statistics: NetworkStatistics = {
    connectionsOpened: 0,
    connectionsClosed: 0,
    connectionsRefused: 0,
    expired: 0,
    malformed: 0,
    requests: 0,
    receivedBytes: 0,
    sentBytes: 0,
  }
  readonly #all = new Map<number, ServedConnection>()
  readonly #timer: Timer
  readonly #logger: Logger
  readonly #closed: (connection: Connection) => void
  #lastId = 0
  #turnWaiters: { turnBegan(): void }[] = []
  #sweep: Cancellable | undefined
  #sweepAtMs = Infinity
  #emptied: (() => void)[] = []

  constructor(options: ConnectionsOptions) {
    this.handler = options.handler
    this.clock = options.clock
    this.limits = options.limits
    this.#timer = options.timer
    this.#logger = options.logger
    this.#closed = options.closed ?? (() => {})
    this.pressure = new Pressure(options.limits, options.soon)
    this.outbox = new Outbox(this.memory, options.soon)
  }

  get size(): number {
    return this.#all.size
  }

  all(): Iterable<Connection> {
    return this.#all.values()
  }

  /** A client has come in. */
  accept(door: SocketDoor, who: Omit<ConnectionIdentity, 'id'>): ServedConnection {
    const connection = new ServedConnection({ ...who, id: ++this.#lastId }, door, this)
    this.#all.set(connection.id, connection)
    this.statistics.connectionsOpened++
    if (this.#sweep === undefined) this.wakeAt(this.clock.monotonic() + this.#sweepIntervalMs)
    return connection
  }

  closed(connection: Connection): void {
    this.#all.delete(connection.id)
    this.statistics.connectionsClosed++
    this.#closed(connection)
    if (this.#all.size > 0) return
    this.#sweep?.cancel()
    this.#sweep = undefined
    this.#sweepAtMs = Infinity
    for (const resolve of this.#emptied.splice(0)) resolve()
  }

  /** Starts no more requests, and closes each connection when those in process are answered. */
  finish(): void {
    for (const connection of this.#all.values()) connection.finish()
  }

  closeAll(reason: string): void {
    for (const connection of this.#all.values()) connection.close(reason)
  }

  /** Resolves when there is no connection. */
  empty(): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#emptied.push(resolve)
    })
  }

  nextTurn(waiter: { turnBegan(): void }): void {
    this.#turnWaiters.push(waiter)
    if (this.#turnWaiters.length === 1) this.#timer.endOfTurn(this.#beginTurn)
  }

  wakeAt(atMs: number): void {
    if (this.#sweep !== undefined && this.#sweepAtMs <= atMs) return
    this.#sweep?.cancel()
    this.#sweepAtMs = atMs
    this.#sweep = this.#timer.after(Math.max(0, atMs - this.clock.monotonic()), this.#look)
  }

  reportClose(connection: Connection, reason: string): void {
    this.statistics.malformed++
    this.#of(connection, `closed ${reason.replaceAll(/-?\d+/g, '#')}`).warn('Closed a connection', { ...whoIs(connection), reason })
  }

  reportForeign(connection: Connection, foreign: ForeignProtocol): void {
    this.statistics.malformed++
    this.#of(connection, foreign.name).warn(foreign.advice, whoIs(connection))
  }

  reportBug(connection: Connection, error: unknown): void {
    this.#logger.error('Closed a connection because of a bug in the broker', { ...whoIs(connection), error })
  }

  /** How often to look: time-outs come late by at most this. */
  get #sweepIntervalMs(): number {
    const { idleMs, receiveMs, sendMs } = this.limits()
    return Math.min(1_000, Math.max(10, Math.min(idleMs, receiveMs, sendMs) / 10))
  }

  readonly #beginTurn = (): void => {
    const waiters = this.#turnWaiters
    this.#turnWaiters = []
    for (const waiter of waiters) waiter.turnBegan()
  }

  readonly #look = (): void => {
    this.#sweep = undefined
    this.#sweepAtMs = Infinity
    const nowMs = this.clock.monotonic()
    this.wakeAt(nowMs + this.#sweepIntervalMs)
    // Node's timers count whole milliseconds and may come a fraction early.
    for (const connection of this.#all.values()) connection.sweep(nowMs + 1)
    this.#shed()
  }

  /** When memory is short, those who hold it and do not move are closed, the largest first, until half of it is free. */
  #shed(): void {
    const { requestBytes, responseBytes, waiting, limits } = this.pressure
    if (waiting > 0) {
      this.#shedStagnant(
        requestBytes - limits.maxRequestBytes / 2,
        (connection) => connection.heldBytes,
        'a request did not go on while memory for requests was used up (queued.max.request.bytes)',
      )
    }
    if (responseBytes >= limits.maxResponseBytes) {
      this.#shedStagnant(
        responseBytes - limits.maxResponseBytes / 2,
        (connection) => connection.unsentBytes,
        'the client did not read its answers while memory for answers was used up (queued.max.response.bytes)',
      )
    }
  }

  #shedStagnant(excess: number, weight: (connection: ServedConnection) => number, reason: string): void {
    if (excess <= 0) return
    const stagnant = [...this.#all.values()].filter((connection) => connection.isStagnant && weight(connection) > 0)
    let left = excess
    for (const connection of stagnant.toSorted((a, b) => weight(b) - weight(a))) {
      if (left <= 0) return
      left -= weight(connection)
      connection.close(reason)
    }
  }

  /** What a client can cause as often as it likes is written once a minute for each address and kind of trouble, whatever the numbers in it. */
  #of(connection: Connection, kind: string): Logger {
    return this.#logger.limited(`${kind} ${connection.peer.address}`)
  }
}

function whoIs(connection: Connection): Readonly<Record<string, unknown>> {
  return {
    peer: hostAndPort(connection.peer.address, connection.peer.port),
    listener: connection.listener,
    ...(connection.software === undefined ? {} : { software: `${connection.software.name} ${connection.software.version}` }),
  }
}

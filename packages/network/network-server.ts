import type { Logger } from '@odradek/common/logging'
import type { Clock, Timer } from '@odradek/common/time'
import { Acceptor } from './acceptor.ts'
import type { BoundListener } from './acceptor.ts'
import { hostAndPort } from './address.ts'
import { Admission } from './admission.ts'
import type { AdmissionLimits } from './admission.ts'
import type { ConnectionLimits, NetworkStatistics } from './connection-house.ts'
import type { FrameHandler } from './connection.ts'
import { Connections } from './connections.ts'
import type { Listener } from './listeners.ts'
import type { Pressure, PressureLimits } from './pressure.ts'
import { TcpDoor } from './tcp-door.ts'

export interface NetworkServerOptions {
  readonly listeners: readonly Listener[]
  readonly handler: FrameHandler
  /** Asked again for each use: they may change while the broker runs. */
  readonly limits: () => NetworkLimits
  /** How many connections the kernel keeps that wait to be accepted. */
  readonly backlog?: number
  readonly clock: Clock
  readonly timer: Timer
  readonly logger: Logger
}

export type NetworkLimits = ConnectionLimits & PressureLimits & AdmissionLimits

/** The broker's side of the network: listens, and serves whoever comes in with the handler. */
export class NetworkServer {
  readonly #options: NetworkServerOptions
  readonly #admission: Admission
  readonly #connections: Connections
  readonly #acceptors: Acceptor[] = []

  constructor(options: NetworkServerOptions) {
    this.#options = options
    this.#admission = new Admission(options.limits)
    this.#connections = new Connections({
      ...options,
      soon: (action) => process.nextTick(action),
      closed: ({ peer }) => this.#admission.left(peer.address),
    })
  }

  /** Where it listens, with the real ports; empty before `listen`. */
  get bound(): readonly BoundListener[] {
    return this.#acceptors.flatMap(({ bound }) => (bound === undefined ? [] : [bound]))
  }

  get connections(): number {
    return this.#connections.size
  }

  /** How many connections each listener has, also those that have none. */
  connectionsByListener(): ReadonlyMap<string, number> {
    const counts = new Map(this.#options.listeners.map(({ name }) => [name, 0]))
    for (const { listener } of this.#connections.all()) counts.set(listener, (counts.get(listener) ?? 0) + 1)
    return counts
  }

  get statistics(): Readonly<NetworkStatistics> {
    return this.#connections.statistics
  }

  /** What requests and answers weigh at this moment; a fetch asks it how much it may give. */
  get pressure(): Pressure {
    return this.#connections.pressure
  }

  /** Opens all listeners, or none. Throws `UserError` when a port is taken or an address is not ours. */
  async listen(): Promise<void> {
    const { listeners, logger, backlog = 1024 } = this.#options
    try {
      for (const listener of listeners) {
        const acceptor = new Acceptor({
          listener,
          backlog,
          admit: (peer) => this.#admit(listener, peer.address, peer.port),
          failed: (error) => logger.limited('accept').error('Could not accept a connection', { listener: listener.name, error }),
        })
        this.#acceptors.push(acceptor)
        await acceptor.listen((socket, who) => {
          const door = new TcpDoor()
          door.attach(socket, this.#connections.accept(door, { ...who, listener: listener.name }))
        })
      }
    } catch (error) {
      this.stopAccepting()
      throw error
    }
  }

  /** No new clients; those that are there are served on. */
  stopAccepting(): void {
    for (const acceptor of this.#acceptors) acceptor.close()
  }

  /** No new clients and no new requests: each connection is closed when what is in process is answered. Resolves when all are. */
  async finish(): Promise<void> {
    this.stopAccepting()
    this.#connections.finish()
    await this.#connections.empty()
  }

  /** Closes everything at once; resolves when no socket is left. */
  async close(): Promise<void> {
    this.stopAccepting()
    this.#connections.closeAll('the broker stops')
    await this.#connections.empty()
  }

  #admit(listener: Listener, address: string, port: number): boolean {
    const { clock, logger } = this.#options
    const reason = this.#admission.refuse(address, clock.monotonic())
    if (reason === undefined) return true
    this.#connections.statistics.connectionsRefused++
    logger.limited(`refused ${address}`).warn('Refused a connection', { peer: hostAndPort(address, port), listener: listener.name, reason })
    return false
  }
}

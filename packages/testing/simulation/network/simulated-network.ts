import type { Dialler, DialTarget, IpAddress, Transport, TransportReader } from '@odradek/network/dial'
import type { SeededRandom } from '@odradek/common/random'
import type { Cancellable } from '@odradek/common/time'
import { delayAround } from '../world/world.ts'
import type { World } from '../world/world.ts'
import { Link } from './link.ts'
import type { Gate, ServerReader, ServerSocket } from './link.ts'

type Accept = (socket: ServerSocket) => ServerReader

/** Every connection between clients and brokers, and what goes wrong with them. */
export class SimulatedNetwork {
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #listeners = new Map<string, Accept>()
  /** Hosts whose connections and attempts get nowhere. */
  readonly #isolatedUntilMs = new Map<string, number>()
  /** A host's addresses, the dead ones first where there are such. */
  readonly #hosts = new Map<string, readonly string[]>()
  readonly #links = new Set<Link>()
  #nextId = 1
  dials = 0

  constructor(world: World) {
    this.#world = world
    this.#dice = world.random.fork('network')
  }

  /** Connections whose client has not closed them. */
  get open(): readonly Link[] {
    return [...this.#links]
  }

  name(host: string, addresses: readonly string[]): void {
    this.#hosts.set(host, addresses)
  }

  listen(address: string, port: number, accept: Accept): void {
    this.#listeners.set(`${address}:${port}`, accept)
  }

  /** Nobody listens there any more, and what was connected is cut off. */
  unlisten(address: string, port: number): void {
    this.#listeners.delete(`${address}:${port}`)
    for (const link of this.linksTo(address, port)) link.reset()
  }

  linksTo(address: string, port: number): readonly Link[] {
    return this.open.filter((link) => link.address === `${address}:${port}`)
  }

  /** Cuts an address off for a while: what is open stands still, what is dialled hangs. */
  isolate(address: string, port: number, forMs: number): void {
    this.#isolatedUntilMs.set(`${address}:${port}`, this.#world.nowMs + forMs)
    for (const link of this.linksTo(address, port)) link.silence(forMs)
  }

  /** No address is cut off any more; half-open connections end. */
  heal(): void {
    this.#isolatedUntilMs.clear()
    for (const link of this.open) link.reset()
  }

  /** The network as one process sees it. `links` collects its open connections. */
  diallerFor(links: Set<Link>, gate: Gate): Dialler {
    return {
      resolve: async (host) => {
        await this.#wait(delayAround(this.#world.plan.latencyMs, this.#dice), gate)
        this.#world.note('resolve', host)
        const addresses = this.#hosts.get(host)
        if (addresses === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
        return addresses.map((address): IpAddress => ({ address, family: 4 }))
      },
      canonicalNames: (address) => Promise.resolve([address.address]),
      dial: (to, reader, signal) => this.#dial(to, reader, signal, links, gate),
    }
  }

  #dial(to: DialTarget, reader: TransportReader, signal: AbortSignal, links: Set<Link>, gate: Gate): Promise<Transport> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      this.dials++
      const address = `${to.address.address}:${to.port}`
      const hangs = this.#world.strikes('hang', this.#dice) || (this.#isolatedUntilMs.get(address) ?? 0) > this.#world.nowMs
      const refused = this.#world.strikes('refuse', this.#dice)
      const giveUp = (): void => {
        waiting?.cancel()
        reject(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#world.note('dial', address, hangs ? 'hangs' : refused ? 'is refused' : '')
      if (hangs) this.#world.sometimes('left a connection attempt hanging')
      const waiting = hangs
        ? undefined
        : this.#after(delayAround(2 * this.#world.plan.latencyMs, this.#dice), gate, () => {
            if (signal.aborted) return
            signal.removeEventListener('abort', giveUp)
            const accept = this.#listeners.get(address)
            if (accept === undefined || refused) {
              this.#world.sometimes('refused a connection')
              this.#world.note('refused', address)
              reject(Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' }))
              return
            }
            resolve(this.#open(address, reader, accept, links, gate))
          })
    })
  }

  #open(address: string, reader: TransportReader, accept: Accept, links: Set<Link>, gate: Gate): Link {
    const id = this.#nextId++
    this.#world.note('connected', address, id)
    const link = new Link({
      id,
      address,
      world: this.#world,
      dice: this.#dice.fork(`link/${id}`),
      reader,
      gate,
      accept,
      onEnd: (ended) => {
        this.#links.delete(ended)
        links.delete(ended)
      },
    })
    this.#links.add(link)
    links.add(link)
    return link
  }

  #wait(ms: number, gate: Gate): Promise<void> {
    return new Promise((resolve) => {
      this.#after(ms, gate, resolve)
    })
  }

  #after(ms: number, gate: Gate, action: () => void): Cancellable {
    return this.#world.time.after(ms, () => gate(action))
  }
}

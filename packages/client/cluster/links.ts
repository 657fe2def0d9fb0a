import type { Random } from '@odradek/common/random'
import { KafkaError } from '@odradek/protocol'
import type { Lane } from './cluster.ts'
import { Link } from './link.ts'
import type { LinkContext } from './link.ts'
import { nodeName } from './metadata.ts'
import type { BrokerNode } from './metadata.ts'

/** The lanes to all brokers, by broker and lane. */
export class Links {
  readonly #context: Omit<LinkContext, 'node'>
  readonly #random: Random
  readonly #nodeOf: (broker: number) => BrokerNode | undefined
  readonly #links = new Map<number, Map<Lane, OwnedLink>>()
  #isClosed = false

  constructor(context: Omit<LinkContext, 'node'>, random: Random, nodeOf: (broker: number) => BrokerNode | undefined) {
    this.#context = context
    this.#random = random
    this.#nodeOf = nodeOf
  }

  find(broker: number, lane: Lane = 'main'): Link | undefined {
    return this.#links.get(broker)?.get(lane)?.link
  }

  /** The lane, made if it is the first time. Throws NETWORK_EXCEPTION for a broker that nobody knows. */
  get(broker: number, lane: Lane = 'main'): Link {
    const found = this.find(broker, lane)
    if (found !== undefined) return found
    if (this.#nodeOf(broker) === undefined)
      throw new KafkaError('NETWORK_EXCEPTION', `Broker ${broker} is not part of the cluster, as far as is known.`)
    const owner = { broker }
    const link = new Link({ ...this.#context, node: () => this.#nodeOf(owner.broker) })
    if (this.#isClosed) link.close()
    this.#put(broker, lane, { owner, link })
    return link
  }

  /** A bootstrap address turned out to be this broker: its connection is the broker's from now on. */
  adopt(bootstrap: number, node: BrokerNode): void {
    const broker = node.id
    const adopted = this.#links.get(bootstrap)?.get('main')
    if (adopted === undefined || this.find(broker) !== undefined) return
    this.#links.get(bootstrap)?.delete('main')
    adopted.owner.broker = broker
    adopted.link.rename(nodeName(node), broker)
    this.#put(broker, 'main', adopted)
  }

  /**
   * The broker to ask what any can answer: ready with fewest calls, then one that is being connected to, then the one that was tried longest ago.
   * Undefined when all are to be left alone for a while.
   */
  leastLoaded(brokers: Iterable<number>): number | undefined {
    const ids = [...brokers]
    const from = ids.length === 0 ? 0 : this.#random.nextInt(ids.length)
    let best: { readonly broker: number; readonly rank: number; readonly load: number } | undefined
    for (const broker of [...ids.slice(from), ...ids.slice(0, from)]) {
      const link = this.find(broker)
      const candidate = { broker, ...this.#rankOf(link) }
      if (candidate.rank === inBackoff) continue
      if (best === undefined || candidate.rank < best.rank || (candidate.rank === best.rank && candidate.load < best.load)) best = candidate
    }
    return best?.broker
  }

  /** Milliseconds until one of these may be tried again. */
  soonestMs(brokers: Iterable<number>): number {
    let soonest = Infinity
    for (const broker of brokers) soonest = Math.min(soonest, this.find(broker)?.backoffMs ?? 0)
    return soonest
  }

  /** Whether none of these is connected, and the last attempt at each has failed. */
  areAllLost(brokers: Iterable<number>): boolean {
    for (const broker of brokers) {
      if (this.find(broker)?.hasFailed !== true) return false
      for (const { link } of this.#links.get(broker)?.values() ?? []) if (link.isConnected) return false
    }
    return true
  }

  /** Closes those connections to bootstrap addresses that nobody uses. */
  dropIdleBootstrap(): void {
    for (const [broker, lanes] of this.#links) {
      if (broker >= 0) continue
      for (const [lane, { link }] of lanes) {
        if (link.load > 0 || link.isConnecting) continue
        link.close()
        lanes.delete(lane)
      }
    }
  }

  /** Ends all connections and forgets their back-off; calls that wait for them fail with `error`. */
  disconnectAll(error: Error): void {
    const all = [...this.#links.values()].flatMap((lanes) => [...lanes.values()])
    this.#links.clear()
    for (const { link } of all) {
      link.disconnect(error)
      link.close()
    }
  }

  close(): void {
    this.#isClosed = true
    for (const lanes of this.#links.values()) for (const { link } of lanes.values()) link.close()
  }

  #put(broker: number, lane: Lane, link: OwnedLink): void {
    const lanes = this.#links.get(broker) ?? new Map<Lane, OwnedLink>()
    this.#links.set(broker, lanes.set(lane, link))
  }

  #rankOf(link: Link | undefined): { readonly rank: number; readonly load: number } {
    if (link === undefined) return { rank: untried, load: -Infinity }
    if (link.isReady) return { rank: ready, load: link.load }
    if (link.isConnected) return { rank: busy, load: link.load }
    if (link.isConnecting) return { rank: connecting, load: link.load }
    return link.backoffMs > 0 ? { rank: inBackoff, load: 0 } : { rank: untried, load: link.lastAttemptMs }
  }
}

interface OwnedLink {
  readonly owner: { broker: number }
  readonly link: Link
}

const [ready, connecting, busy, untried, inBackoff] = [0, 1, 2, 3, 4]

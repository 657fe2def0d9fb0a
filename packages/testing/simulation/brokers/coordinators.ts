import type { SeededRandom } from '@odradek/common/random'
import type { ErrorName } from '@odradek/protocol'
import { pick } from '../world/pick.ts'
import type { World } from '../world/world.ts'
import type { BrokerIdentity } from './broker-identity.ts'
import type { ModelBroker } from './model-broker.ts'
import type { ModelCluster } from './model-cluster.ts'

/** Partitions of `__consumer_offsets`; each has a coordinator. */
export const offsetsPartitions = 2

export interface Seat {
  readonly name: string
  broker: number
  epoch: number
  /** Until then it reads its log, and can't answer. */
  loadedAtMs: number
}

/** Which broker coordinates what, and since when. */
export class Coordinators {
  readonly #world: World
  readonly #cluster: ModelCluster
  readonly #dice: SeededRandom
  readonly groups: readonly Seat[]
  readonly transactions: Seat
  /** Called when a seat was given to another broker, or to the same one anew. */
  readonly moved: ((seat: Seat, before: number) => void)[] = []

  constructor(cluster: ModelCluster, world: World) {
    this.#world = world
    this.#cluster = cluster
    this.#dice = world.random.fork('coordinators')
    const seat = (name: string): Seat => ({ name, broker: pick(cluster.brokers, this.#dice).id, epoch: 1, loadedAtMs: 0 })
    this.groups = Array.from({ length: offsetsPartitions }, (_, index) => seat(`groups ${index}`))
    this.transactions = seat('transactions')
    cluster.brokerChanged.push((broker) => this.#brokerChanged(broker))
  }

  get seats(): readonly Seat[] {
    return [...this.groups, this.transactions]
  }

  /** What keeps a broker from answering for a seat. */
  error(seat: Seat, broker: BrokerIdentity): ErrorName | undefined {
    if (seat.broker !== broker.id) return 'NOT_COORDINATOR'
    if (seat.loadedAtMs > this.#world.nowMs) return 'COORDINATOR_LOAD_IN_PROGRESS'
    return undefined
  }

  /** The broker to send clients to; undefined while there is none. */
  found(seat: Seat): ModelBroker | undefined {
    const broker = this.#cluster.broker(seat.broker)
    return broker?.isUp === true ? broker : undefined
  }

  move(seat: Seat): void {
    const up = this.#cluster.brokers.filter((broker) => broker.isUp)
    const others = up.filter(({ id }) => id !== seat.broker)
    const chosen = others.length > 0 ? others : up
    if (chosen.length === 0) return
    const before = seat.broker
    seat.broker = pick(chosen, this.#dice).id
    seat.epoch++
    seat.loadedAtMs = this.#world.nowMs + (this.#world.isHealed ? 0 : this.#dice.nextInt(200))
    this.#world.sometimes('moved a coordinator')
    this.#world.note('coordinator', seat.name, before, seat.broker, seat.epoch)
    for (const tell of this.moved) tell(seat, before)
  }

  #brokerChanged(broker: ModelBroker): void {
    for (const seat of this.seats) {
      if (seat.broker !== broker.id) continue
      // What the broker had not replicated is gone with it, also when it comes back at once.
      if (broker.isUp) this.move(seat)
      else this.#world.time.after(20 + this.#dice.nextInt(300), () => !broker.isUp && seat.broker === broker.id && this.move(seat))
    }
  }
}

import type { SeededRandom } from '@odradek/common/random'
import type { SimulatedNetwork } from '../network/simulated-network.ts'
import type { World } from '../world/world.ts'
import { BrokerConnection } from './broker-connection.ts'
import type { BrokerIdentity } from './broker-identity.ts'
import type { ModelHandler } from './call.ts'
import { releases } from './releases.ts'
import type { Release, ReleaseName } from './releases.ts'

export const brokerPort = 9092

/** A broker: an address, a release, and what it does for each API. What it knows of the cluster is the cluster's. */
export class ModelBroker implements BrokerIdentity {
  readonly id: number
  readonly host: string
  readonly address: string
  readonly release: Release
  readonly handlers = new Map<number, ModelHandler>()
  readonly #world: World
  readonly #network: SimulatedNetwork
  readonly #dice: SeededRandom
  #isUp = false
  life = 0

  constructor(id: number, release: ReleaseName, world: World, network: SimulatedNetwork) {
    this.id = id
    this.host = `broker-${id}`
    this.address = `10.0.0.${id}`
    const found = releases.get(release)
    if (found === undefined) throw new RangeError(`no release ${release}`)
    this.release = found
    this.#world = world
    this.#network = network
    this.#dice = world.random.fork(`broker/${id}`)
    // Some hosts have an address at which nobody listens, and it comes first (KIP-302).
    const isDouble = this.#dice.nextInt(4) === 0
    network.name(this.host, isDouble ? [`10.1.0.${id}`, this.address] : [this.address])
  }

  get isUp(): boolean {
    return this.#isUp
  }

  start(): void {
    if (this.#isUp) return
    this.#isUp = true
    this.life++
    this.#world.note('broker starts', this.id)
    this.#network.listen(this.address, brokerPort, (socket) => {
      const dice = this.#dice.fork(`connection/${socket.linkId}`)
      return new BrokerConnection({ broker: this, handlers: this.handlers, world: this.#world, dice, socket })
    })
  }

  crash(): void {
    if (!this.#isUp) return
    this.#isUp = false
    this.#world.note('broker crashes', this.id)
    this.#network.unlisten(this.address, brokerPort)
  }

  isolate(forMs: number): void {
    this.#network.isolate(this.address, brokerPort, forMs)
  }
}

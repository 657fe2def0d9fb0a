import { randomUuid } from '@odradek/common/bytes'
import type { SeededRandom } from '@odradek/common/random'
import type { SimulatedNetwork } from '../network/simulated-network.ts'
import { pick } from '../world/pick.ts'
import type { World } from '../world/world.ts'
import { ClusterViews } from './cluster-view.ts'
import type { ClusterView } from './cluster-view.ts'
import type { BrokerIdentity } from './broker-identity.ts'
import { ModelBroker } from './model-broker.ts'
import { ModelPartition } from './model-partition.ts'
import type { LogObserver } from './model-partition.ts'

export interface ModelTopic {
  readonly name: string
  readonly id: string
  readonly partitions: readonly ModelPartition[]
}

/** Brokers, topics, and who leads what: the one truth, of which each broker and client has its own, older picture. */
export class ModelCluster {
  readonly brokers: readonly ModelBroker[]
  readonly topics = new Map<string, ModelTopic>()
  readonly topicsById = new Map<string, ModelTopic>()
  readonly #world: World
  readonly #dice: SeededRandom
  readonly #views = new ClusterViews()
  readonly #lags: readonly number[]
  /** Brokers that do not know yet that they lead a partition no more: until when. */
  readonly #zombies = new Map<string, { readonly broker: number; readonly epoch: number; readonly untilMs: number }>()
  /** Called when a broker crashes or starts. */
  readonly brokerChanged: ((broker: ModelBroker) => void)[] = []

  constructor(world: World, network: SimulatedNetwork) {
    this.#world = world
    this.#dice = world.random.fork('cluster')
    this.brokers = world.plan.releases.map((release, index) => new ModelBroker(index + 1, release, world, network))
    this.#lags = this.brokers.map(() => (world.plan.metadataLagMs === 0 ? 0 : this.#dice.nextInt(world.plan.metadataLagMs)))
  }

  get bootstrapServers(): string {
    return this.brokers.map((broker) => `${broker.host}:9092`).join(',')
  }

  /** The level of a feature: finalized when all brokers have it. */
  feature(name: string): number {
    return Math.min(...this.brokers.map((broker) => broker.release.features[name] ?? 0))
  }

  start(): void {
    for (const broker of this.brokers) broker.start()
    this.#changed()
  }

  createTopic(name: string, partitions: number, observer: LogObserver): ModelTopic {
    const id = randomUuid(this.#dice)
    const made = Array.from({ length: partitions }, (_, index) => new ModelPartition(name, id, index, this.#world, observer))
    const topic: ModelTopic = { name, id, partitions: made }
    for (const partition of made) partition.elect(pick(this.brokers, this.#dice).id, { from: 0 })
    this.topics.set(name, topic)
    this.topicsById.set(id, topic)
    this.#changed()
    return topic
  }

  get partitions(): readonly ModelPartition[] {
    return [...this.topics.values()].flatMap((topic) => topic.partitions)
  }

  broker(id: number): ModelBroker | undefined {
    return this.brokers[id - 1]
  }

  /** What a broker tells of the cluster: perhaps not the newest. */
  viewOf(broker: BrokerIdentity): ClusterView {
    const lagMs = this.#world.isHealed ? 0 : (this.#lags[broker.id - 1] ?? 0)
    return this.#views.at(this.#world.nowMs - lagMs)
  }

  /** Whether a broker believes that it leads the partition; a zombie does, and answers out of an old picture. */
  isLeader(broker: BrokerIdentity, partition: ModelPartition): boolean {
    return partition.leader === broker.id
  }

  zombieOf(partition: ModelPartition): { readonly broker: number; readonly epoch: number } | undefined {
    const zombie = this.#zombies.get(partition.name)
    return zombie !== undefined && zombie.untilMs > this.#world.nowMs ? zombie : undefined
  }

  /** Leadership goes to another broker, or stays and gets a new epoch. */
  moveLeader(partition: ModelPartition, options: { readonly zombieMs?: number; readonly noLeaderMs?: number } = {}): void {
    const { zombieMs = 0, noLeaderMs = 0 } = options
    const before = { broker: partition.leader, epoch: partition.leaderEpoch, untilMs: this.#world.nowMs + zombieMs }
    const candidates = this.brokers.filter((broker) => broker.isUp && broker.id !== partition.leader)
    const fallback = this.brokers.filter((broker) => broker.isUp)
    const chosen = candidates.length > 0 ? candidates : fallback
    const next = noLeaderMs > 0 || chosen.length === 0 ? -1 : pick(chosen, this.#dice).id
    if (zombieMs > 0 && before.broker !== next) this.#zombies.set(partition.name, before)
    this.#world.sometimes('moved a leader')
    partition.elect(next, { from: this.#cut(partition) })
    this.#changed()
    if (noLeaderMs > 0) {
      this.#world.time.after(noLeaderMs, () => {
        if (partition.leader < 0) this.moveLeader(partition)
      })
    }
  }

  crash(broker: ModelBroker, downMs: number): void {
    if (!broker.isUp) return
    this.#world.sometimes('crashed a broker')
    broker.crash()
    this.#changed()
    for (const tell of this.brokerChanged) tell(broker)
    for (const partition of this.partitions) {
      if (partition.leader !== broker.id) continue
      // It takes a moment until anybody has noticed.
      this.#world.time.after(20 + this.#dice.nextInt(300), () => {
        if (partition.leader === broker.id && !broker.isUp) this.moveLeader(partition)
      })
    }
    this.#world.time.after(downMs, () => this.restart(broker))
  }

  restart(broker: ModelBroker): void {
    if (broker.isUp) return
    broker.start()
    this.#changed()
    for (const tell of this.brokerChanged) tell(broker)
    for (const partition of this.partitions) {
      // A restarted leader leads in a new epoch, and a partition without a leader gets one.
      if (partition.leader === broker.id || (partition.leader < 0 && this.#world.isHealed)) this.moveLeader(partition)
    }
  }

  /** Every broker is up, every partition has a leader, nobody lags behind. */
  heal(): void {
    this.#zombies.clear()
    for (const broker of this.brokers) this.restart(broker)
    for (const partition of this.partitions) if (partition.leader < 0) this.moveLeader(partition)
  }

  /** How much a new leader keeps: all that is committed, and of the rest what the dice say. */
  #cut(partition: ModelPartition): number {
    const isUnclean = this.#world.plan.uncleanElections && !this.#world.isHealed && this.#dice.nextInt(3) === 0
    const from = isUnclean ? Math.max(0, partition.highWatermark - this.#dice.nextInt(20)) : partition.highWatermark
    return pick(partition.cuts(from), this.#dice)
  }

  #changed(): void {
    const leaders = new Map(
      this.partitions.map((partition) => [partition.name, { leader: partition.leader, leaderEpoch: partition.leaderEpoch }]),
    )
    this.#views.push({ atMs: this.#world.nowMs, alive: this.brokers.filter((broker) => broker.isUp).map(({ id }) => id), leaders })
  }
}

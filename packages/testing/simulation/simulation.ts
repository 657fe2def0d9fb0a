import { consumerGroupHeartbeat } from './brokers/apis/consumer-groups.ts'
import { apiVersions } from './brokers/apis/api-versions.ts'
import { classicGroups } from './brokers/apis/classic-groups.ts'
import { FetchHandlers } from './brokers/apis/fetch.ts'
import { findCoordinator } from './brokers/apis/find-coordinator.ts'
import { groupOffsets } from './brokers/apis/group-offsets.ts'
import { metadata } from './brokers/apis/metadata.ts'
import { listOffsets, offsetForLeaderEpoch } from './brokers/apis/offsets.ts'
import { produce } from './brokers/apis/produce.ts'
import { transactionApis } from './brokers/apis/transactions.ts'
import { Coordinators } from './brokers/coordinators.ts'
import { ModelCluster } from './brokers/model-cluster.ts'
import { ModelGroups } from './brokers/model-groups.ts'
import { ModelTransactions } from './brokers/model-transactions.ts'
import type { GroupChecker } from './checker/group-checker.ts'
import { Ledger } from './checker/ledger.ts'
import { LogChecker } from './checker/log-checker.ts'
import { TransactionChecker } from './checker/transaction-checker.ts'
import { SimulatedNetwork } from './network/simulated-network.ts'
import { ClientProcess } from './world/client-process.ts'
import type { World } from './world/world.ts'

/** Brokers, network and checkers of one seed, wired. */
export class Simulation {
  readonly world: World
  readonly network: SimulatedNetwork
  readonly cluster: ModelCluster
  readonly coordinators: Coordinators
  readonly groups: ModelGroups
  readonly transactions: ModelTransactions
  readonly fetches: FetchHandlers
  readonly ledger: Ledger
  readonly log: LogChecker
  readonly transactionChecker: TransactionChecker
  readonly groupCheckers = new Map<string, GroupChecker>()
  readonly processes: ClientProcess[] = []
  #producers = 0

  constructor(world: World) {
    this.world = world
    this.network = new SimulatedNetwork(world)
    this.cluster = new ModelCluster(world, this.network)
    this.ledger = new Ledger(world)
    this.log = new LogChecker(world, this.ledger)
    this.transactionChecker = new TransactionChecker(world, this.log)
    this.coordinators = new Coordinators(this.cluster, world)
    this.transactions = new ModelTransactions(world, this.transactionChecker)
    this.groups = new ModelGroups(this.cluster, this.coordinators, world, {
      offsetCommitted: (offset) => this.groupCheckers.get(offset.group)?.offsetCommitted(offset),
    })
    this.transactions.endInGroup = (group, producerId, decision, done) => this.groups.end(group, producerId, decision, done)
    this.fetches = new FetchHandlers(this.cluster, world, world.random.fork('fetch'))
    this.cluster.brokerChanged.push((broker) => this.fetches.forgetSessions(broker))
    const { cluster, coordinators, groups, transactions } = this
    const dice = (name: string) => world.random.fork(`api/${name}`)
    const handlers = [
      apiVersions(cluster),
      metadata(cluster, world, dice('metadata')),
      produce(cluster, transactions, world, dice('produce')),
      this.fetches.handler(),
      listOffsets(cluster, world, dice('list-offsets')),
      offsetForLeaderEpoch(cluster, world, dice('epochs')),
      findCoordinator(coordinators, groups, world, dice('find')),
      ...classicGroups(coordinators, groups, world, dice('groups')),
      ...groupOffsets(cluster, coordinators, groups, world, dice('offsets')),
      consumerGroupHeartbeat(coordinators, groups, world, dice('consumer-groups')),
      ...transactionApis({ cluster, coordinators, groups, transactions, world, dice: dice('transactions') }),
    ]
    for (const broker of cluster.brokers) for (const handler of handlers) broker.handlers.set(handler.api.key, handler)
    cluster.start()
  }

  topic(name: string, partitions = this.world.plan.partitions): string {
    this.log.numberOf(name)
    if (!this.cluster.topics.has(name)) this.cluster.createTopic(name, partitions, this.log)
    return name
  }

  process(name: string): ClientProcess {
    const process = new ClientProcess(`${name}-${this.processes.length}`, this.world, this.network)
    this.processes.push(process)
    return process
  }

  /** Producers are told apart by numbers. */
  nextProducer(): number {
    return ++this.#producers
  }

  delay(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.time.after(ms, resolve)
    })
  }
}

import { readProcessWrite } from '@odradek/client'
import type { SeededRandom } from '@odradek/common/random'
import type { ModelPartition } from '../brokers/model-partition.ts'
import { GroupChecker } from '../checker/group-checker.ts'
import { readPayload } from '../checker/payload.ts'
import type { WorkloadPlan } from '../plan.ts'
import type { Simulation } from '../simulation.ts'
import { codeOf } from './codes.ts'
import { GroupMember } from './group-member.ts'
import { TransactionalClient } from './transactional.ts'
import type { Workload } from './workload.ts'

type CopyPlan = Extract<WorkloadPlan, { kind: 'copy' }>

/** Copies a topic into another exactly once, by several processes that die now and then in the middle of it. */
export class CopyWorkload implements Workload {
  readonly name = 'copy'
  readonly #simulation: Simulation
  readonly #plan: CopyPlan
  readonly #from: string
  readonly #to: string
  readonly #dice: SeededRandom
  readonly #checker: GroupChecker
  readonly #stop = new AbortController()
  readonly #slots: Promise<void>[] = []

  constructor(simulation: Simulation, plan: CopyPlan, from: string, to: string) {
    this.#simulation = simulation
    this.#plan = plan
    this.#from = from
    this.#to = to
    this.#dice = simulation.world.random.fork('copy workload')
    const { world, log, cluster } = simulation
    this.#checker = new GroupChecker({ group: 'copiers', committedOnly: true, world, log, cluster })
    simulation.groupCheckers.set('copiers', this.#checker)
  }

  start(): void {
    for (let slot = 0; slot < this.#plan.copiers; slot++) this.#slots.push(this.#run(slot))
  }

  finish(): Promise<void> {
    return Promise.resolve()
  }

  isDrained(): boolean {
    return this.#checker.isDone(this.#partitions) && this.#simulation.transactions.open.length === 0
  }

  lack(): string {
    return `copiers: ${this.#checker.lack(this.#partitions)}; open: ${this.#simulation.transactions.open.join()}`
  }

  async close(): Promise<void> {
    // What a connection of the past still brings behind this, nobody is there to copy.
    const ends = new Map(this.#partitions.map((partition) => [partition, partition.endOffset]))
    this.#stop.abort(new Error('the run is over'))
    await Promise.all(this.#slots)
    const { world, log, ledger } = this.#simulation
    const number = log.numberOf(this.#from)
    for (const { value, topic } of ledger.all()) {
      const place = log.placeOf(value)
      if (topic !== number || place === undefined || log.copies.has(value)) continue
      if (place.offset >= (ends.get(place.partition) ?? 0)) continue
      return world.violate('exactly-once', `value ${value} lies in ${this.#from} and was never copied`)
    }
  }

  get #partitions(): readonly ModelPartition[] {
    return this.#simulation.cluster.topics.get(this.#from)?.partitions ?? []
  }

  async #run(slot: number): Promise<void> {
    const { world } = this.#simulation
    while (!this.#stop.signal.aborted) {
      const member = new GroupMember(this.#simulation, this.#checker, [this.#from], {
        protocol: this.#plan.protocol,
        isolation: 'read_committed',
        sessionTimeoutMs: this.#plan.sessionTimeoutMs,
        autoCommit: false,
        maxPollIntervalMs: 4_000,
        maxPollRecords: 20,
      })
      const client = new TransactionalClient(this.#simulation, `copier-${slot}`, { process: member.process, timeoutMs: 20_000 })
      const life = this.#copy(member, client).catch((error: unknown) => {
        world.note(`${member.name} copying fails`, codeOf(error), String(error))
        world.sometimes(`copier failed: ${codeOf(error)}`)
      })
      // It may die while it closes, too.
      await Promise.race([life.then(() => this.#end(member, client)), this.#untilDead(member)])
      if (!this.#stop.signal.aborted) await this.#simulation.delay(50 + this.#dice.nextInt(500))
    }
  }

  async #end(member: GroupMember, client: TransactionalClient): Promise<void> {
    const { world } = this.#simulation
    await client.producer.close({ timeoutMs: 3_000 }).catch((error: unknown) => world.note('close', codeOf(error)))
    await member.consumer.close({ timeoutMs: 3_000 }).catch((error: unknown) => world.note('close', codeOf(error)))
  }

  async #untilDead(member: GroupMember): Promise<void> {
    while (member.process.isAlive && !this.#stop.signal.aborted) await this.#simulation.delay(100)
    if (member.process.isAlive) await new Promise(() => undefined)
  }

  async #copy(member: GroupMember, client: TransactionalClient): Promise<void> {
    const { world, transactionChecker } = this.#simulation
    await readProcessWrite(
      member.consumer,
      client.producer,
      async (batches, transaction) => {
        const story = transactionChecker.begin(client.transactionalId)
        for (const batch of batches) {
          for (const record of batch) {
            const partition = this.#partitions[record.partition]
            // It may come again after an abort: whether it was skipped says the committed offset, whether it came twice the copies.
            const source = readPayload(record.rawValue)?.value ?? 0
            client.enqueue(story, this.#to, source, transaction.enqueue)
            if (partition !== undefined) this.#checker.processedAt(partition, record.offset)
          }
        }
        if (!world.isHealed && this.#dice.nextFloat() < this.#plan.crashRate) {
          world.sometimes('a copier died in the middle of a transaction')
          member.process.kill()
          await new Promise(() => undefined)
        }
        if (!world.isHealed && this.#dice.nextInt(20) === 0) throw new Error('the body fails')
      },
      { signal: this.#stop.signal },
    )
  }
}

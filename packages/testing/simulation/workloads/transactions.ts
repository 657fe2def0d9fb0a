import type { SeededRandom } from '@odradek/common/random'
import type { TransactionStory } from '../checker/transaction-checker.ts'
import type { WorkloadPlan } from '../plan.ts'
import type { Simulation } from '../simulation.ts'
import { codeOf } from './codes.ts'
import { TransactionalClient } from './transactional.ts'
import type { Workload } from './workload.ts'

type TransactionsPlan = Extract<WorkloadPlan, { kind: 'transactions' }>

/** Producers that write in transactions, some of which they abort; whoever is fenced begins anew under the same id. */
export class TransactionsWorkload implements Workload {
  readonly name = 'transactions'
  readonly #simulation: Simulation
  readonly #plan: TransactionsPlan
  readonly #topics: readonly string[]
  readonly #dice: SeededRandom
  readonly #running: Promise<void>[] = []
  #isStopping = false

  constructor(simulation: Simulation, plan: TransactionsPlan, topics: readonly string[]) {
    this.#simulation = simulation
    this.#plan = plan
    this.#topics = topics
    this.#dice = simulation.world.random.fork('transactions workload')
  }

  start(): void {
    for (let i = 0; i < this.#plan.producers; i++) this.#running.push(this.#run(`transactional-${i}`))
  }

  async finish(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#running)
  }

  isDrained(): boolean {
    return this.#simulation.transactions.open.length === 0
  }

  lack(): string {
    return `transactions: open are those of ${this.#simulation.transactions.open.join()}`
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #run(transactionalId: string): Promise<void> {
    const { world } = this.#simulation
    while (!this.#isStopping) {
      const client = new TransactionalClient(this.#simulation, transactionalId, { timeoutMs: this.#dice.nextInt(4) === 0 ? 1_000 : 20_000 })
      const life = this.#live(client).catch((error: unknown) => {
        world.note(`${transactionalId} fails`, codeOf(error), String(error))
        world.sometimes(`transactional producer failed: ${codeOf(error)}`)
      })
      const ended = life
        .then(() => client.producer.close({ timeoutMs: 3_000 }))
        .catch((error: unknown) => world.note('close', codeOf(error)))
      // It may die while it closes, too.
      await Promise.race([ended, this.#untilDead(client)])
      if (!this.#isStopping) await this.#simulation.delay(20 + this.#dice.nextInt(300))
    }
    // The last one ends what a dead predecessor has left open.
    const last = new TransactionalClient(this.#simulation, transactionalId, { timeoutMs: 20_000 })
    await last.producer
      .initTransactions({ timeoutMs: 60_000 })
      .catch((error: unknown) => world.violate('stuck', `${transactionalId} can't begin after all is well: ${String(error)}`))
    await last.producer.close().catch((error: unknown) => world.note('close', codeOf(error)))
  }

  async #untilDead(client: TransactionalClient): Promise<void> {
    while (client.process.isAlive) {
      await this.#simulation.delay(100)
      // A living one ends by itself.
      if (this.#isStopping && client.process.isAlive) await new Promise(() => undefined)
    }
  }

  async #live(client: TransactionalClient): Promise<void> {
    await client.producer.initTransactions()
    while (!this.#isStopping && client.process.isAlive) {
      const story = client.begin()
      try {
        for (let i = this.#dice.nextInt(this.#plan.records + 1); i > 0; i--) {
          const topic = this.#topics[this.#dice.nextInt(this.#topics.length)]
          if (topic !== undefined) client.enqueue(story, topic)
          if (this.#dice.nextInt(4) === 0) await this.#simulation.delay(this.#dice.nextInt(20))
        }
        if (this.#dice.nextInt(5) === 0) await client.producer.flush()
        if (this.#dice.nextFloat() < this.#plan.abortRate) await this.#abort(client, story)
        else await this.#commit(client, story)
      } catch (error) {
        this.#simulation.world.note('transaction fails', client.transactionalId, codeOf(error), String(error))
        this.#simulation.world.sometimes(`transaction failed: ${codeOf(error)}`)
        if (isFatal(error)) throw error
        await this.#abort(client, story)
      }
      if (this.#plan.everyMs > 0) await this.#simulation.delay(this.#dice.nextInt(2 * this.#plan.everyMs))
    }
  }

  async #commit(client: TransactionalClient, story: TransactionStory): Promise<void> {
    for (;;) {
      try {
        await client.producer.commitTransaction()
        break
      } catch (error) {
        // The outcome is unknown: the same again, and nothing else.
        if (codeOf(error) !== 'REQUEST_TIMED_OUT' || !client.process.isAlive || isFatal(error) || isAbortable(error)) throw error
        this.#simulation.world.sometimes('asked to commit again')
      }
    }
    if (client.process.isAlive) this.#simulation.transactionChecker.committed(story)
  }

  async #abort(client: TransactionalClient, story: TransactionStory): Promise<void> {
    for (;;) {
      try {
        await client.producer.abortTransaction()
        break
      } catch (error) {
        if (codeOf(error) !== 'REQUEST_TIMED_OUT' || !client.process.isAlive || isFatal(error)) throw error
        this.#simulation.world.sometimes('asked to abort again')
      }
    }
    if (client.process.isAlive) this.#simulation.transactionChecker.aborted(story)
  }
}

export function isFatal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'fatal' in error && error.fatal === true
}

export function isAbortable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'abortable' in error && error.abortable === true
}

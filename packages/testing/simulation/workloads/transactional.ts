import { Kafka } from '@odradek/client'
import type { TransactionalProducer } from '@odradek/client'
import type { SeededRandom } from '@odradek/common/random'
import type { Sent } from '../checker/ledger.ts'
import { writePayload } from '../checker/payload.ts'
import type { TransactionStory } from '../checker/transaction-checker.ts'
import type { Simulation } from '../simulation.ts'
import type { ClientProcess } from '../world/client-process.ts'
import { codeOf } from './codes.ts'
import { raw } from './raw-topic.ts'
import { quick } from './settings.ts'

/** A transactional producer in a process, and what it has been told. */
export class TransactionalClient {
  readonly process: ClientProcess
  readonly producer: TransactionalProducer
  readonly number: number
  readonly transactionalId: string
  readonly #simulation: Simulation
  readonly #dice: SeededRandom

  constructor(simulation: Simulation, transactionalId: string, options: { readonly process?: ClientProcess; readonly timeoutMs: number }) {
    this.#simulation = simulation
    this.transactionalId = transactionalId
    this.number = simulation.nextProducer()
    this.process = options.process ?? simulation.process(transactionalId)
    this.#dice = simulation.world.random.fork(`transactional/${this.number}`)
    const kafka = new Kafka({ ...quick(simulation), clientId: `${transactionalId}-${this.number}` }, this.process.environment)
    this.producer = kafka.producer({
      transactionalId,
      transactionTimeoutMs: options.timeoutMs,
      deliveryTimeoutMs: simulation.world.plan.requestTimeoutMs + 3_000,
      lingerMs: this.#dice.nextInt(2) === 0 ? 0 : 5,
      batchSize: this.#dice.nextInt(2) === 0 ? 300 : 16_384,
      maxBlockMs: [700, 3_000, 8_000][this.#dice.nextInt(3)] ?? 8_000,
    })
  }

  get dice(): SeededRandom {
    return this.#dice
  }

  begin(): TransactionStory {
    this.producer.beginTransaction()
    return this.#simulation.transactionChecker.begin(this.transactionalId)
  }

  /** Puts a record into the transaction; `source` where it is a copy. */
  enqueue(story: TransactionStory, topic: string, source = 0, enqueue = this.producer.enqueue.bind(this.producer)): void {
    const { ledger, log, cluster } = this.#simulation
    const number = log.numberOf(topic)
    const partition = this.#dice.nextInt(cluster.topics.get(topic)?.partitions.length ?? 1)
    const sent = ledger.send({
      producer: this.number,
      topic: number,
      partition,
      isIdempotent: true,
      acks: 'all',
      source,
      isHeard: () => this.process.isAlive,
    })
    story.sent.push(sent)
    this.#simulation.world.note('write', this.transactionalId, sent.value, topic, partition, source)
    const value = writePayload({ value: sent.value, topic: number, partition, source }, 28 + this.#dice.nextInt(60))
    try {
      enqueue(raw(topic), { key: null, value, partition }, (error: Error | undefined, at: number, offset: number) =>
        this.#settled(sent, topic, error, at, offset),
      )
    } catch (error) {
      ledger.failedWith(sent, codeOf(error))
      throw error
    }
  }

  #settled(sent: Sent, topic: string, error: Error | undefined, partition: number, offset: number): void {
    if (!this.process.isAlive) return
    if (error === undefined)
      this.#simulation.log.acknowledged(sent, this.#simulation.cluster.topics.get(topic)?.partitions[partition], offset)
    else this.#simulation.ledger.failedWith(sent, codeOf(error))
  }
}

import { Buffer } from 'node:buffer'
import { Kafka } from '@odradek/client'
import type { Producer } from '@odradek/client'
import { raw } from './raw-topic.ts'
import type { SeededRandom } from '@odradek/common/random'
import { writePayload } from '../checker/payload.ts'
import type { Sent } from '../checker/ledger.ts'
import type { WorkloadPlan } from '../plan.ts'
import type { Simulation } from '../simulation.ts'
import type { ClientProcess } from '../world/client-process.ts'
import { codeOf } from './codes.ts'
import type { Workload } from './workload.ts'

type ProducePlan = Extract<WorkloadPlan, { kind: 'produce' }>

/** One producer that sends numbered records to a topic, in one of the ways in which that can be done. */
export class ProduceWorkload implements Workload {
  readonly name = 'produce'
  readonly #simulation: Simulation
  readonly #plan: ProducePlan
  readonly #topic: string
  readonly #dice: SeededRandom
  readonly #process: ClientProcess
  readonly #producer: Producer
  readonly #number: number
  /** The size of the default is not given, so that batches may grow beyond it; a slow network could not carry so much. */
  readonly #mayGrow: boolean
  #isStopping = false
  #sending: Promise<void> = Promise.resolve()

  constructor(simulation: Simulation, plan: ProducePlan, topic: string) {
    this.#simulation = simulation
    this.#plan = plan
    this.#topic = topic
    this.#number = simulation.nextProducer()
    this.#dice = simulation.world.random.fork(`produce/${this.#number}`)
    this.#process = simulation.process('producer')
    this.#mayGrow = plan.batchSize === 16_384 && simulation.world.plan.bytesPerMs >= 2_000
    const kafka = new Kafka(
      { bootstrapServers: simulation.cluster.bootstrapServers, clientId: `producer-${this.#number}` },
      this.#process.environment,
    )
    this.#producer = kafka.producer({
      acks: plan.acks === 'all' ? 'all' : 1,
      enableIdempotence: plan.idempotent,
      maxInFlightRequestsPerConnection: plan.inFlight,
      ...(plan.lingerMs < 0 ? {} : { lingerMs: plan.lingerMs }),
      ...(this.#mayGrow ? {} : { batchSize: plan.batchSize }),
      bufferMemory: plan.bufferMemory,
      deliveryTimeoutMs: plan.deliveryTimeoutMs + Math.max(0, plan.lingerMs),
      requestTimeoutMs: simulation.world.plan.requestTimeoutMs,
      compressionType: plan.codec,
      maxBlockMs: 5_000,
      retryBackoffMs: 20,
      retryBackoffMaxMs: 300,
      reconnectBackoffMs: 20,
      reconnectBackoffMaxMs: 300,
      socketConnectionSetupTimeoutMs: 1_000,
      socketConnectionSetupTimeoutMaxMs: 2_000,
    })
  }

  start(): void {
    this.#sending = this.#send()
  }

  async finish(): Promise<void> {
    this.#isStopping = true
    await this.#sending
    await this.#producer.flush().catch((error: unknown) => this.#simulation.world.note('flush', codeOf(error)))
  }

  isDrained(): boolean {
    return true
  }

  lack(): string {
    return ''
  }

  async close(): Promise<void> {
    await this.#producer.close().catch((error: unknown) => this.#simulation.world.note('close', codeOf(error)))
  }

  async #send(): Promise<void> {
    const { records, everyMs, style } = this.#plan
    for (let i = 0; i < records && !this.#isStopping; i++) {
      if (style === 'send') await this.#sendOne()
      else if (style === 'enqueue') await this.#enqueue()
      else await this.#sendSome()
      if (everyMs > 0) await this.#simulation.delay(2 * everyMs * this.#dice.nextFloat())
      if (this.#dice.nextInt(80) === 0) await this.#producer.flush().catch(() => undefined)
    }
  }

  #next(): { readonly sent: Sent; readonly record: { key: Buffer | null; value: Buffer; partition?: number } } {
    const { log, ledger, cluster } = this.#simulation
    const topic = log.numberOf(this.#topic)
    const partitions = cluster.topics.get(this.#topic)?.partitions.length ?? 1
    const partition = this.#plan.keyed === 'partition' ? this.#dice.nextInt(partitions) : -1
    const sent = ledger.send({
      producer: this.#number,
      topic,
      partition,
      isIdempotent: this.#plan.idempotent,
      acks: this.#plan.acks,
      source: 0,
      isHeard: () => this.#process.isAlive,
    })
    const [every, largest] = this.#mayGrow ? [3, 4_000] : [20, 600]
    const size = this.#dice.nextInt(every) === 0 ? largest : 28 + this.#dice.nextInt(60)
    const key = this.#plan.keyed === 'key' ? Buffer.from(`key-${this.#dice.nextInt(12)}`) : null
    const value = writePayload({ value: sent.value, topic, partition, source: 0 }, size)
    return { sent, record: { key, value, ...(partition < 0 ? {} : { partition }) } }
  }

  async #sendOne(): Promise<void> {
    const { sent, record } = this.#next()
    const delivery = this.#producer.send(raw(this.#topic), record)
    const settled = delivery.then(
      ({ partition, offset }) => this.#acknowledged(sent, partition, offset),
      (error: unknown) => this.#simulation.ledger.failedWith(sent, codeOf(error)),
    )
    // What a record was made of is the application's again as soon as `send` has returned.
    record.value.fill(0xaa)
    if (this.#dice.nextInt(4) === 0) await settled
  }

  async #enqueue(): Promise<void> {
    const { sent, record } = this.#next()
    let hasRoom = true
    try {
      hasRoom = this.#producer.enqueue(raw(this.#topic), record, (error, partition, offset) => {
        if (error === undefined) this.#acknowledged(sent, partition, offset)
        else this.#simulation.ledger.failedWith(sent, codeOf(error))
      })
    } catch (error) {
      this.#simulation.ledger.failedWith(sent, codeOf(error))
    }
    record.value.fill(0xbb)
    if (!hasRoom) {
      this.#simulation.world.sometimes('a producer was out of memory')
      await this.#producer.ready().catch(() => undefined)
    }
  }

  async #sendSome(): Promise<void> {
    const some = Array.from({ length: 1 + this.#dice.nextInt(8) }, () => this.#next())
    await this.#producer
      .sendAll(
        raw(this.#topic),
        some.map(({ record }) => record),
      )
      .then(
        () => {
          for (const { sent } of some) this.#acknowledged(sent, -1, -1)
        },
        (error: unknown) => {
          for (const { sent } of some) this.#simulation.ledger.failedWith(sent, `sendAll ${codeOf(error)}`)
        },
      )
  }

  #acknowledged(sent: Sent, partition: number, offset: number): void {
    const found = this.#simulation.cluster.topics.get(this.#topic)?.partitions[partition]
    this.#simulation.log.acknowledged(sent, found, offset)
  }
}

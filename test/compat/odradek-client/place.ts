import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka } from '@odradek/client'
import type {
  Admin,
  Consumer,
  ConsumerOptions,
  Environment,
  NewTopic,
  Producer,
  ProducerOptions,
  Topic,
  TransactionalProducer,
} from '@odradek/client'
import { CreateTopics } from '@odradek/protocol/messages'
import type { BrokerAbilities, Need } from './broker-abilities.ts'
import type { ApacheBrokers } from './apache-brokers.ts'

const run = randomBytes(3).toString('hex')
let names = 0

/** Warnings are part of what a scenario may look at, and not of what a run prints. */
export class HeardLogger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: unknown }[] = []
  readonly debug = (): undefined => undefined
  readonly info = (message: string, fields?: unknown): void => this.#hear('info', message, fields)
  readonly warn = (message: string, fields?: unknown): void => this.#hear('warn', message, fields)
  readonly error = (message: string, fields?: unknown): void => this.#hear('error', message, fields)

  #hear(level: string, message: string, fields: unknown): void {
    this.lines.push({ level, message, fields })
  }
}

/** Where one scenario happens: a broker, names that are nobody else's, and clients that are closed behind it. */
export class Place implements AsyncDisposable {
  readonly bootstrap: string
  readonly broker: BrokerAbilities
  /** Where a run has started several, to kill and revive. */
  readonly brokers: ApacheBrokers | undefined
  readonly logger = new HeardLogger()
  /** Aborted when the scenario has taken too long. */
  readonly signal: AbortSignal
  readonly #made: Kafka[] = []
  readonly #topics: string[] = []
  readonly #lacking = new Set<string>()
  #kafka: Kafka | undefined

  constructor(options: {
    readonly bootstrap: string
    readonly broker: BrokerAbilities
    readonly signal: AbortSignal
    readonly brokers?: ApacheBrokers | undefined
  }) {
    this.bootstrap = options.bootstrap
    this.broker = options.broker
    this.signal = options.signal
    this.brokers = options.brokers
  }

  /** A name that nobody else has, nor had in an earlier run. */
  name(word: string): string {
    return `odradek-${run}-${++names}-${word}`
  }

  /** The client that most scenarios share among their producers and consumers. */
  get kafka(): Kafka {
    return (this.#kafka ??= this.client())
  }

  /** Another client, with its own options, or its own environment. */
  client(options: Readonly<Record<string, unknown>> = {}, environment: Partial<Environment> = {}): Kafka {
    const kafka = new Kafka({ bootstrapServers: this.bootstrap, ...options }, { logger: this.logger, ...environment })
    this.#made.push(kafka)
    return kafka
  }

  producer(options: ProducerOptions = {}): Producer {
    return this.kafka.producer(options)
  }

  transactional(word = 'transactional', options: ProducerOptions = {}): TransactionalProducer {
    return this.kafka.producer({ ...options, transactionalId: this.name(word) })
  }

  admin(): Admin {
    return this.kafka.admin()
  }

  /** A consumer that begins at the beginning. */
  consumer<const T extends Topic = Topic<string, Uint8Array | null, Uint8Array | null>>(
    options: ConsumerOptions & { readonly topics?: readonly T[] } = {},
    kafka = this.kafka,
  ): Consumer<T> {
    return kafka.consumer<T>({ autoOffsetReset: 'earliest', ...options })
  }

  /** A member of a classic group that notices quickly who comes and goes. */
  member<const T extends Topic = Topic<string, Uint8Array | null, Uint8Array | null>>(
    groupId: string,
    options: ConsumerOptions & { readonly topics?: readonly T[] } = {},
    kafka = this.kafka,
  ): Consumer<T> {
    return this.consumer<T>({ groupId, groupProtocol: 'classic', sessionTimeoutMs: 6000, heartbeatIntervalMs: 200, ...options }, kafka)
  }

  /** A new topic; deleted when the scenario is over. */
  async topic(word: string, partitions = 1, more: Omit<NewTopic, 'name' | 'partitions'> = {}): Promise<string> {
    const name = this.name(word)
    await using admin = this.kafka.admin()
    await admin.createTopics([this.newTopic(name, partitions, more)])
    this.#topics.push(name)
    // A broker hears a moment later of what the controller has made; scenarios about that make their topics themselves.
    while (!this.signal.aborted && !(await admin.listTopics()).has(name)) await sleep(10)
    return name
  }

  /** A topic to be made, with the broker's replication factor where it has one to give (from 2.4 on). */
  newTopic(name: string, partitions = 1, more: Omit<NewTopic, 'name' | 'partitions'> = {}): NewTopic {
    const replicationFactor = this.broker.announces(CreateTopics.key, 4) ? undefined : 1
    return { name, partitions, replicationFactor, ...more }
  }

  /**
   * Part of a scenario that not every broker is able to take part in: where it is not, the client has to say so with UNSUPPORTED_VERSION.
   * The run tells which parts those were.
   */
  async where(need: Need, work: () => Promise<unknown>): Promise<void> {
    const lacking = this.broker.lacking([need])
    if (lacking === undefined) {
      await work()
      return
    }
    this.#lacking.add(lacking)
    await assert.rejects(work, { code: 'UNSUPPORTED_VERSION' }, need)
  }

  /** Whether the broker is able to; that it is not is told by the run. */
  has(need: Need): boolean {
    const lacking = this.broker.lacking([need])
    if (lacking !== undefined) this.#lacking.add(lacking)
    return lacking === undefined
  }

  /** What the broker was not able to, of what was asked so far. */
  get lacking(): readonly string[] {
    return [...this.#lacking]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#topics.length > 0) {
      await using admin = this.kafka.admin()
      await admin.deleteTopics(this.#topics, { timeoutMs: 5000 }).settled()
    }
    for (const kafka of this.#made) await kafka.close()
  }
}

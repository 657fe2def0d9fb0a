import type { Admin } from './admin/admin.ts'
import { createAdmin } from './admin/create-admin.ts'
import { connectCluster } from './cluster/connected-cluster.ts'
import type { Cluster } from './cluster/cluster.ts'
import { mechanismOf } from './cluster/credentials.ts'
import { checkShared, resolveAdmin, resolveConsumer, resolveProducer } from './config/index.ts'
import type { AdminOptions, ClientOptions, CommonSettings, ConsumerOptions, ProducerOptions, Remarks } from './config/index.ts'
import type { Consumer } from './consumer/consumer.ts'
import { createConsumer } from './consumer/create-consumer.ts'
import type { Environment } from './environment.ts'
import { ClientError } from './errors/client-error.ts'
import { ConfigError } from './errors/config-error.ts'
import { tlsSource } from './files/tls-source.ts'
import { ClientMetrics } from './metrics/client-metrics.ts'
import { ConnectionMetrics } from './metrics/connection-metrics.ts'
import type { ClientParts } from './parts.ts'
import { createProducer } from './producer/create-producer.ts'
import type { Producer, TransactionalProducer } from './producer/producer.ts'
import { TelemetryReporter } from './telemetry/telemetry-reporter.ts'
import { systemEnvironment } from './system-environment.ts'
import { checkTopicName } from './topic.ts'
import type { RawTopic, Topic, TopicOf } from './topic.ts'

/** Whatever a `Kafka` makes. */
interface Closable {
  close(): Promise<void>
}

/** What there is beside the settings that all clients have. */
interface Connecting {
  readonly apiTimeoutMs: number
  readonly allowAutoTopicCreation: boolean
  readonly metrics: ConnectionMetrics
  readonly asksControllers?: boolean
  beforeClose(): Promise<void>
  onClosed(): void
}

/**
 * Options that producers, consumers and admins of one cluster share, and the place where they are made.
 *
 * Nothing is opened by the constructor, nor by making a client: the first call connects. Each client has its own connections, buffers and `client.id`.
 *
 * ```ts
 * const kafka = new Kafka({ bootstrapServers: 'localhost:9092', clientId: 'shop' })
 * await using producer = kafka.producer({ compressionType: 'zstd' })
 * ```
 */
export class Kafka implements AsyncDisposable {
  readonly #options: ClientOptions
  readonly #environment: Environment
  readonly #remarks: Remarks
  readonly #made = new Set<Closable>()
  readonly #numbers = { producer: 0, consumer: 0, admin: 0 }
  #isClosed = false

  /**
   * `environment`: clock, timers, dice, sockets and logger, where they should be others than the system's: `{ logger: console }`.
   * Throws `ConfigError` for a setting that is unknown, missing or of a wrong type.
   */
  constructor(options: ClientOptions, environment: Partial<Environment> = {}) {
    if (typeof options !== 'object' || options === null) {
      throw new ConfigError("new Kafka() needs its options: new Kafka({ bootstrapServers: 'localhost:9092' }).")
    }
    this.#options = options
    this.#environment = { ...systemEnvironment(), ...environment }
    this.#remarks = remarksTo(this.#environment)
    checkShared(options, this.#remarks)
  }

  /**
   * A producer; with `transactionalId` one that has transactions. Throws `ConfigError`, and ODRADEK_CLOSED after `close()`.
   */
  producer(options: ProducerOptions & { readonly transactionalId: string }): TransactionalProducer
  producer(options?: ProducerOptions): Producer
  producer(options: ProducerOptions = {}): Producer | TransactionalProducer {
    this.#checkOpen()
    checkOptions('producer', options)
    const settings = resolveProducer(this.#options, options, ++this.#numbers.producer, this.#remarks)
    return this.#make('producer', settings, { apiTimeoutMs: settings.maxBlockMs, allowAutoTopicCreation: true }, createProducer)
  }

  /**
   * A consumer, subscribed to `topics` where they are given, as names or as what `topic()` gives. What it reads has the types of its topics; of topics
   * without, bytes. Types come from here: `subscribe()` takes no topics of other types later.
   * Throws `ConfigError`, and ODRADEK_CLOSED after `close()`.
   */
  consumer<const T extends Topic = RawTopic>(options?: ConsumerOptions & { readonly topics?: readonly T[] | undefined }): Consumer<T>
  consumer<const T extends Topic | string>(options: ConsumerOptions & { readonly topics: readonly T[] }): Consumer<TopicOf<T>>
  consumer(options: ConsumerOptions & { readonly topics?: readonly (Topic | string)[] | undefined } = {}): Consumer<Topic> {
    this.#checkOpen()
    checkOptions('consumer', options)
    const topics = checkTopics(options.topics)
    const settings = resolveConsumer(this.#options, options, ++this.#numbers.consumer, this.#remarks)
    const connecting = { apiTimeoutMs: settings.defaultApiTimeoutMs, allowAutoTopicCreation: settings.allowAutoCreateTopics }
    return this.#make('consumer', settings, connecting, (parts) => createConsumer<Topic>({ ...parts, topics }))
  }

  /** An admin. Throws `ConfigError`, and ODRADEK_CLOSED after `close()`. */
  admin(options: AdminOptions = {}): Admin {
    this.#checkOpen()
    checkOptions('admin', options)
    const settings = resolveAdmin(this.#options, options, ++this.#numbers.admin, this.#remarks)
    const { bootstrapServers, bootstrapControllers, defaultApiTimeoutMs } = settings
    const asksControllers = bootstrapControllers.length > 0
    const connecting = { apiTimeoutMs: defaultApiTimeoutMs, allowAutoTopicCreation: false, asksControllers }
    return this.#make(
      'admin-client',
      { ...settings, bootstrapServers: asksControllers ? bootstrapControllers : bootstrapServers },
      connecting,
      createAdmin,
    )
  }

  /** Closes everything that was made here and is still open, at once. Rejects with the first failure, after all have closed. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true
    const outcomes = await Promise.allSettled([...this.#made].map((client) => client.close()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #make<Settings extends CommonSettings & { readonly enableMetricsPush: boolean }, Client extends Closable>(
    kind: 'producer' | 'consumer' | 'admin-client',
    settings: Settings,
    connecting: Omit<Connecting, 'metrics' | 'beforeClose' | 'onClosed'>,
    create: (parts: ClientParts<Settings>) => Client,
  ): Client {
    const environment = this.#environment
    const metrics = new ClientMetrics(environment.clock, settings.clientId)
    const cluster = clusterOf(
      settings,
      {
        ...connecting,
        metrics: new ConnectionMetrics(metrics, kind),
        beforeClose: () => telemetry?.close() ?? Promise.resolve(),
        onClosed: () => this.#made.delete(client),
      },
      environment,
    )
    const telemetry = settings.enableMetricsPush ? new TelemetryReporter(cluster, environment, metrics.view()) : undefined
    const client: Client = create({ settings, cluster, environment, metrics })
    this.#made.add(client)
    return client
  }

  #checkOpen(): void {
    if (!this.#isClosed) return
    throw new ClientError('ODRADEK_CLOSED', 'This Kafka is closed, and all that it made', { hint: 'Make a new one.' })
  }
}

function clusterOf(settings: CommonSettings, connecting: Connecting, environment: Environment): Cluster {
  return connectCluster({
    environment,
    settings,
    clientId: settings.clientId,
    tls: tlsSource(settings),
    sasl: settings.sasl === undefined ? undefined : mechanismOf(settings.sasl, settings, environment),
    ...connecting,
  })
}

/** The same is said once, however many clients are made. */
function remarksTo({ logger }: Environment): Remarks {
  const said = new Set<string>()
  const once =
    (say: (message: string) => void): ((message: string) => void) =>
    (message) => {
      if (said.has(message)) return
      said.add(message)
      say(message)
    }
  return { info: once((message) => logger.info(message)), warn: once((message) => logger.warn(message)) }
}

function checkOptions(kind: 'producer' | 'consumer' | 'admin', options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  const what = options === null ? 'null' : Array.isArray(options) ? 'an array' : `of type ${typeof options}`
  throw new ConfigError(
    `kafka.${kind}() takes an object with settings, as kafka.${kind}({ clientId: 'shop' }), or nothing; what it was given is ${what}.`,
  )
}

function checkTopics(topics: readonly (Topic | string)[] | undefined): readonly (Topic | string)[] {
  if (topics === undefined) return []
  const isTopic = (value: unknown): boolean =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && 'name' in value && 'key' in value && 'value' in value)
  if (Array.isArray(topics) && topics.every(isTopic)) {
    for (const topic of topics) checkTopicName(typeof topic === 'string' ? topic : topic.name)
    return topics
  }
  throw new ConfigError("topics must be a list of names, or of what topic() gives, as in topics: ['orders', topic('audit')].", {
    settings: ['topics'],
  })
}

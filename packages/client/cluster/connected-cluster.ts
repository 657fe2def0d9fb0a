import assert from 'node:assert/strict'
import type { SaslMechanism } from '@odradek/network/sasl'
import { KafkaError } from '@odradek/protocol'
import { DescribeCluster, FindCoordinator, Metadata } from '@odradek/protocol/messages'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { Environment } from '../environment.ts'
import type { ConnectionMetrics } from '../metrics/index.ts'
import { metadataChannel } from '../tracing/channels.ts'
import type { MetadataMessage } from '../tracing/channels.ts'
import type { Waiting } from '../waiting.ts'
import { controllersAsMetadata, controllersQuestion } from './ask-controllers.ts'
import { Bootstrap } from './bootstrap.ts'
import { Call } from './call.ts'
import { closedError } from './closed-error.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import type { CallOptions, Cluster, CoordinatorKind, Lane, LearntLeader } from './cluster.ts'
import type { Traffic } from './connection.ts'
import { coordinatorOf, coordinatorQuestion, Coordinators } from './coordinators.ts'
import { ExponentialBackoff } from './exponential-backoff.ts'
import type { Introduction } from './handshake.ts'
import { Holder } from './holder.ts'
import { Links } from './links.ts'
import { bootstrapMetadata, mergeMetadata, withLeader } from './merge-metadata.ts'
import type { BrokerNode, ClusterMetadata, TopicMetadata } from './metadata.ts'
import { isHopeless, Opener } from './opener.ts'
import type { TlsSource } from './opener.ts'
import { Patience } from './patience.ts'
import { Refresher } from './refresher.ts'
import type { AskedMetadata } from './refresher.ts'

export interface ClusterOptions {
  readonly environment: Environment
  readonly settings: ClusterSettings
  readonly clientId: string
  /** How to encrypt. By default what `settings` say; plain text if they say nothing. */
  readonly tls?: TlsSource | undefined
  /** How to authenticate; `mechanismOf(settings.sasl, …)`. Must be there when `settings.securityProtocol` is one of SASL. */
  readonly sasl?: SaslMechanism | undefined
  /** How long calls without `timeoutMs` wait that may need several attempts: `default.api.timeout.ms`, `max.block.ms`. */
  readonly apiTimeoutMs?: number | undefined
  /** Whether those at the bootstrap addresses are controllers, and so all there are to talk to (KIP-919). */
  readonly asksControllers?: boolean | undefined
  /** Whether brokers may create topics that are asked for and not there. */
  readonly allowAutoTopicCreation?: boolean | undefined
  readonly metrics?: ConnectionMetrics | undefined
  /** Called once, before it closes; calls still go through. */
  readonly beforeClose?: (() => Promise<void>) | undefined
  /** Called once, when it has closed. */
  readonly onClosed?: (() => void) | undefined
}

/** The cluster behind `settings.bootstrapServers`. Nothing is opened before the first call. */
export function connectCluster(options: ClusterOptions): ConnectedCluster {
  return new ConnectedCluster(options)
}

export class ConnectedCluster implements Cluster {
  /** Bytes and requests so far, of all connections. */
  readonly traffic: Readonly<Traffic>
  readonly #options: ClusterOptions
  readonly #bootstrap: Bootstrap
  readonly #links: Links
  readonly #refresher: Refresher
  readonly #coordinators = new Coordinators()
  readonly #holder: Holder
  readonly #backoff: ExponentialBackoff
  readonly #observers = new Set<(metadata: ClusterMetadata) => void>()
  /** Of the calls that need more than one attempt. */
  readonly #waiting = new Set<Patience>()
  /** Brokers that answers named and metadata did not. */
  readonly #extraNodes = new Map<number, BrokerNode>()
  #metadata: ClusterMetadata
  #bootstrapNodes: ReadonlyMap<number, BrokerNode>
  #features: ReadonlyMap<string, number> = new Map()
  #featuresEpoch = -2
  #isControllerForgotten = false
  #isClosed = false
  #closing: Promise<void> | undefined

  constructor(options: ClusterOptions) {
    const { environment, settings, clientId, sasl } = options
    const { securityProtocol = 'PLAINTEXT' } = settings
    assert(sasl !== undefined || !securityProtocol.startsWith('SASL_'), 'a cluster with SASL needs a mechanism')
    const tls = options.tls ?? (securityProtocol.endsWith('SSL') ? (settings.tls ?? {}) : undefined)
    const traffic: Traffic = { sentBytes: 0, receivedBytes: 0, requests: 0, answers: 0, connections: 0 }
    this.traffic = traffic
    this.#options = options
    this.#holder = new Holder(environment)
    this.#bootstrap = new Bootstrap(
      settings.bootstrapServers,
      environment.dialler,
      settings.clientDnsLookup === 'resolve_canonical_bootstrap_servers_only',
    )
    this.#metadata = bootstrapMetadata(this.#bootstrap.servers)
    this.#bootstrapNodes = this.#metadata.brokers
    this.#backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random.fork('retries'))
    const opener = new Opener({
      environment,
      settings,
      clientId,
      tls,
      sasl,
      traffic,
      metrics: options.metrics,
      onIntroduced: (introduction) => this.#learnFeatures(introduction),
    })
    this.#links = new Links(
      {
        environment,
        settings,
        opener,
        backoff: new ExponentialBackoff(settings.reconnectBackoffMs, settings.reconnectBackoffMaxMs, environment.random.fork('reconnect')),
        // Whoever could not be reached may have moved.
        onLost: (error) => this.#refresher.requestRefresh(error),
      },
      environment.random.fork('brokers'),
      (broker) => this.#nodeOf(broker),
    )
    this.#refresher = new Refresher({
      environment,
      settings,
      metadata: () => this.#metadata,
      prepare: () => this.#prepare(),
      choose: () => this.#links.leastLoaded(this.#metadata.brokers.keys()),
      areAllLost: () => this.#links.areAllLost(this.#metadata.brokers.keys()),
      connect: (broker) => this.#links.get(broker).connect(),
      ask: (broker, topics) => this.#askMetadata(broker, topics),
      learn: (asked) => this.#learn(asked),
      rebootstrap: (why) => this.#rebootstrap(why),
    })
  }

  get metadata(): ClusterMetadata {
    return this.#metadata
  }

  call<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options: CallOptions = {},
  ): Promise<ReadOf<S>> {
    if (this.#isClosed) return Promise.reject(closedError())
    try {
      const link = this.#links.get(broker, options.lane)
      const { environment, settings } = this.#options
      const release = options.background === true ? undefined : this.#holder.hold()
      const nowMs = environment.clock.monotonic()
      const call = new Call(api, request, {
        deadlineMs: nowMs + (options.timeoutMs ?? settings.requestTimeoutMs),
        options,
        ...(release === undefined ? {} : { onSettled: release }),
      })
      link.submit(call, nowMs)
      return call.promise
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async versionFor(broker: number, api: Api, options: CallOptions = {}): Promise<number> {
    const link = this.#links.get(broker, options.lane)
    for (;;) {
      const version = link.pick(api, options)
      if (version !== undefined) return version
      await this.connect(broker, options)
    }
  }

  finalizedFeature(name: string): number {
    return this.#features.get(name) ?? 0
  }

  isReady(broker: number, lane: Lane = 'main'): boolean {
    return this.#links.find(broker, lane)?.isReady === true
  }

  connect(broker: number, { lane, signal, timeoutMs }: Waiting & { readonly lane?: Lane | undefined } = {}): Promise<void> {
    return this.#patiently({ signal, timeoutMs }, this.#options.settings.requestTimeoutMs, `connecting to broker ${broker}`, (patience) =>
      patience.wait(this.#links.get(broker, lane).connect()),
    )
  }

  backoffMs(broker: number, lane: Lane = 'main'): number {
    return this.#links.find(broker, lane)?.backoffMs ?? 0
  }

  anyBroker(options: Waiting = {}): Promise<number> {
    return this.#patiently(options, this.#apiTimeoutMs, 'finding a broker that can be reached', (patience) => this.#anyBroker(patience))
  }

  controller(options: Waiting = {}): Promise<number> {
    return this.#patiently(options, this.#apiTimeoutMs, 'finding the controller', async (patience) => {
      for (let attempt = 0; ; attempt++) {
        const { controllerId, brokers } = this.#metadata
        if (controllerId >= 0 && brokers.has(controllerId) && !this.#isControllerForgotten) return controllerId
        if (attempt > 0) await patience.sleep(this.#backoff.afterMs(attempt))
        await patience.wait(this.#refresher.refresh())
      }
    })
  }

  forgetController(): void {
    this.#isControllerForgotten = true
    this.#refresher.requestRefresh()
  }

  coordinator(kind: CoordinatorKind, key: string, options: Waiting & Pick<CallOptions, 'background'> = {}): Promise<number> {
    const known = this.#coordinators.known(kind, key)
    if (known !== undefined && !this.#isClosed) return Promise.resolve(known)
    return this.#patiently(options, this.#apiTimeoutMs, `finding the coordinator of ${kind} ${key}`, async (patience) => {
      for (let failures = 1; ; failures++) {
        try {
          const broker = await this.#anyBroker(patience)
          return await patience.wait(this.#coordinators.lookUp(kind, key, () => this.#findCoordinator(broker, kind, key)))
        } catch (error) {
          if (!(error instanceof KafkaError) || !error.retriable || isHopeless(error) || patience.isOver) throw error
          patience.note(error)
        }
        await patience.sleep(this.#backoff.afterMs(failures))
      }
    })
  }

  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.#coordinators.forget(kind, key)
  }

  track(topics: ReadonlySet<string> | 'all'): void {
    if (!this.#isClosed) this.#refresher.track(topics)
  }

  alsoTrack(topic: string): void {
    if (!this.#isClosed) this.#refresher.alsoTrack(topic)
  }

  topic(name: string, options: Waiting = {}): Promise<TopicMetadata> {
    const known = this.#metadata.topics.get(name)
    if (known !== undefined && !this.#isClosed) return Promise.resolve(known)
    return this.#patiently(options, this.#apiTimeoutMs, `waiting for metadata of topic ${name}`, (patience) => this.#topic(name, patience))
  }

  refresh(options: Waiting = {}): Promise<ClusterMetadata> {
    return this.#patiently(options, this.#apiTimeoutMs, 'refreshing metadata', (patience) => patience.wait(this.#refresher.refresh()))
  }

  get lastFailure(): unknown {
    return this.#refresher.lastFailure
  }

  requestRefresh(): void {
    if (!this.#isClosed) this.#refresher.requestRefresh()
  }

  learnLeader(topic: string, partition: number, { leader, leaderEpoch, endpoint }: LearntLeader): void {
    const node =
      endpoint === undefined ? undefined : { id: leader, host: endpoint.host, port: endpoint.port, rack: endpoint.rack ?? undefined }
    const changed = withLeader(this.#metadata, { topic, partition, leader, leaderEpoch, node })
    if (changed !== undefined) this.#publish(changed)
  }

  observe(listener: (metadata: ClusterMetadata) => void): () => void {
    // Each call is an observer of its own, even with the same function.
    const observer = (metadata: ClusterMetadata): void => listener(metadata)
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await this.#options.beforeClose?.()
    this.#isClosed = true
    this.#refresher.close()
    this.#links.close()
    // Also whoever sleeps until the next attempt.
    for (const patience of this.#waiting) patience.giveUp(closedError())
    this.#observers.clear()
    this.#options.onClosed?.()
  }

  get #apiTimeoutMs(): number {
    return this.#options.apiTimeoutMs ?? 60_000
  }

  /** Runs what a caller waits for: within its time, with the process kept alive. */
  async #patiently<T>(
    options: Waiting & Pick<CallOptions, 'background'>,
    defaultMs: number,
    what: string,
    work: (patience: Patience) => Promise<T>,
  ): Promise<T> {
    if (this.#isClosed) throw closedError()
    const patience = new Patience(this.#options.environment, options, defaultMs, what, () => this.#refresher.lastFailure)
    const release = options.background === true ? undefined : this.#holder.hold()
    this.#waiting.add(patience)
    try {
      return await work(patience)
    } finally {
      this.#waiting.delete(patience)
      release?.()
    }
  }

  async #anyBroker(patience: Patience): Promise<number> {
    if (this.#metadata.revision === 0) await patience.wait(this.#prepare() ?? Promise.resolve())
    for (;;) {
      if (this.#isClosed) throw closedError()
      const broker = this.#links.leastLoaded(this.#metadata.brokers.keys())
      if (broker === undefined) {
        // Refreshing notices that nobody is left, and begins again with the bootstrap addresses.
        this.#refresher.requestRefresh()
        await patience.sleep(
          Math.max(1, Math.min(this.#links.soonestMs(this.#metadata.brokers.keys()), this.#options.settings.retryBackoffMs)),
        )
        continue
      }
      try {
        await patience.wait(this.#links.get(broker).connect())
        return broker
      } catch (error) {
        if (isHopeless(error) || patience.isOver || !(error instanceof KafkaError)) throw error
        patience.note(error)
      }
    }
  }

  async #topic(name: string, patience: Patience): Promise<TopicMetadata> {
    try {
      for (;;) {
        const known = this.#metadata.topics.get(name)
        if (known !== undefined) return known
        await patience.wait(this.#refresher.next(name))
        const error = this.#metadata.errors.get(name)
        if (error === undefined) continue
        const failure = new KafkaError(error, `${error}: topic ${name}.`, {
          hint: error === 'UNKNOWN_TOPIC_OR_PARTITION' ? 'Create the topic, or check its name.' : '',
        })
        if (error === 'TOPIC_AUTHORIZATION_FAILED' || error === 'INVALID_TOPIC_EXCEPTION') throw failure
        patience.note(failure)
      }
    } catch (error) {
      // That the time is over says less than what stands in the way.
      if (patience.isOver && error instanceof KafkaError && error.cause instanceof KafkaError && this.#metadata.errors.has(name)) {
        throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', error.message, { cause: error.cause, hint: error.cause.hint })
      }
      throw error
    }
  }

  async #findCoordinator(broker: number, kind: CoordinatorKind, key: string): Promise<number> {
    const minVersion = kind === 'transaction' ? 1 : 0
    const answer = await this.call(broker, FindCoordinator, (version) => coordinatorQuestion(kind, key, version), { minVersion })
    const node = coordinatorOf(answer, kind, key)
    if (!this.#metadata.brokers.has(node.id)) this.#extraNodes.set(node.id, node)
    return node.id
  }

  async #askMetadata(broker: number, topics: ReadonlySet<string> | undefined): Promise<Pick<AskedMetadata, 'answer' | 'version'>> {
    if (this.#options.asksControllers === true) {
      const answer = await this.call(broker, DescribeCluster, controllersQuestion, { minVersion: 1, background: true })
      return { answer: controllersAsMetadata(answer), version: Metadata.versions[1] }
    }
    let version = 0
    const request = (chosen: number): WriteOf<(typeof Metadata)['request']> => {
      version = chosen
      return {
        topics: topics === undefined ? null : [...topics].map((name) => ({ name })),
        ...(chosen >= 4 ? { allowAutoTopicCreation: this.#options.allowAutoTopicCreation ?? true } : {}),
      }
    }
    const answer = await this.call(broker, Metadata, request, { minVersion: 1, background: true })
    return { answer, version }
  }

  #learn({ answer, version, asked }: AskedMetadata): boolean {
    const { metadata, isIncomplete } = mergeMetadata(this.#metadata, {
      answer,
      version,
      asked,
      isTracked: (topic) => this.#refresher.isTracked(topic),
    })
    this.#isControllerForgotten = false
    for (const [bootstrap, { host, port }] of this.#metadata.brokers) {
      if (bootstrap >= 0) continue
      for (const node of metadata.brokers.values()) if (node.host === host && node.port === port) this.#links.adopt(bootstrap, node)
    }
    for (const id of this.#metadata.brokers.keys()) if (!metadata.brokers.has(id)) this.#options.metrics?.forgetNode(id)
    this.#options.metrics?.metadataCame(this.#options.environment.clock.monotonic())
    this.#publish(metadata)
    this.#links.dropIdleBootstrap()
    return isIncomplete
  }

  #learnFeatures({ finalizedFeaturesEpoch, finalizedFeatures }: Introduction): void {
    if (finalizedFeaturesEpoch < this.#featuresEpoch) return
    this.#featuresEpoch = finalizedFeaturesEpoch
    this.#features = finalizedFeatures
  }

  #publish(metadata: ClusterMetadata): void {
    this.#metadata = metadata
    if (metadataChannel.hasSubscribers) {
      const { revision, brokers, topics } = metadata
      const message: MetadataMessage = { clientId: this.#options.clientId, revision, brokers: brokers.size, topics: topics.size }
      metadataChannel.publish(message)
    }
    for (const observer of this.#observers) observer(metadata)
  }

  #nodeOf(broker: number): BrokerNode | undefined {
    return this.#metadata.brokers.get(broker) ?? this.#extraNodes.get(broker) ?? this.#bootstrapNodes.get(broker)
  }

  /** Canonical names have to be looked up before they can be connected to. */
  #prepare(): Promise<void> | undefined {
    if (!this.#bootstrap.needsLookUp || !this.#isAtBootstrap) return undefined
    return this.#bootstrap.lookUp().then(() => {
      if (this.#isAtBootstrap) this.#begin()
    })
  }

  get #isAtBootstrap(): boolean {
    for (const id of this.#metadata.brokers.keys()) if (id >= 0) return false
    return true
  }

  #begin(): void {
    const metadata = bootstrapMetadata(this.#bootstrap.servers, this.#metadata.revision === 0 ? 0 : this.#metadata.revision + 1)
    this.#bootstrapNodes = metadata.brokers
    this.#publish(metadata)
  }

  #rebootstrap(why: string): void {
    this.#options.environment.logger.warn(`Beginning again with bootstrap.servers: ${why}.`, { clientId: this.#options.clientId })
    this.#links.disconnectAll(
      new KafkaError('NETWORK_EXCEPTION', `All connections were closed to begin again with bootstrap.servers: ${why}.`),
    )
    this.#extraNodes.clear()
    this.#coordinators.clear()
    this.#begin()
  }
}

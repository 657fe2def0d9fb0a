import type { VirtualTime } from '@odradek/common/time'
import { errorCode, KafkaError } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { CallOptions, Cluster, LearntLeader } from '../../../cluster/cluster.ts'
import type { ClusterMetadata, TopicMetadata } from '../../../cluster/metadata.ts'
import type { Waiting } from '../../../waiting.ts'
import type { FakeCoordinator } from './fake-coordinator.ts'
import { topicIdOf } from './topic-id-of.ts'

/** A cluster of brokers 1 and 2 whose only use is to reach the coordinator of a story. */
export class FakeCluster implements Cluster {
  lastFailure: unknown = undefined
  readonly #time: VirtualTime
  readonly #coordinator: FakeCoordinator
  metadata: ClusterMetadata
  readonly tracked = new Set<string>()
  /** Highest version by name of API, as of an old broker. */
  versions: Record<string, number> = {}
  features: Record<string, number> = {}
  /** Topics that a refresh finds beside those known. */
  hidden: Record<string, number> = {}
  /** Names of topics that only a question by id brings up. */
  readonly byId = new Map<string, string>()
  #known: number | undefined
  #shown: Record<string, number> = {}
  readonly #observers = new Set<(metadata: ClusterMetadata) => void>()
  lookUps = 0

  constructor(time: VirtualTime, coordinator: FakeCoordinator) {
    this.#time = time
    this.#coordinator = coordinator
    this.metadata = metadataOf(0, {})
  }

  update(topics: Record<string, number>): void {
    this.#shown = topics
    this.metadata = metadataOf(this.metadata.revision + 1, topics)
    this.tell()
  }

  /** Everybody who observes hears of the metadata of now. */
  tell(): void {
    for (const observer of this.#observers) observer(this.metadata)
  }

  async call<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options: CallOptions = {},
  ): Promise<ReadOf<S>> {
    const version = this.#version(api, options)
    const body = typeof request === 'function' ? request(version) : request
    const asked = { broker, api: api.name, version, body, lane: options.lane ?? 'main' }
    const answer = api.name === 'Metadata' ? Promise.resolve(this.#named(body)) : this.#coordinator.ask(asked)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fakes answer in the shape of the API
    return (await within(this.#time, answer, options)) as ReadOf<S>
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as of the wire
  #named(body: any): unknown {
    return {
      topics: body.topics.map(({ topicId }: { topicId: string }) => {
        const name = this.byId.get(topicId) ?? null
        return { errorCode: name === null ? errorCode('UNKNOWN_TOPIC_ID') : 0, name, topicId }
      }),
    }
  }

  async versionFor(_broker: number, api: Api, options: CallOptions = {}): Promise<number> {
    return this.#version(api, options)
  }

  finalizedFeature(name: string): number {
    return this.features[name] ?? 0
  }

  isReady(): boolean {
    return true
  }

  async connect(): Promise<void> {}

  backoffMs(): number {
    return 0
  }

  async anyBroker(): Promise<number> {
    return 1
  }

  async controller(): Promise<number> {
    return 1
  }

  forgetController(): void {}

  async coordinator(_kind: string, _key: string, options: Waiting = {}): Promise<number> {
    if (this.#known !== undefined) return this.#known
    this.lookUps++
    this.#known = await within(this.#time, this.#coordinator.lookUp(), options)
    return this.#known
  }

  forgetCoordinator(): void {
    this.#known = undefined
  }

  track(topics: ReadonlySet<string> | 'all'): void {
    this.tracked.clear()
    if (topics !== 'all') for (const topic of topics) this.tracked.add(topic)
  }

  alsoTrack(topic: string): void {
    this.tracked.add(topic)
  }

  async topic(name: string): Promise<TopicMetadata> {
    const topic = this.metadata.topics.get(name)
    if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    return topic
  }

  async refresh(): Promise<ClusterMetadata> {
    this.update({ ...this.#shown, ...this.hidden })
    return this.metadata
  }

  requestRefresh(): void {}

  learnLeader(_topic: string, _partition: number, _leader: LearntLeader): void {}

  observe(listener: (metadata: ClusterMetadata) => void): () => void {
    this.#observers.add(listener)
    return () => void this.#observers.delete(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #version(api: Api, { maxVersion = 99, minVersion = 0 }: CallOptions): number {
    const version = Math.min(api.versions[1], maxVersion, this.versions[api.name] ?? 99)
    if (version < Math.max(api.versions[0], minVersion)) throw new KafkaError('UNSUPPORTED_VERSION')
    return version
  }
}

function within<T>(time: VirtualTime, promise: Promise<T>, { timeoutMs = 30_000, signal }: Waiting): Promise<T> {
  return new Promise((resolve, reject) => {
    const timed = time.after(timeoutMs, () => reject(new KafkaError('REQUEST_TIMED_OUT')))
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as the real one
    const abort = () => reject(signal?.reason)
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => {
      timed.cancel()
      signal?.removeEventListener('abort', abort)
    })
  })
}

function metadataOf(revision: number, partitions: Record<string, number>): ClusterMetadata {
  const topics = new Map(
    Object.entries(partitions).map(([name, count]) => [
      name,
      {
        name,
        topicId: topicIdOf(name),
        isInternal: false,
        partitions: Array.from({ length: count }, () => ({
          leader: 1,
          leaderEpoch: 0,
          replicas: [1, 2],
          inSyncReplicas: [1, 2],
          offlineReplicas: [],
        })),
      },
    ]),
  )
  return {
    revision,
    clusterId: 'story',
    controllerId: 1,
    brokers: new Map([1, 2].map((id) => [id, { id, host: `b${id}`, port: 9092, rack: undefined }])),
    topics,
    topicNames: new Map([...topics.values()].map(({ name, topicId }) => [topicId, name])),
    errors: new Map(),
  }
}

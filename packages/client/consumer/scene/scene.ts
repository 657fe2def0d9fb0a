import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { CallOptions, LearntLeader } from '../../cluster/cluster.ts'
import type { ClusterMetadata } from '../../cluster/metadata.ts'
import { resolveConsumer } from '../../config/index.ts'
import type { ConsumerOptions } from '../../config/index.ts'
import { ClientMetrics } from '../../metrics/index.ts'
import type { RawTopic, Topic } from '../../topic.ts'
import type { Consumer } from '../consumer.ts'
import { createConsumer } from '../create-consumer.ts'
import { FakeCluster } from '../membership/story/fake-cluster.ts'
import type { FakeCoordinator } from '../membership/story/fake-coordinator.ts'
import { Story } from '../membership/story/story.ts'
import { FakeLogs } from './fake-logs.ts'

/**
 * Consumers under virtual time: logs that are read, a coordinator that keeps groups and offsets.
 *
 * ```ts
 * const scene = new Scene({ orders: 2 })
 * scene.logs.append('orders-0', batchOf(['a', 'b']))
 * const consumer = scene.consumer({ groupId: 'g' })
 * ```
 */
export class Scene {
  readonly story: Story
  readonly logs: FakeLogs
  readonly clusters: SceneCluster[] = []
  #numbers = 0

  constructor(topics: Record<string, number>) {
    this.story = new Story(topics)
    this.logs = new FakeLogs(this.story.time)
  }

  get time(): Story['time'] {
    return this.story.time
  }

  /** What keeps the process alive. */
  get holds(): number {
    return this.story.holds
  }

  get committed(): Record<string, number> {
    return this.story.coordinator.offsets.all
  }

  consumer<const T extends Topic = RawTopic>(options: ConsumerOptions & { readonly topics?: readonly T[] } = {}): Consumer<T> {
    const { environment } = this.story
    const { topics = [], ...own } = options
    const settings = resolveConsumer({ bootstrapServers: 'scene:9092' }, own, ++this.#numbers, { info: () => {}, warn: () => {} })
    const cluster = new SceneCluster(this.story, this.logs)
    this.clusters.push(cluster)
    cluster.update(this.story.topics)
    return createConsumer<T>({ environment, settings, cluster, metrics: new ClientMetrics(environment.clock, settings.clientId), topics })
  }

  async pass(ms: number): Promise<void> {
    await this.time.advance(ms)
  }

  /** Lets time pass until it is settled, at most a minute. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const settled = new Set<unknown>()
    const end = () => void settled.add(promise)
    promise.then(end, end)
    for (let waited = 0; waited < 60_000 && settled.size === 0; waited += 10) await this.time.advance(10)
    if (settled.size === 0) throw new Error('nothing came of it within a minute')
    return promise
  }
}

const answered: ReadonlySet<string> = new Set(['Fetch', 'ListOffsets', 'OffsetForLeaderEpoch', 'Metadata'])

/** The cluster of a story, with logs. */
export class SceneCluster extends FakeCluster {
  readonly #logs: FakeLogs
  readonly learnt: (LearntLeader & { readonly topic: string; readonly partition: number })[] = []
  refreshes = 0
  isClosed = false
  readonly #told = new Set<(metadata: ClusterMetadata) => void>()
  /** Calls to this broker fail. */
  failing: { readonly broker: number; readonly error: Error } | undefined

  constructor(story: Story, logs: FakeLogs) {
    super(story.time, coordinatorOf(story))
    this.#logs = logs
  }

  override async call<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options: CallOptions = {},
  ): Promise<ReadOf<S>> {
    if (!answered.has(api.name)) return super.call(broker, api, request, options)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fakes answer in the shape of the API
    if (api.name === 'Metadata') return (await this.#namesOf(request)) as ReadOf<S>
    const version = await this.versionFor(broker, api, options)
    const body = typeof request === 'function' ? request(version) : request
    if (this.failing?.broker === broker) throw this.failing.error
    const answer =
      api.name === 'Fetch'
        ? this.#logs.fetch(broker, body, version)
        : api.name === 'ListOffsets'
          ? this.#logs.listOffsets(body)
          : this.#logs.offsetsForEpochs(body)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fakes answer in the shape of the API
    return (await answer) as ReadOf<S>
  }

  /** Topics by their ids, the hidden ones too. */
  async #namesOf(request: unknown): Promise<unknown> {
    await this.refresh()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as of the wire
    const { topics } = request as { topics: readonly { topicId: string }[] }
    return { topics: topics.map(({ topicId }) => ({ errorCode: 0, topicId, name: this.metadata.topicNames.get(topicId) ?? null })) }
  }

  override requestRefresh(): void {
    this.refreshes++
  }

  override learnLeader(topic: string, partition: number, leader: LearntLeader): void {
    this.learnt.push({ topic, partition, ...leader })
    this.lead(topic, partition, leader.leader, leader.leaderEpoch)
  }

  /** Somebody else leads a partition from now on, and everybody knows. */
  lead(topic: string, partition: number, leader: number, leaderEpoch: number, offlineReplicas: readonly number[] = []): void {
    const topics = new Map(this.metadata.topics)
    const known = topics.get(topic)!
    topics.set(topic, {
      ...known,
      partitions: known.partitions.map((old, at) => (at === partition ? { ...old, leader, leaderEpoch, offlineReplicas } : old)),
    })
    this.metadata = { ...this.metadata, revision: this.metadata.revision + 1, topics }
    for (const listener of this.#told) listener(this.metadata)
  }

  override observe(listener: (metadata: ClusterMetadata) => void): () => void {
    this.#told.add(listener)
    const end = super.observe(listener)
    return () => {
      this.#told.delete(listener)
      end()
    }
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true
  }
}

const coordinatorOf = (story: Story): FakeCoordinator => story.coordinator

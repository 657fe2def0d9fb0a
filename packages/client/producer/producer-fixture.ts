import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { errorCode, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { Produce } from '@odradek/protocol/messages'
import type { InitProducerId } from '@odradek/protocol/messages'
import * as records from '@odradek/protocol/records'
import type { Api, Fields, ReadOf, ResponseDraft, WriteOf } from '@odradek/protocol/schema'
import type { CallOptions, Cluster, CoordinatorKind, LearntLeader } from '../cluster/cluster.ts'
import type { ClusterMetadata, TopicMetadata } from '../cluster/metadata.ts'
import { resolveProducer } from '../config/index.ts'
import type { ProducerOptions } from '../config/index.ts'
import type { ClientLogger } from '../logger.ts'
import { ClientMetrics } from '../metrics/index.ts'
import type { Waiting } from '../waiting.ts'
import { createProducer } from './create-producer.ts'
import type { TransactionalProducer } from './producer.ts'

/** A record as it went over the wire. */
export interface SentRecord {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}

/** A batch as it went over the wire. */
export interface SentBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly SentRecord[]
  readonly values: readonly (string | null)[]
  readonly sequence: number
  readonly producerId: number
  readonly epoch: number
  readonly isTransactional: boolean
  readonly bytes: Buffer
}

/** A Produce request that nobody has answered yet. */
export interface SentRequest {
  readonly broker: number
  readonly version: number
  readonly acks: number
  readonly batches: readonly SentBatch[]
  readonly topicIds: readonly string[]
  /** The bytes as they lie in the producer's buffers: a broker reads them when it gets to them. */
  readonly live: readonly Buffer[]
  readonly noAnswer: boolean
  /** Each partition with its own code, or all with one; offsets count on from `baseOffset`. */
  answer(code?: ErrorName, more?: Partial<PartitionAnswer>): void
  answerEach(codes: readonly (ErrorName | Partial<PartitionAnswer>)[]): void
  fail(code: ErrorName): void
}

type PartitionAnswer = ResponseDraft<typeof Produce>['responses'][number]['partitionResponses'][number]

/** A call of any other API. */
export interface OtherCall {
  readonly broker: number
  readonly api: string
  readonly version: number
  readonly request: Readonly<Record<string, unknown>>
}

/** A cluster with no mind of its own: what it is asked waits until the test answers. */
export class FakeCluster implements Cluster {
  lastFailure: unknown = undefined
  metadata: ClusterMetadata
  readonly versions = new Map<string, number>()
  readonly features = new Map<string, number>()
  /** Produce requests without an answer, oldest first. */
  readonly produced: SentRequest[] = []
  /** All of them, ever. */
  readonly requests: SentRequest[] = []
  readonly otherCalls: OtherCall[] = []
  readonly learnt: (LearntLeader & { readonly topic: string; readonly partition: number })[] = []
  readonly unready = new Set<number>()
  readonly forgotten: string[] = []
  refreshes = 0
  isDisposed = false
  nextProducerId = 1000
  /** How other APIs are answered. Undefined: InitProducerId gets the next id, epoch 0; others no error. */
  onCall: (call: OtherCall) => object | Error | Promise<object> | undefined = () => undefined
  /** How Produce is answered, where a test does not answer each request itself. */
  onProduce: ((request: SentRequest) => void) | undefined
  onRefresh: () => void = () => undefined
  readonly #observers = new Set<(metadata: ClusterMetadata) => void>()
  readonly #topicWaiters: { readonly name: string; readonly resolve: (topic: TopicMetadata) => void }[] = []
  readonly #endOffsets = new Map<string, number>()

  constructor(topics: Readonly<Record<string, readonly number[]>>) {
    this.metadata = metadataOf(topics, 1)
  }

  /** New metadata: leaders by partition. */
  publish(topics: Readonly<Record<string, readonly number[]>>, epoch = this.metadata.revision + 1): void {
    this.metadata = metadataOf(topics, epoch)
    for (const observer of this.#observers) observer(this.metadata)
    for (const { name, resolve } of this.#topicWaiters) {
      const topic = this.metadata.topics.get(name)
      if (topic !== undefined) resolve(topic)
    }
  }

  async call<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    request: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options: CallOptions = {},
  ): Promise<ReadOf<S>> {
    const version = Math.min(this.versions.get(api.name) ?? api.versions[1], options.maxVersion ?? Infinity)
    if (options.minVersion !== undefined && version < options.minVersion)
      throw new KafkaError('UNSUPPORTED_VERSION', `${api.name} is too old`)
    const draft = typeof request === 'function' ? request(version) : request
    const writer = new ByteWriter()
    api.encodeRequest(writer, draft, version)
    if (api.name === 'Produce') return this.#produce(broker, api, Buffer.concat(writer.chunks()), writer.chunks(), version, options)
    const call: OtherCall = { broker, api: api.name, version, request: plain(draft) }
    this.otherCalls.push(call)
    const answer = await Promise.resolve(this.onCall(call) ?? (api.name === 'InitProducerId' ? this.#producerId() : { errorCode: 0 }))
    if (answer instanceof Error) throw answer
    return roundTrip(api, answer, version)
  }

  #producerId(): ResponseDraft<typeof InitProducerId> {
    return { errorCode: 0, producerId: this.nextProducerId++, producerEpoch: 0 }
  }

  #produce<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    bytes: Buffer,
    live: readonly Buffer[],
    version: number,
    { noAnswer = false }: CallOptions,
  ): Promise<ReadOf<S>> {
    const decoded = Produce.decodeRequest(new ByteReader(bytes, 0, bytes.length), version)
    const nameOf = (topic: { readonly name: string; readonly topicId: string }): string =>
      topic.name === '' ? (this.metadata.topicNames.get(topic.topicId) ?? '?') : topic.name
    const batches = decoded.topicData.flatMap((topic) =>
      topic.partitionData.map(({ index, records: batch }) => batchOf(nameOf(topic), index, batch ?? Buffer.alloc(0))),
    )
    const { promise, resolve, reject } = Promise.withResolvers<ReadOf<S>>()
    const settle = (act: () => void): void => {
      const at = this.produced.indexOf(request)
      if (at >= 0) this.produced.splice(at, 1)
      act()
    }
    const request: SentRequest = {
      broker,
      version,
      acks: decoded.acks,
      batches,
      topicIds: decoded.topicData.map(({ topicId }) => topicId),
      live,
      noAnswer,
      answer: (code = 'NONE', more = {}) => request.answerEach(batches.map(() => ({ errorCode: errorCode(code), ...more }))),
      answerEach: (codes) =>
        settle(() => {
          const said = codes.map((code, i) => this.#answerOf(batches[i], typeof code === 'string' ? { errorCode: errorCode(code) } : code))
          resolve(
            roundTrip(api, { responses: this.#byTopic(batches, said, version), throttleTimeMs: 0, nodeEndpoints: this.endpoints }, version),
          )
        }),
      fail: (code) => settle(() => reject(new KafkaError(code))),
    }
    this.requests.push(request)
    if (noAnswer) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody looks into the answer to acks=0
      return Promise.resolve({} as ReadOf<S>)
    }
    this.produced.push(request)
    this.onProduce?.(request)
    return promise
  }

  endpoints: readonly { nodeId: number; host: string; port: number; rack: null }[] = []

  #answerOf(batch: SentBatch | undefined, more: Partial<PartitionAnswer>): PartitionAnswer {
    assert(batch !== undefined)
    const key = `${batch.topic}-${batch.partition}`
    const isWritten = (more.errorCode ?? 0) === 0
    const baseOffset = isWritten ? (this.#endOffsets.get(key) ?? 0) : -1
    if (isWritten && more.baseOffset === undefined) this.#endOffsets.set(key, baseOffset + batch.records.length)
    return { index: batch.partition, errorCode: 0, baseOffset, recordErrors: [], ...more }
  }

  #byTopic(batches: readonly SentBatch[], said: readonly PartitionAnswer[], version: number): ResponseDraft<typeof Produce>['responses'] {
    return batches.map(({ topic }, i) => ({
      ...(version >= 13 ? { topicId: this.metadata.topics.get(topic)?.topicId ?? '' } : { name: topic }),
      partitionResponses: said.slice(i, i + 1),
    }))
  }

  versionFor(_broker: number, api: Api): Promise<number> {
    return Promise.resolve(this.versions.get(api.name) ?? api.versions[1])
  }

  finalizedFeature(name: string): number {
    return this.features.get(name) ?? 0
  }

  isReady(broker: number): boolean {
    return !this.unready.has(broker)
  }

  connect(broker: number): Promise<void> {
    return this.unready.has(broker) ? Promise.reject(new KafkaError('NETWORK_EXCEPTION', `no way to ${broker}`)) : Promise.resolve()
  }

  backoffMs(): number {
    return 50
  }

  anyBroker(): Promise<number> {
    return Promise.resolve(1)
  }

  controller(): Promise<number> {
    return Promise.resolve(1)
  }

  forgetController(): void {}

  coordinator(_kind: CoordinatorKind, _key: string): Promise<number> {
    return Promise.resolve(7)
  }

  forgetCoordinator(kind: CoordinatorKind): void {
    this.forgotten.push(kind)
  }

  tracked: ReadonlySet<string> | 'all' = new Set()

  track(topics: ReadonlySet<string> | 'all'): void {
    this.tracked = topics
  }

  alsoTrack(topic: string): void {
    this.tracked = new Set(this.tracked === 'all' ? [] : this.tracked).add(topic)
  }

  topic(name: string, _options: Waiting = {}): Promise<TopicMetadata> {
    const known = this.metadata.topics.get(name)
    if (known !== undefined) return Promise.resolve(known)
    if (this.topicError !== undefined) return Promise.reject(this.topicError)
    return new Promise((resolve) => this.#topicWaiters.push({ name, resolve }))
  }

  topicError: Error | undefined

  refresh(): Promise<ClusterMetadata> {
    this.refreshes++
    this.onRefresh()
    return Promise.resolve(this.metadata)
  }

  requestRefresh(): void {
    this.refreshes++
  }

  learnLeader(topic: string, partition: number, learnt: LearntLeader): void {
    this.learnt.push({ topic, partition, ...learnt })
    const leaders = Object.fromEntries(
      [...this.metadata.topics].map(([name, { partitions }]) => [
        name,
        partitions.map(({ leader }, i) => (name === topic && i === partition ? learnt.leader : leader)),
      ]),
    )
    this.publish(leaders, learnt.leaderEpoch)
  }

  observe(listener: (metadata: ClusterMetadata) => void): () => void {
    this.#observers.add(listener)
    return () => void this.#observers.delete(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true
    for (const request of this.produced.slice()) request.fail('NETWORK_EXCEPTION')
  }
}

/** What a producer says beside its answers. */
export interface Said {
  readonly errors: string[]
  readonly warnings: string[]
}

export interface Fixture {
  readonly time: VirtualTime
  readonly cluster: FakeCluster
  readonly producer: TransactionalProducer
  readonly said: Said
  /** How many callers keep the process alive. */
  readonly held: () => number
  /** Closes the producer, and lets time go by until that is done. */
  readonly close: () => Promise<void>
  /** The code with which the promise rejects, once time has gone by; undefined when it resolves. */
  readonly failure: (promise: PromiseLike<unknown>) => Promise<string | undefined>
}

/** A producer over a fake cluster, in virtual time. Topic `orders` has 3 partitions led by broker 1 unless said otherwise. */
export function produce(
  options: ProducerOptions = {},
  topics: Readonly<Record<string, readonly number[]>> = { orders: [1, 1, 1] },
  prepare: (cluster: FakeCluster) => void = () => undefined,
): Fixture {
  const time = new VirtualTime()
  const cluster = new FakeCluster(topics)
  prepare(cluster)
  const said: Said = { errors: [], warnings: [] }
  const logger: ClientLogger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => void said.warnings.push(message),
    error: (message) => void said.errors.push(message),
  }
  let held = 0
  const environment = {
    clock: time,
    timer: time,
    random: new SeededRandom('producer'),
    logger,
    dialler: { resolve: noNetwork, canonicalNames: noNetwork, dial: noNetwork },
    hold: () => {
      held++
      return () => void held--
    },
  }
  const settings = resolveProducer({ bootstrapServers: 'broker:9092' }, options, 1, { info: () => undefined, warn: () => undefined })
  const producer = createProducer({ environment, settings, cluster, metrics: new ClientMetrics(time, settings.clientId) })
  const close = async (): Promise<void> => {
    const outcome = await settled(time, producer.close())
    if (outcome.status === 'rejected') throw outcome.reason
  }
  const failure = async (promise: PromiseLike<unknown>): Promise<string | undefined> => {
    const outcome = await settled(time, promise)
    return outcome.status === 'fulfilled' ? undefined : codeOf(outcome.reason)
  }
  return { time, cluster, producer, said, held: () => held, close, failure }
}

/** The outcome of a promise, with time going by in steps until there is one. */
export async function settled<T>(time: VirtualTime, promise: PromiseLike<T>, stepMs = 200): Promise<PromiseSettledResult<T>> {
  const state: { outcome?: PromiseSettledResult<T> } = {}
  promise.then(
    (value) => (state.outcome = { status: 'fulfilled', value }),
    (reason: unknown) => (state.outcome = { status: 'rejected', reason }),
  )
  // First some turns in which nothing but promises move.
  for (let i = 0; i < 2000 && state.outcome === undefined; i++) await time.advance(i < 10 ? 0 : stepMs)
  assert(state.outcome !== undefined, 'nothing has come of it')
  return state.outcome
}

/** What comes of a promise, with time going by until it does. */
export async function passing<T>(time: VirtualTime, promise: PromiseLike<T>, stepMs = 20): Promise<T> {
  const outcome = await settled(time, promise, stepMs)
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))

const noNetwork = (): Promise<never> => Promise.reject(new Error('there is no network here'))

function metadataOf(topics: Readonly<Record<string, readonly number[]>>, revision: number): ClusterMetadata {
  const entries = Object.entries(topics).map(([name, leaders]): readonly [string, TopicMetadata] => [
    name,
    {
      name,
      topicId: idOf(name),
      isInternal: false,
      partitions: leaders.map((leader) => ({ leader, leaderEpoch: revision, replicas: [1], inSyncReplicas: [1], offlineReplicas: [] })),
    },
  ])
  return {
    revision,
    clusterId: 'fake',
    controllerId: 1,
    brokers: new Map([1, 2, 3].map((id) => [id, { id, host: `broker-${id}`, port: 9092, rack: undefined }])),
    topics: new Map(entries),
    topicNames: new Map(entries.map(([name, { topicId }]) => [topicId, name])),
    errors: new Map(),
  }
}

/** Topics called `old…` come from a broker that knows no ids. */
const idOf = (name: string): string =>
  name.startsWith('old') ? 'AAAAAAAAAAAAAAAAAAAAAA' : `${Buffer.from(name.padEnd(15, '-')).toString('base64url').slice(0, 20)}xA`

function batchOf(topic: string, partition: number, bytes: Buffer): SentBatch {
  assert.equal(records.findBatchProblem(bytes, 0, bytes.length), undefined)
  const cursor = records.openBatchSync(bytes, 0, 1 << 26)
  const list: SentRecord[] = []
  while (cursor.next()) list.push({ key: textOf(cursor.key()), value: textOf(cursor.value()), timestamp: cursor.timestamp })
  return {
    topic,
    partition,
    records: list,
    values: list.map(({ value }) => value),
    sequence: records.baseSequence(bytes, 0),
    producerId: records.producerId(bytes, 0),
    epoch: records.producerEpoch(bytes, 0),
    isTransactional: records.isTransactional(bytes, 0),
    bytes: Buffer.from(bytes),
  }
}

const textOf = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString())

function roundTrip<Q extends Fields, S extends Fields>(api: Api<Q, S>, answer: object, version: number): ReadOf<S> {
  const writer = new ByteWriter()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec refuses what is no such answer
  api.encodeResponse(writer, { throttleTimeMs: 0, ...answer } as WriteOf<S>, version)
  const bytes = writer.finish()
  return api.decodeResponse(new ByteReader(bytes, 0, bytes.length), version)
}

const plain = (draft: object): Readonly<Record<string, unknown>> => ({ ...draft })

import { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import type { Dialler, DialTarget, IpAddress, Transport, TransportReader } from '@odradek/network/dial'
import { readRequestHeader, writeResponseHeader } from '@odradek/protocol'
import { allApis, ApiVersions, Metadata } from '@odradek/protocol/messages'
import type { Api, Fields, RequestOf, WriteOf } from '@odradek/protocol/schema'
import type { Environment } from '../environment.ts'
import { clusterDefaults } from './cluster-fixture.ts'
import type { ClusterOptions, ConnectedCluster } from './connected-cluster.ts'
import { connectCluster } from './connected-cluster.ts'
import type { ClusterSettings } from './cluster-settings.ts'

/** One request as a fake broker got it. */
export interface Got {
  readonly api: Api
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly body: object
  readonly pipe: FakePipe
  readonly atMs: number
}

/** Gives what to answer, or undefined for an answer that the test sends itself, or never. */
type Handler = (got: Got) => Answer | undefined
type Answer = WriteOf<Fields>

/** Brokers without a network, under virtual time: they answer at once what the test tells them to. */
export class FakeNetwork implements Dialler {
  readonly time = new VirtualTime()
  readonly brokers = new Map<string, FakeBroker>()
  /** Addresses of host names; other names are their own address. */
  readonly names = new Map<string, readonly string[]>()
  readonly dialled: string[] = []
  readonly logged: string[] = []
  /** How many callers the process is kept alive for. */
  holds = 0
  readonly environment: Environment

  constructor(seed = 'fake') {
    const log = (message: string): void => void this.logged.push(message)
    this.environment = {
      clock: this.time,
      timer: this.time,
      random: new SeededRandom(seed),
      dialler: this,
      logger: { debug: () => undefined, info: log, warn: log, error: log },
      hold: () => {
        this.holds++
        return () => void this.holds--
      },
    }
  }

  /** A broker at `host:9092`, with the id by which metadata know it. */
  add(id: number, host = `b${id}`): FakeBroker {
    const broker = new FakeBroker(this, id, host)
    this.brokers.set(`${host}:9092`, broker)
    return broker
  }

  cluster(bootstrap: readonly string[], settings: Partial<ClusterSettings> = {}, options: Partial<ClusterOptions> = {}): ConnectedCluster {
    const bootstrapServers = bootstrap.map((host) => ({ host, port: 9092 }))
    return connectCluster({
      environment: this.environment,
      settings: { ...clusterDefaults, bootstrapServers, ...settings },
      clientId: 'fake',
      ...options,
    })
  }

  /** Moves time until the promise has settled, a minute at most. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const seen = { isSettled: false }
    const settled = (): void => {
      seen.isSettled = true
    }
    promise.then(settled, settled)
    for (let step = 0; step < 6_000 && !seen.isSettled; step++) await this.time.advance(10)
    return promise
  }

  resolve(host: string): Promise<readonly IpAddress[]> {
    return Promise.resolve((this.names.get(host) ?? [host]).map((address) => ({ address, family: 4 })))
  }

  canonicalNames({ address }: IpAddress): Promise<readonly string[]> {
    return Promise.resolve([`canonical-${address}`])
  }

  dial({ address, port }: DialTarget, reader: TransportReader, signal: AbortSignal): Promise<Transport> {
    this.dialled.push(address.address)
    const broker = this.brokers.get(`${address.address}:${port}`)
    if (broker === undefined) return Promise.reject(new Error(`connect ECONNREFUSED ${address.address}:${port}`))
    if (!broker.isReachable) return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const pipe = new FakePipe(broker, reader)
    broker.pipes.push(pipe)
    return Promise.resolve(pipe)
  }
}

export class FakeBroker {
  readonly id: number
  readonly host: string
  readonly network: FakeNetwork
  readonly got: Got[] = []
  readonly pipes: FakePipe[] = []
  /** False: its packets are lost. */
  isReachable = true
  /** What it announces; changed by tests about old brokers. */
  ranges: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[] = allApis.map(
    ({ key, versions }) => ({
      apiKey: key,
      minVersion: versions[0],
      maxVersion: versions[1],
    }),
  )
  features: readonly { readonly name: string; readonly maxVersionLevel: number; readonly minVersionLevel: number }[] = []
  featuresEpoch = 0
  /** Topics with the leaders of their partitions, as this broker sees them. */
  topics: Readonly<Record<string, readonly { readonly leader: number; readonly epoch?: number }[]>> = {}
  topicIds: Readonly<Record<string, string>> = {}
  readonly #handlers = new Map<number, Handler>()

  constructor(network: FakeNetwork, id: number, host: string) {
    this.network = network
    this.id = id
    this.host = host
    this.#handlers.set(ApiVersions.key, () => ({
      errorCode: 0,
      apiKeys: this.ranges,
      finalizedFeatures: this.features,
      finalizedFeaturesEpoch: this.featuresEpoch,
    }))
    this.#handlers.set(Metadata.key, ({ body, version }) => this.metadata(asMetadata(body), version))
  }

  on<Q extends Fields, S extends Fields>(api: Api<Q, S>, handler: (got: Got) => WriteOf<S> | undefined): void {
    this.#handlers.set(api.key, handler)
  }

  /** Stops: connections break, and nobody listens any more. */
  stop(): void {
    this.network.brokers.delete(`${this.host}:9092`)
    for (const pipe of this.pipes.splice(0)) pipe.break()
  }

  count(api: { readonly key: number }): number {
    return this.got.filter((got) => got.api.key === api.key).length
  }

  take(got: Got): void {
    this.got.push(got)
    const answer = this.#handlers.get(got.api.key)?.(got)
    if (answer !== undefined) got.pipe.answer(got, answer)
  }

  metadata({ topics: asked }: RequestOf<typeof Metadata>, version: number): WriteOf<(typeof Metadata)['response']> {
    const names = asked === null ? Object.keys(this.topics) : asked.map(({ name }) => name ?? '')
    return {
      brokers: [...this.network.brokers.values()].map(({ id, host }) => ({ nodeId: id, host, port: 9092 })),
      clusterId: 'fake',
      controllerId: this.id,
      topics: names.map((name) => ({
        errorCode: this.topics[name] === undefined ? 3 : 0,
        name,
        ...(version >= 10 && this.topicIds[name] !== undefined ? { topicId: this.topicIds[name] } : {}),
        partitions: (this.topics[name] ?? []).map(({ leader, epoch = 0 }, partitionIndex) => ({
          errorCode: leader < 0 ? 5 : 0,
          partitionIndex,
          leaderId: leader,
          leaderEpoch: epoch,
          replicaNodes: [leader],
          isrNodes: [leader],
        })),
      })),
    }
  }
}

export class FakePipe implements Transport {
  unsentBytes = 0
  readonly localAddress = '10.0.0.9:50000'
  /** What each write brought. */
  readonly writes: (readonly Uint8Array[])[] = []
  isOpen = true
  readonly #broker: FakeBroker
  readonly #reader: TransportReader
  #input: Buffer = Buffer.alloc(0)

  constructor(broker: FakeBroker, reader: TransportReader) {
    this.#broker = broker
    this.#reader = reader
  }

  write(chunks: readonly Uint8Array[]): void {
    this.writes.push(chunks)
    this.#input = Buffer.concat([this.#input, ...chunks])
    while (this.#input.length >= 4) {
      const end = 4 + this.#input.readInt32BE(0)
      if (this.#input.length < end) return
      const reader = new ByteReader(this.#input, 4, end)
      this.#input = this.#input.subarray(end)
      const header = readRequestHeader(reader, (key) => allApis.find((api) => api.key === key))
      const api = allApis.find(({ key }) => key === header.apiKey)
      if (api === undefined) throw new Error(`no API ${header.apiKey}`)
      const { apiVersion: version, correlationId, clientId } = header
      const body: object = version > api.versions[1] ? {} : api.decodeRequest(reader, version)
      const got = { api, version, correlationId, clientId, body, pipe: this, atMs: this.#broker.network.time.monotonic() }
      void Promise.resolve().then(() => this.#broker.take(got))
    }
  }

  destroy(): void {
    this.isOpen = false
  }

  /** Answers a request, `asVersion` where the form is to be another than that of the question. */
  answer({ api, version, correlationId }: Got, answer: Answer, asVersion = version): void {
    const writer = new ByteWriter()
    writer.gap(4)
    writeResponseHeader(writer, api, asVersion, correlationId)
    api.encodeResponse(writer, answer, asVersion)
    writer.int32At(0, writer.size - 4)
    this.deliver(writer.finish())
  }

  /** Sends bytes as they are, in pieces of at most `most`. */
  deliver(bytes: Uint8Array, most = Infinity): void {
    for (let at = 0; at < bytes.length && this.isOpen;) {
      const landing = this.#reader.landing()
      const count = Math.min(landing.length, bytes.length - at, most)
      landing.set(bytes.subarray(at, at + count))
      at += count
      this.#reader.received(count)
    }
  }

  /** The kernel has taken all. */
  drain(): void {
    this.unsentBytes = 0
    this.#reader.drained?.()
  }

  /** The broker's end breaks. */
  break(cause?: Error): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.#reader.closed(cause)
  }
}

function asMetadata(body: object): RequestOf<typeof Metadata> {
  if (!('topics' in body)) throw new Error('no request for metadata')
  const topics = Array.isArray(body.topics)
    ? body.topics.map((topic: { readonly name: string }) => ({ name: topic.name, topicId: '' }))
    : null
  return { topics, allowAutoTopicCreation: false, includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false }
}

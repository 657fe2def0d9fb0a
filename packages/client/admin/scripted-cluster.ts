import type { Buffer } from 'node:buffer'
import { ByteReader, ByteWriter } from '@odradek/common/bytes'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { CallOptions, Cluster } from '../cluster/cluster.ts'
import type { BrokerNode, ClusterMetadata } from '../cluster/metadata.ts'
import type { Environment } from '../environment.ts'
import { ClientMetrics } from '../metrics/client-metrics.ts'
import type { Admin } from './admin.ts'
import { createAdmin } from './create-admin.ts'
import type { AdminOwnSettings } from './create-admin.ts'

/** One request that the admin made, as the broker read it. */
export interface Asked {
  readonly broker: number
  readonly api: string
  readonly version: number
  readonly request: Readonly<Record<string, unknown>>
  readonly atMs: number
}

interface Context {
  readonly broker: number
  readonly version: number
  /** How many requests of this API the broker has had, this one among them. */
  readonly attempt: number
}

/** Reads a request, and gives what was read together with the bytes of the answer. */
type Answerer = (bytes: Buffer, context: Context) => { readonly request: Asked['request']; readonly answer: () => Promise<Buffer> }

/**
 * Brokers that answer what a test says, behind the `Cluster` door; for tests of the admin.
 *
 * Requests and answers pass through their real codecs in the version that both sides know, so a field that a version lacks fails here as it would on the wire.
 */
export class ScriptedCluster implements Cluster {
  lastFailure: unknown = undefined
  readonly time = new VirtualTime()
  readonly asked: Asked[] = []
  readonly forgotten: string[] = []
  isDisposed = false
  controllerId = 1
  readonly #answers = new Map<string, Answerer>()
  readonly #highest = new Map<string, number>()
  #otherwise: ((api: Api, version: number) => Readonly<Record<string, unknown>>) | undefined
  #brokers: readonly number[]
  #revision = 1

  constructor(brokers: readonly number[] = [1, 2, 3]) {
    this.#brokers = brokers
  }

  /** What brokers answer to an API; an error that is thrown is one of the connection. */
  on<Q extends Fields, S extends Fields>(
    api: Api<Q, S>,
    answer: (request: ReadOf<Q>, context: Context) => WriteOf<S> | Promise<WriteOf<S>>,
    options: { readonly upTo?: number } = {},
  ): this {
    this.#answers.set(api.name, (bytes, context) => {
      const request = api.decodeRequest(new ByteReader(bytes), context.version)
      return {
        request,
        async answer() {
          const writer = new ByteWriter()
          api.encodeResponse(writer, await answer(request, context), context.version)
          return writer.finish()
        },
      }
    })
    this.#highest.set(api.name, options.upTo ?? api.versions[1])
    return this
  }

  /** What brokers answer to every API that nobody has spoken for. */
  onAny(answer: (api: Api, version: number) => Readonly<Record<string, unknown>>): this {
    this.#otherwise = answer
    return this
  }

  setBrokers(brokers: readonly number[]): void {
    this.#brokers = brokers
    this.#revision++
  }

  /** `ListGroups@1 ListGroups@2`, in the order of asking. */
  get log(): string {
    return this.asked.map(({ api, broker }) => `${api}@${broker}`).join(' ')
  }

  get metadata(): ClusterMetadata {
    const node = (id: number): [number, BrokerNode] => [id, { id, host: `broker-${id}`, port: 9092, rack: undefined }]
    return {
      revision: this.#revision,
      clusterId: 'scripted',
      controllerId: this.controllerId,
      brokers: new Map(this.#brokers.map(node)),
      topics: new Map(),
      topicNames: new Map(),
      errors: new Map(),
    }
  }

  async call<Q extends Fields, S extends Fields>(
    broker: number,
    api: Api<Q, S>,
    body: WriteOf<Q> | ((version: number) => WriteOf<Q>),
    options: CallOptions = {},
  ): Promise<ReadOf<S>> {
    const version = await this.versionFor(broker, api, options)
    const answerer = this.#answers.get(api.name) ?? this.#anyAnswerer(api)
    if (answerer === undefined) throw new Error(`nobody answers ${api.name}`)
    const writer = new ByteWriter()
    api.encodeRequest(writer, typeof body === 'function' ? body(version) : body, version)
    const attempt = this.asked.filter((asked) => asked.api === api.name && asked.broker === broker).length + 1
    const { request, answer } = answerer(writer.finish(), { broker, version, attempt })
    this.asked.push({ broker, api: api.name, version, request, atMs: this.time.monotonic() })
    return api.decodeResponse(new ByteReader(await this.#orAborted(answer(), options.signal)), version)
  }

  #anyAnswerer(api: Api): Answerer | undefined {
    const otherwise = this.#otherwise
    if (otherwise === undefined) return undefined
    return (bytes, { version }) => ({
      request: api.decodeRequest(new ByteReader(bytes), version),
      async answer() {
        const writer = new ByteWriter()
        api.encodeResponse(writer, otherwise(api, version), version)
        return writer.finish()
      },
    })
  }

  async #orAborted(answer: Promise<Buffer>, signal: AbortSignal | undefined): Promise<Buffer> {
    signal?.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const onAbort = (): void => aborted.reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([answer, aborted.promise])
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async versionFor(broker: number, api: Api, options: CallOptions = {}): Promise<number> {
    if (!this.#brokers.includes(broker)) throw new KafkaError('NETWORK_EXCEPTION', `broker ${broker} can't be reached`)
    const unspoken = this.#otherwise === undefined ? -1 : api.versions[1]
    const highest = Math.min(this.#highest.get(api.name) ?? unspoken, options.maxVersion ?? api.versions[1])
    const lowest = Math.max(api.versions[0], options.minVersion ?? 0)
    if (highest < lowest) throw new KafkaError('UNSUPPORTED_VERSION', `broker ${broker} has no ${api.name} from version ${lowest} on`)
    return highest
  }

  async anyBroker(): Promise<number> {
    const [first] = this.#brokers
    if (first === undefined) throw new KafkaError('NETWORK_EXCEPTION', 'no broker can be reached')
    return first
  }

  async controller(): Promise<number> {
    return this.controllerId
  }

  forgetController(): void {
    this.forgotten.push('controller')
  }

  async refresh(): Promise<ClusterMetadata> {
    this.#revision++
    return this.metadata
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true
  }

  finalizedFeature = (): number => 0
  isReady = (): boolean => true
  connect = async (): Promise<void> => {}
  backoffMs = (): number => 0
  coordinator = (): Promise<number> => Promise.reject(new Error('the admin looks up many at once'))
  forgetCoordinator = (): void => {}
  track = (): void => {}
  alsoTrack = (): void => {}
  topic = (): Promise<never> => Promise.reject(new Error('the admin asks for metadata itself'))
  requestRefresh = (): void => {}
  learnLeader = (): void => {}
  observe = (): (() => void) => () => {}
}

const settings: AdminOwnSettings = {
  defaultApiTimeoutMs: 60_000,
  requestTimeoutMs: 30_000,
  retries: 2_147_483_647,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  bootstrapControllers: [],
  enableMetricsPush: false,
}

/** An admin of scripted brokers in virtual time. `held` counts what would keep the process alive. */
export function scriptedAdmin(
  cluster: ScriptedCluster,
  more: Partial<AdminOwnSettings> = {},
): { readonly admin: Admin; readonly held: () => number } {
  let held = 0
  const { time } = cluster
  const environment: Environment = {
    clock: time,
    timer: time,
    random: new SeededRandom(1),
    dialler: {
      resolve: () => Promise.reject(new Error('nothing is dialled')),
      canonicalNames: () => Promise.reject(new Error('nothing is dialled')),
      dial: () => Promise.reject(new Error('nothing is dialled')),
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    hold() {
      held++
      return () => {
        held--
      }
    },
  }
  return {
    admin: createAdmin({ environment, settings: { ...settings, ...more }, cluster, metrics: new ClientMetrics(time, 'admin') }),
    held: () => held,
  }
}

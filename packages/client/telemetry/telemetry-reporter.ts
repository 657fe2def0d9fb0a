import { ZERO_UUID } from '@odradek/common/bytes'
import type { Uuid } from '@odradek/common/bytes'
import type { Cancellable } from '@odradek/common/time'
import { errorName, KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { codecIdOf, codecs, compress } from '@odradek/protocol/compression'
import { GetTelemetrySubscriptions, PushTelemetry } from '@odradek/protocol/messages'
import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { encodeMetrics } from './otlp.ts'
import { Points } from './points.ts'

/** Where nobody has said how often: as the Java client. */
const defaultIntervalMs = 300_000
/** A close does not wait longer for its last push. */
const farewellMs = 1_000
/** When a broker wants to be asked anew. */
const soonMs = 1_000

interface Subscription {
  readonly id: number
  readonly clientInstanceId: Uuid
  readonly intervalMs: number
  readonly maxBytes: number
  readonly acceptedCodecs: readonly number[]
  readonly temporality: 'delta' | 'cumulative'
  /** Beginnings of names. */
  readonly requested: readonly string[]
}

/**
 * Sends the metrics of a client to the cluster, where the cluster asks for them (KIP-714): finds out what it wants, sends that at its interval, and a last time
 * at the close.
 *
 * It rides on connections that are open anyway, and nothing that goes wrong here is anybody's error: it is tried again at the next interval, or left
 * for good where the brokers can't do it.
 */
export class TelemetryReporter {
  readonly #cluster: Cluster
  readonly #environment: Environment
  readonly #points: Points
  readonly #stopObserving: () => void
  #clientInstanceId: Uuid = ZERO_UUID
  #subscription: Subscription | undefined
  #timer: Cancellable | undefined
  #hasBegun = false
  #isOver = false

  constructor(cluster: Cluster, environment: Environment, metrics: Metrics) {
    this.#cluster = cluster
    this.#environment = environment
    this.#points = new Points(metrics, environment.clock.now())
    // A constructor opens nothing: it begins when the client itself has come to know the cluster.
    this.#stopObserving = cluster.observe(({ revision }) => this.#begin(revision))
    this.#begin(cluster.metadata.revision)
  }

  /** Sends what has gathered since the last time, and nothing after that. Never rejects. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#end()
    const subscription = this.#subscription
    const broker = this.#readyBroker()
    if (subscription === undefined || subscription.requested.length === 0 || broker === undefined) return
    await this.#push(broker, subscription, true).catch(() => undefined)
  }

  #begin(revision: number): void {
    if (revision === 0 || this.#hasBegun) return
    this.#hasBegun = true
    this.#after(0, () => this.#subscribe())
  }

  async #subscribe(): Promise<void> {
    const broker = this.#readyBroker()
    if (broker === undefined) return this.#after(this.#intervalMs, () => this.#subscribe())
    const { random } = this.#environment
    const answer = await this.#cluster.call(
      broker,
      GetTelemetrySubscriptions,
      { clientInstanceId: this.#clientInstanceId },
      { background: true },
    )
    if (answer.errorCode !== 0) return this.#failed(errorName(answer.errorCode))
    // The id is for life, whatever later answers say.
    if (this.#clientInstanceId === ZERO_UUID) this.#clientInstanceId = answer.clientInstanceId
    const subscription: Subscription = {
      id: answer.subscriptionId,
      clientInstanceId: this.#clientInstanceId,
      intervalMs: answer.pushIntervalMs > 0 ? answer.pushIntervalMs : defaultIntervalMs,
      maxBytes: answer.telemetryMaxBytes,
      acceptedCodecs: answer.acceptedCompressionTypes,
      temporality: answer.deltaTemporality ? 'delta' : 'cumulative',
      requested: answer.requestedMetrics,
    }
    this.#subscription = subscription
    this.#environment.logger.debug('The cluster has said which metrics it wants', {
      interval: subscription.intervalMs,
      metrics: subscription.requested.length,
    })
    if (subscription.requested.length === 0) return this.#after(subscription.intervalMs, () => this.#subscribe())
    // Not all at once, when a cluster of clients has started at once.
    this.#after(subscription.intervalMs * (0.5 + random.nextFloat()), () => this.#pushAgain())
  }

  async #pushAgain(): Promise<void> {
    const subscription = this.#subscription
    if (subscription === undefined) return this.#subscribe()
    const broker = this.#readyBroker()
    if (broker !== undefined) {
      const error = await this.#push(broker, subscription, false)
      if (error !== 'NONE') return this.#failed(error)
    }
    this.#after(subscription.intervalMs, () => this.#pushAgain())
  }

  async #push(broker: number, subscription: Subscription, terminating: boolean): Promise<ErrorName> {
    const nowMs = this.#environment.clock.now()
    const { requested, temporality } = subscription
    const plain = encodeMetrics(this.#points.gather(requested, nowMs, temporality), nowMs, temporality)
    const codec = plain.length === 0 ? 'none' : (codecs.find((name) => subscription.acceptedCodecs[0] === codecIdOf(name)) ?? 'none')
    const bytes = codec === 'none' ? plain : await compress(codec, plain)
    if (subscription.maxBytes > 0 && bytes.length > subscription.maxBytes) return 'TELEMETRY_TOO_LARGE'
    const { errorCode } = await this.#cluster.call(
      broker,
      PushTelemetry,
      {
        clientInstanceId: subscription.clientInstanceId,
        subscriptionId: subscription.id,
        terminating,
        compressionType: codecIdOf(codec),
        metrics: bytes,
      },
      terminating ? { timeoutMs: farewellMs } : { background: true },
    )
    return errorName(errorCode)
  }

  /** What an answer means for the next time, as in the Java client. */
  #failed(error: ErrorName): void {
    if (error === 'UNKNOWN_SUBSCRIPTION_ID' || error === 'UNSUPPORTED_COMPRESSION_TYPE') {
      this.#subscription = undefined
      return this.#after(soonMs, () => this.#subscribe())
    }
    if (error === 'INVALID_REQUEST' || error === 'INVALID_RECORD' || error === 'UNSUPPORTED_VERSION') {
      this.#environment.logger.debug('No metrics are sent to the cluster', { error })
      return this.#end()
    }
    if (error === 'TELEMETRY_TOO_LARGE')
      this.#environment.logger.warn('The metrics that the cluster asks for are larger than it takes (telemetry.max.bytes)')
    this.#after(this.#intervalMs, () => (this.#subscription === undefined ? this.#subscribe() : this.#pushAgain()))
  }

  get #intervalMs(): number {
    return this.#subscription?.intervalMs ?? defaultIntervalMs
  }

  #after(ms: number, action: () => Promise<void> | void): void {
    if (this.#isOver) return
    this.#timer = this.#environment.timer.after(ms, () => {
      if (this.#isOver) return
      Promise.resolve(action()).catch((error: unknown) => {
        if (!this.#isOver) this.#failed(error instanceof KafkaError ? error.code : 'UNKNOWN_SERVER_ERROR')
      })
    })
  }

  /** One whose connection is there; none is opened for this. */
  #readyBroker(): number | undefined {
    return [...this.#cluster.metadata.brokers.keys()].find((broker) => this.#cluster.isReady(broker))
  }

  #end(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#stopObserving()
  }
}

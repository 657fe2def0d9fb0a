import type { KafkaError } from '@odradek/protocol'
import type { Codec } from '@odradek/protocol/compression'
import type { Cluster } from '../cluster/cluster.ts'
import { ExponentialBackoff } from '../cluster/exponential-backoff.ts'
import type { ProducerSettings } from '../config/index.ts'
import type { Environment } from '../environment.ts'
import type { ClientMetrics, ProducerMetrics } from '../metrics/index.ts'
import { Accumulator } from './accumulator.ts'
import type { AccumulatorHost } from './accumulator.ts'
import { Answers } from './answers.ts'
import type { SendingTransaction } from './answers.ts'
import type { Barrier } from './barrier.ts'
import { IdSource } from './id-source.ts'
import { Intake } from './intake.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { roundRobin } from './partitioners/round-robin.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { ProducerIdentity } from './producer-identity.ts'
import { closed } from './record-errors.ts'
import { Receipts } from './receipts.ts'
import { Sealer } from './sealer.ts'
import { Sender } from './sender.ts'
import { SenderMetrics } from './sender-metrics.ts'
import { Topics } from './topics.ts'
import { Unseen } from './unseen.ts'

export interface EngineParts {
  readonly environment: Environment
  readonly settings: ProducerSettings
  readonly cluster: Cluster
  readonly clientMetrics: ClientMetrics
  readonly metrics: ProducerMetrics
  /** Undefined: without transactions. Made before, since both need each other. */
  readonly transaction?: (SendingTransaction & { readonly identity: ProducerIdentity; check(): void }) | undefined
}

/** What a batch may grow to where `batch.size` was not given: twice as much saves a broker hardly anything more. */
const largestUnaskedBatch = 131_072

/** Puts the parts together: records come in, batches go out, answers come back. Nothing here is asynchronous for the caller. */
export class Engine implements AccumulatorHost {
  readonly parts: EngineParts
  readonly accumulator: Accumulator
  readonly sender: Sender
  readonly topics: Topics
  readonly intake: Intake
  readonly unseen: Unseen
  readonly identity: ProducerIdentity | undefined
  isClosing = false
  isStopped = false
  readonly #answers: Answers
  readonly #incomplete = new Set<Receipts>()
  readonly #unobserve: () => void
  readonly #endListeners = new Set<(error: Error) => void>()
  #release: (() => void) | undefined
  #fatal: Error | undefined
  #rejecting: (() => void)[] = []

  constructor(parts: EngineParts) {
    this.parts = parts
    const { environment, settings, cluster, metrics, transaction } = parts
    const codec: Codec = settings.compressionType
    if (codec === 'lz4' && settings.given.has('compressionLz4Level')) {
      environment.logger.warn('compression.lz4.level has no effect yet: lz4 compresses at its fastest level')
    }
    this.unseen = new Unseen(environment.clock, environment.logger)
    this.accumulator = new Accumulator(
      {
        batchSize: settings.batchSize,
        largestBatch: settings.given.has('batchSize') ? settings.batchSize : Math.min(largestUnaskedBatch, settings.maxRequestSize),
        bufferMemory: settings.bufferMemory,
        maxRequestSize: settings.maxRequestSize,
        codec,
        ignoresKeys: settings.partitionerIgnoreKeys,
        partitioner:
          settings.partitioner === 'round-robin' ? roundRobin() : settings.partitioner === 'built-in' ? undefined : settings.partitioner,
      },
      this,
    )
    const senderMetrics = new SenderMetrics(metrics, settings.clientId)
    const backoff = new ExponentialBackoff(settings.retryBackoffMs, settings.retryBackoffMaxMs, environment.random.fork('producer retries'))
    this.identity = transaction?.identity ?? (settings.enableIdempotence ? new ProducerIdentity(false) : undefined)
    this.#answers = new Answers({
      rules: { isIdempotent: this.identity !== undefined, isTransactional: transaction !== undefined, maxRetries: settings.retries },
      settings,
      accumulator: this.accumulator,
      cluster,
      backoff,
      identity: this.identity,
      transaction,
      metrics: senderMetrics,
      logger: environment.logger,
      fatal: (error) => this.#die(error),
      settled: () => this.intake.memoryFreed(),
    })
    const ids = this.#idSource(backoff)
    this.sender = new Sender({
      environment,
      cluster,
      settings: {
        acks: settings.acks,
        lingerMs: settings.lingerMs,
        isLingerGiven: settings.given.has('lingerMs'),
        maxInFlight: settings.maxInFlightRequestsPerConnection,
        maxRequestSize: settings.maxRequestSize,
        requestTimeoutMs: settings.requestTimeoutMs,
        deliveryTimeoutMs: settings.deliveryTimeoutMs,
        isZstd: codec === 'zstd',
        transactionalId: settings.transactionalId,
      },
      answers: this.#answers,
      sealer: new Sealer({
        codec,
        level: levelOf(codec, settings),
        accumulator: this.accumulator,
        ready: () => this.sender.soon(),
        failed: (queue, batch, error) => this.#answers.abandon({ queue, batch }, error),
      }),
      identity: this.identity,
      fetchIdentity: () => ids?.fetch(),
      transaction,
      metrics: senderMetrics,
      housekeeping: (nowMs) => Math.min(this.intake.waitingRoom.expire(nowMs), this.topics.sweep(nowMs)),
    })
    this.topics = this.#makeTopics()
    this.intake = new Intake({
      environment,
      settings,
      cluster,
      metrics,
      transaction,
      accumulator: this.accumulator,
      sender: this.sender,
      topics: this.topics,
      receipts: this,
      changed: () => this.#holdWhileBusy(),
    })
    this.#unobserve = cluster.observe((metadata) => {
      this.topics.update(metadata)
      this.intake.waitingRoom.retryStrays(false)
      this.sender.soon()
    })
    metrics.watch({
      availableBytes: () => Math.max(0, settings.bufferMemory - this.accumulator.memory.used),
      totalBytes: () => settings.bufferMemory,
      waiting: () => this.intake.waitingForMemory,
    })
  }

  /** Calls when the producer takes no more records, with the reason. Gives the function that ends it. */
  onEnd(listener: (error: Error) => void): () => void {
    this.#endListeners.add(listener)
    return () => void this.#endListeners.delete(listener)
  }

  /** Takes no more records. What was taken goes on. */
  beginClosing(): void {
    this.isClosing = true
    this.#tellEnd(closed())
  }

  now(): number {
    return this.parts.environment.clock.monotonic()
  }

  /** Throws when nothing can be sent: after `close`, after a fatal error, outside a transaction. */
  check(): void {
    this.checkOpen()
    this.parts.transaction?.check()
  }

  /** Throws after `close` and after a fatal error. */
  checkOpen(): void {
    if (this.isClosing) throw closed()
    if (this.#fatal !== undefined) throw this.#fatal
  }

  /** Receipts of a record that could not be taken. */
  rejectLater(error: Error): Receipts {
    const receipts = new Receipts('', -1, this)
    receipts.add()
    if (this.#rejecting.length === 0) this.parts.environment.timer.endOfTurn(this.#rejectAll)
    this.#rejecting.push(() => receipts.settle(0, 1, { baseOffset: -1, logAppendTimeMs: -1, error }))
    return receipts
  }

  /** Lets a barrier wait for everything that was taken so far. */
  join(barrier: Barrier): void {
    for (const receipts of this.#incomplete) if (receipts.join(barrier)) barrier.add()
    this.intake.waitingRoom.join(barrier)
  }

  /** Fails all that was taken and is not settled. */
  failAll(error: Error): void {
    this.intake.waitingRoom.failAll(error)
    this.sender.failQueued(error, 'all')
  }

  /** Fails what has not left yet: the transaction will be aborted. `alsoRetries`: what would be sent again, too. `isExpected`: whoever lost it wanted to. */
  failUnsent(error: Error, alsoRetries = false, isExpected = false): void {
    this.unseen.isMuted = isExpected
    this.intake.waitingRoom.failAll(error)
    this.sender.failQueued(error, alsoRetries ? 'queued' : 'never sent')
    this.unseen.isMuted = false
  }

  stop(): void {
    this.isClosing = true
    this.isStopped = true
    this.sender.stop()
    this.#unobserve()
    this.intake.stop()
    this.#holdWhileBusy()
  }

  opened(queue: PartitionQueue, batch: ProducerBatch): void {
    this.intake.readClock()
    this.#incomplete.add(batch.receipts)
    this.#holdWhileBusy()
    this.sender.opened(queue, batch)
    this.parts.transaction?.opened(queue)
    batch.receipts.join(this)
  }

  filled(): void {
    this.sender.soon()
  }

  withdrawn(_queue: PartitionQueue, batch: ProducerBatch): void {
    this.#incomplete.delete(batch.receipts)
    this.#holdWhileBusy()
  }

  /** All records of a batch are settled. */
  settled(_error: Error | undefined, receipts: Receipts): void {
    this.#incomplete.delete(receipts)
    this.#holdWhileBusy()
  }

  hurry(): void {
    this.sender.soon()
  }

  doneThrew(error: unknown): void {
    this.parts.environment.logger.error(`A callback of enqueue() has thrown: ${error instanceof Error ? error.message : String(error)}`, {
      error,
    })
  }

  #idSource(backoff: ExponentialBackoff): IdSource | undefined {
    const { environment, cluster, transaction } = this.parts
    const { identity } = this
    if (identity === undefined || transaction !== undefined) return undefined
    return new IdSource({
      environment,
      cluster,
      backoff,
      identity,
      isWanted: () => this.#incomplete.size > 0,
      ready: () => this.sender.soon(),
      failed: (error) => this.sender.failQueued(error, 'queued'),
    })
  }

  #makeTopics(): Topics {
    const { environment, settings, cluster, metrics } = this.parts
    return new Topics({
      cluster,
      rules: {
        batchSize: Math.max(1, settings.batchSize),
        isAdaptive: settings.partitionerAdaptivePartitioningEnable,
        random: environment.random.fork('partitions'),
        isStalled: (broker) =>
          settings.partitionerAvailabilityTimeoutMs > 0 && this.sender.isStalled(broker, settings.partitionerAvailabilityTimeoutMs),
      },
      settings,
      now: () => this.now(),
      known: (topic) => {
        this.intake.waitingRoom.admitTopic(topic)
        this.sender.soon()
      },
      failed: (topic, error) => {
        this.intake.waitingRoom.failAll(error, topic)
        this.#holdWhileBusy()
      },
      timedOut: () => void this.intake.waitingRoom.expire(this.now()),
      forgotten: ({ name }) => {
        metrics.forgetTopic(name)
        this.unseen.forgetTopic(name)
      },
    })
  }

  #tellEnd(error: Error): void {
    for (const tell of this.#endListeners) tell(error)
    this.#endListeners.clear()
  }

  /** The producer can't go on: everything fails, and will. */
  #die(error: KafkaError): void {
    if (this.#fatal !== undefined) return
    this.#fatal = error
    this.parts.environment.logger.error(`The producer can not go on: ${error.message}`)
    this.intake.waitingRoom.failAll(error)
    this.sender.failQueued(error, 'queued')
    this.#tellEnd(error)
  }

  #holdWhileBusy(): void {
    const isBusy = this.#incomplete.size > 0 || this.intake.waitingRoom.count > 0
    if (isBusy) this.#release ??= this.parts.environment.hold()
    else if (this.#release !== undefined) {
      this.#release()
      this.#release = undefined
    }
  }

  readonly #rejectAll = (): void => {
    for (const reject of this.#rejecting.splice(0)) reject()
  }
}

function levelOf(codec: Codec, settings: ProducerSettings): number | undefined {
  if (codec === 'gzip') return settings.compressionGzipLevel
  return codec === 'zstd' ? settings.compressionZstdLevel : undefined
}

import { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/protocol'
import type { Codec } from '@odradek/protocol/compression'
import type { Cluster } from '../cluster/cluster.ts'
import { ExponentialBackoff } from '../cluster/exponential-backoff.ts'
import type { ProducerSettings } from '../config/index.ts'
import type { Environment } from '../environment.ts'
import type { ClientMetrics, ProducerMetrics } from '../metrics/index.ts'
import { Accumulator } from './accumulator.ts'
import type { AccumulatorHost, AnyRecord } from './accumulator.ts'
import { Answers } from './answers.ts'
import type { SendingTransaction } from './answers.ts'
import type { Barrier } from './barrier.ts'
import { IdSource } from './id-source.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { roundRobin } from './partitioners/round-robin.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { ProducerIdentity } from './producer-identity.ts'
import { badPartition, badTimestamp, closed, explained } from './record-errors.ts'
import { Receipts } from './receipts.ts'
import { Sealer } from './sealer.ts'
import { Sender } from './sender.ts'
import { SenderMetrics } from './sender-metrics.ts'
import type { TopicEntry } from './topic-entry.ts'
import type { TopicQueues } from './topic-queues.ts'
import { Topics } from './topics.ts'
import { Unseen } from './unseen.ts'
import { WaitingRoom } from './waiting-room.ts'
import type { WaitingRecord } from './waiting-record.ts'

export interface EngineParts {
  readonly environment: Environment
  readonly settings: ProducerSettings
  readonly cluster: Cluster
  readonly clientMetrics: ClientMetrics
  readonly metrics: ProducerMetrics
  /** Undefined: without transactions. Made before, since both need each other. */
  readonly transaction?: (SendingTransaction & { readonly identity: ProducerIdentity; check(): void }) | undefined
}

/** A place among those who wait for memory. */
export interface Room {
  /** Resolves when there is room, and when its owner has left. */
  readonly free: Promise<void>
  leave(): void
}

/** Newer metadata are asked for so many times before a partition counts as not there: one broker may lag behind. */
const refreshesForPartition = 3

/** What a batch may grow to where `batch.size` was not given: twice as much saves a broker hardly anything more. */
const largestUnaskedBatch = 131_072

/** Puts the parts together: records come in, batches go out, answers come back. Nothing here is asynchronous for the caller. */
export class Engine implements AccumulatorHost {
  readonly parts: EngineParts
  readonly accumulator: Accumulator
  readonly sender: Sender
  readonly topics: Topics
  readonly waitingRoom: WaitingRoom
  readonly unseen: Unseen
  readonly identity: ProducerIdentity | undefined
  isClosing = false
  isStopped = false
  readonly #answers: Answers
  readonly #incomplete = new Set<Receipts>()
  readonly #unobserve: () => void
  #waiting: WaitingRecord | undefined
  readonly #roomWaiters = new Set<() => void>()
  readonly #endListeners = new Set<(error: Error) => void>()
  #hurryForMemory: (() => void) | undefined
  #release: (() => void) | undefined
  #fatal: Error | undefined
  #rejecting: (() => void)[] = []
  #isLookingForStrays = false

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
      settled: () => this.#memoryFreed(),
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
      housekeeping: (nowMs) => Math.min(this.waitingRoom.expire(nowMs), this.topics.sweep(nowMs)),
    })
    this.waitingRoom = new WaitingRoom({
      accumulator: this.accumulator,
      maxBlockMs: settings.maxBlockMs,
      maxBytes: settings.bufferMemory,
      now: () => this.now(),
      placed: (record) => this.#placed(record),
      failed: (topic, record, error) => this.#notPlaced(topic, record, error),
      strayed: () => this.#strayed(),
    })
    this.topics = this.#makeTopics()
    this.#unobserve = cluster.observe((metadata) => {
      this.topics.update(metadata)
      this.waitingRoom.retryStrays(false)
      this.sender.soon()
    })
    metrics.watch({
      availableBytes: () => Math.max(0, settings.bufferMemory - this.accumulator.memory.used),
      totalBytes: () => settings.bufferMemory,
      waiting: () => this.waitingRoom.waitingForMemory + this.#roomWaiters.size,
    })
  }

  get hasRoom(): boolean {
    return this.accumulator.memory.hasRoom && this.waitingRoom.isMemoryFree && this.waitingRoom.hasPlaces
  }

  /** A place among those who wait for room. They let no batch linger, so whoever gives up has to `leave`. */
  room(): Room {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#roomWaiters.add(resolve)
    this.#hurryForMemory ??= this.sender.hurry()
    const leave = (): void => {
      resolve()
      if (this.#roomWaiters.delete(resolve)) this.#wakeIfRoom()
    }
    return { free: promise, leave }
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

  /**
   * Takes a record. True: the accumulator says where it is. False: it waits, and `waiting()` is its place to leave a word at.
   * Throws what is known at once; nothing of the record is kept then.
   */
  append(entry: TopicEntry, record: AnyRecord): boolean {
    const { transaction } = this.parts
    try {
      return this.#append(entry, record)
    } catch (thrown) {
      const error = explained(thrown, entry.topic.name, record)
      if (transaction === undefined) throw error
      // Or a transaction would be committed without the record, where nobody looks at the delivery.
      throw transaction.batchFailed(error instanceof Error ? error : new Error(String(error)), false)
    }
  }

  #append(entry: TopicEntry, record: AnyRecord): boolean {
    const { topic } = entry
    if (!entry.isPrepared) this.#prepare(entry)
    if (!topic.isKnown || !entry.isPrepared || topic.waiting.length > 0 || !this.waitingRoom.isMemoryFree) return this.#wait(entry, record)
    if (this.accumulator.wallMs < 0) this.#readClock()
    try {
      if (this.accumulator.append(entry, record)) return true
    } catch (error) {
      if (!isStray(error, topic, record)) throw error
      return this.#waitForPartition(entry, record)
    }
    const { homeless } = this.accumulator
    if (homeless === undefined) throw new TypeError('a record was not placed, and is nowhere')
    const { buffer, start, end, partition, timestamp } = homeless
    this.waitingRoom.check(end - start)
    return this.#waits(this.waitingRoom.waitForMemory(topic, Buffer.from(buffer.subarray(start, end)), partition, timestamp))
  }

  /** The record that `append` did not place. */
  waiting(): WaitingRecord {
    const waiting = this.#waiting
    if (waiting === undefined) throw new TypeError('no record waits')
    return waiting
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
    this.waitingRoom.join(barrier)
  }

  /** Fails all that was taken and is not settled. */
  failAll(error: Error): void {
    this.waitingRoom.failAll(error)
    this.sender.failQueued(error, 'all')
  }

  /** Fails what has not left yet: the transaction will be aborted. `alsoRetries`: what would be sent again, too. `isExpected`: whoever lost it wanted to. */
  failUnsent(error: Error, alsoRetries = false, isExpected = false): void {
    this.unseen.isMuted = isExpected
    this.waitingRoom.failAll(error)
    this.sender.failQueued(error, alsoRetries ? 'queued' : 'never sent')
    this.unseen.isMuted = false
  }

  stop(): void {
    this.isClosing = true
    this.isStopped = true
    this.sender.stop()
    this.#unobserve()
    this.#hurryForMemory?.()
    this.#wakeAll()
    this.#holdWhileBusy()
  }

  opened(queue: PartitionQueue, batch: ProducerBatch): void {
    this.#readClock()
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
        this.waitingRoom.admitTopic(topic)
        this.sender.soon()
      },
      failed: (topic, error) => {
        this.waitingRoom.failAll(error, topic)
        this.#holdWhileBusy()
      },
      timedOut: () => void this.waitingRoom.expire(this.now()),
      forgotten: ({ name }) => {
        metrics.forgetTopic(name)
        this.unseen.forgetTopic(name)
      },
    })
  }

  #wait(entry: TopicEntry, record: AnyRecord): boolean {
    const { topic } = entry
    const { waitingRoom, accumulator } = this
    this.topics.fetch(topic)
    const timestamp = record.timestamp ?? this.#readClock()
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw badTimestamp(topic.name, timestamp)
    const serialize = (): Buffer => {
      const { buffer, start, end } = accumulator.serialize(entry, record)
      return Buffer.from(buffer.subarray(start, end))
    }
    const partition = record.partition ?? -1
    if (record.partition !== undefined && !(Number.isSafeInteger(partition) && partition >= 0)) throw badPartition(topic.name, partition)
    waitingRoom.check(0)
    const payload = entry.isPrepared ? serialize() : undefined
    if (payload !== undefined) waitingRoom.check(payload.length)
    if (payload !== undefined && topic.isKnown && topic.waiting.length === 0) {
      return this.#waits(waitingRoom.waitForMemory(topic, payload, partition, timestamp))
    }
    return this.#waits(waitingRoom.waitForTopic(topic, payload, serialize, () => entry.isPrepared, partition, timestamp))
  }

  #waitForPartition(entry: TopicEntry, record: AnyRecord): boolean {
    const { topic } = entry
    const { buffer, start, end } = this.accumulator.serialize(entry, record)
    this.waitingRoom.check(end - start)
    const timestamp = record.timestamp ?? this.#readClock()
    const payload = Buffer.from(buffer.subarray(start, end))
    this.#strayed()
    return this.#waits(this.waitingRoom.waitForPartition(topic, payload, record.partition ?? -1, timestamp))
  }

  #waits(waiting: WaitingRecord): boolean {
    this.#waiting = waiting
    this.#holdWhileBusy()
    if (!this.waitingRoom.isMemoryFree) this.#hurryForMemory ??= this.sender.hurry()
    this.sender.wakeAt(waiting.deadlineMs)
    return false
  }

  #strayed(): void {
    if (!this.#isLookingForStrays) void this.#lookForStrays()
  }

  /** New partitions may be there, and not yet in our metadata. */
  async #lookForStrays(): Promise<void> {
    const { cluster, settings } = this.parts
    this.#isLookingForStrays = true
    for (let left = refreshesForPartition; left > 0; left--) {
      await cluster.refresh({ timeoutMs: settings.maxBlockMs }).catch(() => undefined)
      this.waitingRoom.retryStrays(left === 1)
      if (!this.waitingRoom.hasStrays) break
    }
    this.#isLookingForStrays = false
    if (this.waitingRoom.hasStrays) void this.#lookForStrays()
    this.#holdWhileBusy()
  }

  #prepare(entry: TopicEntry): void {
    if (entry.isPreparing) return
    const preparing = entry.prepare()
    if (preparing === undefined) {
      entry.isPrepared = true
      return
    }
    entry.isPreparing = true
    preparing.then(
      () => {
        entry.isPreparing = false
        entry.isPrepared = true
        this.waitingRoom.admitTopic(entry.topic)
      },
      (error: unknown) => {
        entry.isPreparing = false
        this.waitingRoom.failAll(error instanceof Error ? error : new Error(String(error)), entry.topic)
        this.#holdWhileBusy()
      },
    )
  }

  /** A record that had to wait is in a batch now. */
  #placed(waiting: WaitingRecord): void {
    const { receipts, index, timestampDelta } = this.accumulator
    this.#waited(waiting)
    this.#hand(waiting, receipts, index, timestampDelta)
    this.#wakeIfRoom()
    this.#holdWhileBusy()
  }

  #notPlaced(topic: TopicQueues, waiting: WaitingRecord, error: Error): void {
    this.#waited(waiting)
    if ('code' in error && error.code === 'ODRADEK_BUFFER_EXHAUSTED') this.parts.metrics.bufferExhausted.record(1)
    const receipts = new Receipts(topic.name, waiting.partition, this)
    receipts.add()
    this.#hand(waiting, receipts, 0, 0)
    receipts.settle(0, 1, { baseOffset: -1, logAppendTimeMs: -1, error: this.parts.transaction?.batchFailed(error, false) ?? error })
    this.#wakeIfRoom()
    this.#holdWhileBusy()
  }

  /** Those who wait in vain wait longest. */
  #waited({ reason, deadlineMs }: WaitingRecord): void {
    const { settings, metrics } = this.parts
    const waitedNs = (this.now() - deadlineMs + settings.maxBlockMs) * 1e6
    if (reason === 'memory') metrics.bufferWait.record(waitedNs)
    else if (reason === 'metadata') metrics.metadataWait.record(waitedNs)
  }

  #hand({ delivery, done, observer, party, flushes }: WaitingRecord, receipts: Receipts, index: number, timestampDelta: number): void {
    delivery?.bind(receipts, index, timestampDelta)
    if (done !== undefined) receipts.addDone(index, done)
    if (observer !== undefined) receipts.addObserver(index, observer)
    if (party !== undefined) party.placed?.(receipts, receipts.addPartyRecord(party))
    // A flush waits for each of them; one that has joined the batch already waits for one less.
    for (const flush of flushes ?? []) if (!receipts.join(flush)) flush.settled(undefined, receipts)
  }

  #memoryFreed(): void {
    if (!this.waitingRoom.isMemoryFree) this.waitingRoom.admit()
    if (this.waitingRoom.isMemoryFree) this.#wakeIfRoom()
  }

  /** Memory is free again, or what waited for a topic's metadata has its place. */
  #wakeIfRoom(): void {
    if (this.#roomWaiters.size > 0 && this.hasRoom) this.#wakeAll()
    if (this.#roomWaiters.size > 0 || !this.waitingRoom.isMemoryFree) return
    this.#hurryForMemory?.()
    this.#hurryForMemory = undefined
  }

  #wakeAll(): void {
    for (const wake of this.#roomWaiters) wake()
    this.#roomWaiters.clear()
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
    this.waitingRoom.failAll(error)
    this.sender.failQueued(error, 'queued')
    this.#tellEnd(error)
  }

  #holdWhileBusy(): void {
    const isBusy = this.#incomplete.size > 0 || this.waitingRoom.count > 0
    if (isBusy) this.#release ??= this.parts.environment.hold()
    else if (this.#release !== undefined) {
      this.#release()
      this.#release = undefined
    }
  }

  /** The clock is read once a turn, and once a batch. */
  #readClock(): number {
    const { environment } = this.parts
    if (this.accumulator.wallMs < 0) environment.timer.endOfTurn(this.#turnOver)
    return (this.accumulator.wallMs = environment.clock.now())
  }

  readonly #turnOver = (): void => {
    this.accumulator.wallMs = -1
  }

  readonly #rejectAll = (): void => {
    for (const reject of this.#rejecting.splice(0)) reject()
  }
}

function levelOf(codec: Codec, settings: ProducerSettings): number | undefined {
  if (codec === 'gzip') return settings.compressionGzipLevel
  return codec === 'zstd' ? settings.compressionZstdLevel : undefined
}

/** A partition that the topic may have by now. */
const isStray = (error: unknown, topic: TopicQueues, { partition }: AnyRecord): boolean =>
  error instanceof KafkaError &&
  error.code === 'UNKNOWN_TOPIC_OR_PARTITION' &&
  partition !== undefined &&
  Number.isInteger(partition) &&
  partition >= topic.queues.length

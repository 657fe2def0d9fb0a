import { Patience } from '../cluster/patience.ts'
import { ConfigError } from '../errors/index.ts'
import type { Metrics } from '../metrics/index.ts'
import type { PartitionInfo } from '../partitions.ts'
import type { Topic } from '../topic.ts'
import { recordChannel } from '../tracing/channels.ts'
import { checkWaiting } from '../waiting.ts'
import type { Waiting } from '../waiting.ts'
import type { AnyRecord } from './accumulator.ts'
import { Barrier } from './barrier.ts'
import { Engine } from './engine.ts'
import type { EngineParts } from './engine.ts'
import { hurry } from './hurrying.ts'
import { Interception } from './interception.ts'
import { LazyDelivery } from './lazy-delivery.ts'
import type { Delivery, Done, Producer } from './producer.ts'
import { bufferExhausted, checkTopic, closed } from './record-errors.ts'
import type { Receipts } from './receipts.ts'
import { sendAll } from './send-all.ts'
import { traced } from './traced-record.ts'
import type { WaitingRecord } from './waiting-record.ts'

/** The producer that users see, without transactions. What it does is in the engine; here are the promises. */
export class CoreProducer implements Producer {
  readonly engine: Engine
  readonly #interception: Interception | undefined
  readonly #clientId: string
  #closing: Promise<void> | undefined

  constructor(parts: EngineParts) {
    const { settings, environment } = parts
    this.engine = new Engine(parts)
    this.#clientId = settings.clientId
    if (settings.interceptors.length > 0) this.#interception = new Interception(settings.interceptors, environment.logger)
  }

  send(given: string | Topic, record: AnyRecord): Delivery {
    const { engine } = this
    if (this.#isWatched) return this.#sendWatched(given, record)
    try {
      engine.check()
      const entry = engine.topics.entry(given)
      if (engine.intake.append(entry, record)) {
        const { receipts, index, timestampDelta } = engine.accumulator
        return new LazyDelivery(receipts, index, timestampDelta)
      }
      return deliveryOf(engine.intake.waiting())
    } catch (error) {
      return this.rejected(error)
    }
  }

  enqueue(given: string | Topic, record: AnyRecord, done?: Done): boolean {
    const { engine } = this
    if (done !== undefined && typeof done !== 'function')
      throw new ConfigError(`enqueue: done must be a function, and is of type ${typeof done}.`)
    engine.check()
    if (this.#isWatched) this.#enqueueWatched(given, record, done)
    else if (engine.intake.append(engine.topics.entry(given), record)) {
      if (done !== undefined) engine.accumulator.receipts.addDone(engine.accumulator.index, done)
    } else engine.intake.waiting().done = done
    return engine.intake.hasRoom
  }

  sendAll(
    given: string | Topic,
    records: Iterable<AnyRecord> | AsyncIterable<AnyRecord>,
    options: Waiting = {},
  ): Promise<{ readonly records: number }> {
    const observe = this.#isWatched ? (record: AnyRecord) => this.#watch(given, record) : undefined
    return sendAll(this.engine, given, records, options, observe)
  }

  async ready(options: Waiting = {}): Promise<void> {
    checkWaiting(options, 'ready')
    this.engine.check()
    if (this.engine.intake.hasRoom) return
    const { environment, settings, metrics } = this.engine.parts
    const patience = new Patience(environment, options, settings.maxBlockMs, 'waiting for memory')
    const release = environment.hold()
    const startedMs = environment.clock.monotonic()
    const room = this.engine.intake.room()
    try {
      await patience.wait(room.free)
    } catch (error) {
      if (!patience.isOver || options.signal?.aborted === true) throw error
      metrics.bufferExhausted.record(1)
      throw bufferExhausted(
        `No memory became free within ${options.timeoutMs ?? settings.maxBlockMs} ms: buffer.memory is ${settings.bufferMemory} bytes`,
      )
    } finally {
      room.leave()
      release()
      metrics.bufferWait.record((environment.clock.monotonic() - startedMs) * 1e6)
    }
  }

  async flush(options: Waiting = {}): Promise<void> {
    const { engine } = this
    checkWaiting(options, 'flush')
    engine.check()
    const { environment, metrics } = engine.parts
    const startedMs = environment.clock.monotonic()
    try {
      await this.settle(options, 'flushing')
    } finally {
      metrics.flushTime.record((environment.clock.monotonic() - startedMs) * 1e6)
    }
    const unseen = engine.unseen.take()
    if (unseen !== undefined) throw unseen
  }

  /** Sends everything and waits until all of it has succeeded or failed. */
  async settle(options: Waiting, what: string): Promise<void> {
    const { environment } = this.engine.parts
    const patience = new Patience(environment, options, Infinity, what)
    const barrier = new Barrier()
    this.engine.join(barrier)
    const linger = this.engine.sender.hurry()
    const release = environment.hold()
    try {
      await patience.wait(barrier.passed())
    } finally {
      release()
      linger()
    }
  }

  async partitionsFor(topic: string, options: Waiting = {}): Promise<readonly PartitionInfo[]> {
    checkWaiting(options, 'partitionsFor')
    checkTopic(topic)
    this.engine.check()
    const { cluster, settings } = this.engine.parts
    const { partitions } = await cluster.topic(topic, { timeoutMs: settings.maxBlockMs, ...options })
    return partitions.map(({ leader, leaderEpoch, replicas, inSyncReplicas, offlineReplicas }, partition) => ({
      topic,
      partition,
      ...(leader < 0 ? {} : { leader }),
      ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
      replicas,
      inSyncReplicas,
      offlineReplicas,
    }))
  }

  [hurry](): () => void {
    return this.engine.sender.hurry()
  }

  metrics(): Metrics {
    return this.engine.parts.clientMetrics.view()
  }

  close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    try {
      checkWaiting(options, 'close')
    } catch (error) {
      return Promise.reject(error)
    }
    this.#closing ??= this.#close(options.timeoutMs)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** What a transaction does before the producer closes; it may reject. */
  beforeClose: (timeoutMs: number) => Promise<void> = () => Promise.resolve()

  async #close(timeoutMs = Infinity): Promise<void> {
    const { engine } = this
    const { environment, cluster } = engine.parts
    const endsAtMs = environment.clock.monotonic() + timeoutMs
    engine.beginClosing()
    await this.beforeClose(timeoutMs).catch((error: unknown) => {
      environment.logger.warn(`Closing: the open transaction was not aborted: ${String(error)}`)
    })
    try {
      await this.settle({ timeoutMs: Math.max(0, endsAtMs - environment.clock.monotonic()) }, 'closing')
    } catch {
      engine.failAll(closed())
    }
    engine.stop()
    await cluster[Symbol.asyncDispose]()
    const unseen = engine.unseen.take()
    if (unseen !== undefined) throw unseen
  }

  /** Interceptors or tools want to see every record: the long way round. */
  get #isWatched(): boolean {
    return this.#interception !== undefined || recordChannel.hasSubscribers
  }

  #watch(
    given: string | Topic,
    record: AnyRecord,
  ): { readonly topic: string | Topic; readonly record: AnyRecord; readonly done: Done | undefined } {
    const intercepted = this.#interception?.onSend(given, record) ?? { topic: given, record }
    const seen = recordChannel.hasSubscribers ? traced(this.#clientId, intercepted.topic, intercepted.record) : intercepted.record
    const done = this.#interception?.onAcknowledgement(intercepted.topic, seen, this.engine.parts.environment.clock.now())
    return { topic: intercepted.topic, record: seen, done }
  }

  #sendWatched(given: string | Topic, unseen: AnyRecord): Delivery {
    const { engine } = this
    let acknowledged: Done | undefined
    try {
      engine.check()
      const { topic, record, done } = this.#watch(given, unseen)
      acknowledged = done
      if (engine.intake.append(engine.topics.entry(topic), record)) {
        const { receipts, index, timestampDelta } = engine.accumulator
        if (done !== undefined) receipts.addObserver(index, done)
        return new LazyDelivery(receipts, index, timestampDelta)
      }
      const waiting = engine.intake.waiting()
      waiting.observer = done
      return deliveryOf(waiting)
    } catch (error) {
      acknowledged?.(error instanceof Error ? error : new Error(String(error)), -1, -1)
      return this.rejected(error)
    }
  }

  #enqueueWatched(given: string | Topic, unseen: AnyRecord, done: Done | undefined): void {
    const { engine } = this
    const { topic, record, done: observer } = this.#watch(given, unseen)
    if (engine.intake.append(engine.topics.entry(topic), record)) {
      const { receipts, index } = engine.accumulator
      if (done !== undefined) receipts.addDone(index, done)
      if (observer !== undefined) receipts.addObserver(index, observer)
    } else {
      const waiting = engine.intake.waiting()
      waiting.done = done
      waiting.observer = observer
    }
  }

  /** Known at once, told at the end of the turn: until then somebody may look at it. */
  rejected(error: unknown): Delivery {
    const receipts: Receipts = this.engine.rejectLater(error instanceof Error ? error : new Error(String(error)))
    return new LazyDelivery(receipts, 0, 0)
  }
}

function deliveryOf(waiting: WaitingRecord): Delivery {
  const delivery = new LazyDelivery(undefined, 0, 0)
  waiting.delivery = delivery
  return delivery
}

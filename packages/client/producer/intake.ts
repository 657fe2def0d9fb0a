import { Buffer } from 'node:buffer'
import { KafkaError } from '@odradek/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { Environment } from '../environment.ts'
import type { ProducerMetrics } from '../metrics/index.ts'
import type { Accumulator, AnyRecord } from './accumulator.ts'
import type { SendingTransaction } from './answers.ts'
import { badPartition, badTimestamp, explained } from './record-errors.ts'
import { Receipts } from './receipts.ts'
import type { ReceiptsHost } from './receipts.ts'
import type { Sender } from './sender.ts'
import type { TopicEntry } from './topic-entry.ts'
import type { TopicQueues } from './topic-queues.ts'
import type { Topics } from './topics.ts'
import { WaitingRoom } from './waiting-room.ts'
import type { WaitingRecord } from './waiting-record.ts'

export interface IntakeParts {
  readonly environment: Environment
  readonly settings: { readonly maxBlockMs: number; readonly bufferMemory: number }
  readonly cluster: Pick<Cluster, 'refresh'>
  readonly metrics: ProducerMetrics
  readonly transaction: Pick<SendingTransaction, 'batchFailed'> | undefined
  readonly accumulator: Accumulator
  readonly sender: Pick<Sender, 'hurry' | 'wakeAt'>
  readonly topics: Pick<Topics, 'fetch'>
  readonly receipts: ReceiptsHost
  /** A record waits, or waits no longer. */
  readonly changed: () => void
}

/** A place among those who wait for memory. */
export interface Room {
  /** Resolves when there is room, and when its owner has left. */
  readonly free: Promise<void>
  leave(): void
}

/** Newer metadata are asked for so many times before a partition counts as not there: one broker may lag behind. */
const refreshesForPartition = 3

/**
 * Where records come in: each goes into a batch, or waits until it can, for memory, metadata or a serializer.
 *
 * Nothing here is asynchronous for the caller.
 */
export class Intake {
  readonly waitingRoom: WaitingRoom
  readonly #parts: IntakeParts
  readonly #accumulator: Accumulator
  #waiting: WaitingRecord | undefined
  readonly #roomWaiters = new Set<() => void>()
  #hurryForMemory: (() => void) | undefined
  #isLookingForStrays = false

  constructor(parts: IntakeParts) {
    const { settings, accumulator, environment } = parts
    this.#parts = parts
    this.#accumulator = accumulator
    this.waitingRoom = new WaitingRoom({
      accumulator,
      maxBlockMs: settings.maxBlockMs,
      maxBytes: settings.bufferMemory,
      now: () => environment.clock.monotonic(),
      placed: (record) => this.#placed(record),
      failed: (topic, record, error) => this.#notPlaced(topic, record, error),
      strayed: () => this.#strayed(),
    })
  }

  /** Sends that wait for memory, with a record in hand or without. */
  get waitingForMemory(): number {
    return this.waitingRoom.waitingForMemory + this.#roomWaiters.size
  }

  get hasRoom(): boolean {
    return this.#accumulator.memory.hasRoom && this.waitingRoom.isMemoryFree && this.waitingRoom.hasPlaces
  }

  /** A place among those who wait for room. They let no batch linger, so whoever gives up has to `leave`. */
  room(): Room {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#roomWaiters.add(resolve)
    this.#hurryForMemory ??= this.#parts.sender.hurry()
    const leave = (): void => {
      resolve()
      if (this.#roomWaiters.delete(resolve)) this.#wakeIfRoom()
    }
    return { free: promise, leave }
  }

  /**
   * Takes a record. True: the accumulator says where it is. False: it waits, and `waiting()` is its place to leave a word at.
   * Throws what is known at once; nothing of the record is kept then.
   */
  append(entry: TopicEntry, record: AnyRecord): boolean {
    const { transaction } = this.#parts
    try {
      return this.#append(entry, record)
    } catch (thrown) {
      const error = explained(thrown, entry.topic.name, record)
      if (transaction === undefined) throw error
      // Or a transaction would be committed without the record, where nobody looks at the delivery.
      throw transaction.batchFailed(error instanceof Error ? error : new Error(String(error)), false)
    }
  }

  /** The record that `append` did not place. */
  waiting(): WaitingRecord {
    const waiting = this.#waiting
    if (waiting === undefined) throw new TypeError('no record waits')
    return waiting
  }

  /** A batch is settled: those who wait for its memory go on. */
  memoryFreed(): void {
    if (!this.waitingRoom.isMemoryFree) this.waitingRoom.admit()
    if (this.waitingRoom.isMemoryFree) this.#wakeIfRoom()
  }

  /** Nobody waits any longer. */
  stop(): void {
    this.#hurryForMemory?.()
    this.#wakeAll()
  }

  /** The clock is read once a turn, and once a batch. */
  readClock(): number {
    const { environment } = this.#parts
    if (this.#accumulator.wallMs < 0) environment.timer.endOfTurn(this.#turnOver)
    return (this.#accumulator.wallMs = environment.clock.now())
  }

  #append(entry: TopicEntry, record: AnyRecord): boolean {
    const { topic } = entry
    if (!entry.isPrepared) this.#prepare(entry)
    if (!topic.isKnown || !entry.isPrepared || topic.waiting.length > 0 || !this.waitingRoom.isMemoryFree) return this.#wait(entry, record)
    if (this.#accumulator.wallMs < 0) this.readClock()
    try {
      if (this.#accumulator.append(entry, record)) return true
    } catch (error) {
      if (!isStray(error, topic, record)) throw error
      return this.#waitForPartition(entry, record)
    }
    const { homeless } = this.#accumulator
    if (homeless === undefined) throw new TypeError('a record was not placed, and is nowhere')
    const { buffer, start, end, partition, timestamp } = homeless
    this.waitingRoom.check(end - start)
    return this.#waits(this.waitingRoom.waitForMemory(topic, Buffer.from(buffer.subarray(start, end)), partition, timestamp))
  }

  #wait(entry: TopicEntry, record: AnyRecord): boolean {
    const { topic } = entry
    const { waitingRoom } = this
    this.#parts.topics.fetch(topic)
    const timestamp = record.timestamp ?? this.readClock()
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw badTimestamp(topic.name, timestamp)
    const serialize = (): Buffer => this.#serialized(entry, record)
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
    const payload = this.#serialized(entry, record)
    this.waitingRoom.check(payload.length)
    const timestamp = record.timestamp ?? this.readClock()
    this.#strayed()
    return this.#waits(this.waitingRoom.waitForPartition(entry.topic, payload, record.partition ?? -1, timestamp))
  }

  #serialized(entry: TopicEntry, record: AnyRecord): Buffer {
    const { buffer, start, end } = this.#accumulator.serialize(entry, record)
    return Buffer.from(buffer.subarray(start, end))
  }

  #waits(waiting: WaitingRecord): boolean {
    this.#waiting = waiting
    this.#parts.changed()
    if (!this.waitingRoom.isMemoryFree) this.#hurryForMemory ??= this.#parts.sender.hurry()
    this.#parts.sender.wakeAt(waiting.deadlineMs)
    return false
  }

  #strayed(): void {
    if (!this.#isLookingForStrays) void this.#lookForStrays()
  }

  /** New partitions may be there, and not yet in our metadata. */
  async #lookForStrays(): Promise<void> {
    const { cluster, settings } = this.#parts
    this.#isLookingForStrays = true
    for (let left = refreshesForPartition; left > 0; left--) {
      await cluster.refresh({ timeoutMs: settings.maxBlockMs }).catch(() => undefined)
      this.waitingRoom.retryStrays(left === 1)
      if (!this.waitingRoom.hasStrays) break
    }
    this.#isLookingForStrays = false
    if (this.waitingRoom.hasStrays) void this.#lookForStrays()
    this.#parts.changed()
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
        this.#parts.changed()
      },
    )
  }

  /** A record that had to wait is in a batch now. */
  #placed(waiting: WaitingRecord): void {
    const { receipts, index, timestampDelta } = this.#accumulator
    this.#waited(waiting)
    this.#hand(waiting, receipts, index, timestampDelta)
    this.#wakeIfRoom()
    this.#parts.changed()
  }

  #notPlaced(topic: TopicQueues, waiting: WaitingRecord, error: Error): void {
    this.#waited(waiting)
    if ('code' in error && error.code === 'ODRADEK_BUFFER_EXHAUSTED') this.#parts.metrics.bufferExhausted.record(1)
    const receipts = new Receipts(topic.name, waiting.partition, this.#parts.receipts)
    receipts.add()
    this.#hand(waiting, receipts, 0, 0)
    receipts.settle(0, 1, { baseOffset: -1, logAppendTimeMs: -1, error: this.#parts.transaction?.batchFailed(error, false) ?? error })
    this.#wakeIfRoom()
    this.#parts.changed()
  }

  /** Those who wait in vain wait longest. */
  #waited({ reason, deadlineMs }: WaitingRecord): void {
    const { settings, metrics } = this.#parts
    const waitedNs = (this.#parts.environment.clock.monotonic() - deadlineMs + settings.maxBlockMs) * 1e6
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

  readonly #turnOver = (): void => {
    this.#accumulator.wallMs = -1
  }
}

/** A partition that the topic may have by now. */
const isStray = (error: unknown, topic: TopicQueues, { partition }: AnyRecord): boolean =>
  error instanceof KafkaError &&
  error.code === 'UNKNOWN_TOPIC_OR_PARTITION' &&
  partition !== undefined &&
  Number.isInteger(partition) &&
  partition >= topic.queues.length

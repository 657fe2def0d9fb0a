import type { Appended, Log, LogObserver, LogSettings, LogSlice } from '@odradek/log'
import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { FetchWaiters } from './delayed-fetch.ts'
import type { FetchablePartition, FetchReader, WantedRange } from './delayed-fetch.ts'
import { highWatermark } from './high-watermark.ts'
import { OffsetWaiters } from './offset-waiters.ts'

/** What the cluster has decided about a partition, as far as its leader needs to know. */
export interface PartitionAssignment {
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
}

export interface PartitionOptions {
  readonly brokerId: number
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly assignment: PartitionAssignment
  /** Called at the first touch; a partition nobody uses costs no file. */
  readonly openLog: () => Log
  /** What is set for the topic now. */
  readonly settings: () => TopicSettings
}

/** What is set for a topic, with the broker's defaults. */
export interface TopicSettings {
  readonly log: LogSettings
  /** `min.insync.replicas` */
  readonly minInSyncReplicas: number
}

/** Where a reader stands, and the epoch of the last batch that it has. */
export interface ReaderPosition {
  readonly fetchOffset: number
  readonly lastFetchedEpoch: number
}

export interface PartitionAppendOptions {
  readonly origin: 'client' | 'coordinator'
  readonly apiVersion: number
  /** acks=all: nothing is appended unless enough replicas are in sync. */
  readonly allInSync: boolean
}

export interface PartitionReadOptions {
  readonly reader: FetchReader
  readonly maxBytes: number
  /** Give one whole batch even if it is larger than `maxBytes`. */
  readonly atLeastOneBatch: boolean
}

/**
 * One partition that this broker holds: who may write and read, and how far.
 *
 * The log knows what is written and what is durable; the partition turns that into the high watermark and
 * wakes whoever waits for it.
 */
export class Partition implements FetchablePartition, LogObserver {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly fetchWaiters = new FetchWaiters()
  /** Requests with acks=1: they wait for the page cache. */
  readonly writtenWaiters = new OffsetWaiters()
  /** Requests with acks=all: they wait for the high watermark. */
  readonly replicatedWaiters = new OffsetWaiters()
  readonly #brokerId: number
  readonly #openLog: () => Log
  readonly #settings: () => TopicSettings
  #assignment: PartitionAssignment
  #log: Log | undefined
  /** Settles when the last of the batches that are being opened is in the log. */
  #lastInLine: Promise<void> | undefined
  /** Set when the topic was deleted, or the broker stops. */
  #gone: ErrorName | undefined

  constructor(options: PartitionOptions) {
    this.topic = options.topic
    this.topicId = options.topicId
    this.partition = options.partition
    this.#brokerId = options.brokerId
    this.#assignment = options.assignment
    this.#openLog = options.openLog
    this.#settings = options.settings
  }

  get leaderEpoch(): number {
    return this.#assignment.leaderEpoch
  }

  get leader(): number {
    return this.#assignment.leader
  }

  get isLeader(): boolean {
    return this.#gone === undefined && this.#assignment.leader === this.#brokerId
  }

  /** Whether anybody has touched the log since the broker started. */
  get isOpen(): boolean {
    return this.#log !== undefined
  }

  /** The log, opened now if this is the first touch. Throws KAFKA_STORAGE_ERROR when it can't be. */
  get log(): Log {
    return this.#log ?? this.#open()
  }

  get highWatermark(): number {
    return this.log.highWatermark
  }

  /** Where a reader with isolation level read_committed ends: before the first record of the first open transaction. */
  get lastStableOffset(): number {
    return this.log.lastStableOffset
  }

  /** The cluster has decided anew. Whoever waits on something that is no longer so is told. */
  assign(assignment: PartitionAssignment): void {
    const before = this.#assignment
    this.#assignment = assignment
    if (before.leader === this.#brokerId && assignment.leader !== this.#brokerId) this.#abandon('NOT_LEADER_OR_FOLLOWER')
    else if (before.leaderEpoch !== assignment.leaderEpoch) this.fetchWaiters.finishAll()
    if (this.#log !== undefined && this.isLeader) this.#advance()
  }

  /** Settings of the topic have changed: the high watermark may depend on them. */
  settingsChanged(): void {
    if (this.#log !== undefined && this.isLeader) this.#advance()
  }

  /** Nothing is written or read any more. What was appended before is still answered for when it is safe. */
  retire(reason: ErrorName): void {
    this.#gone ??= reason
    this.fetchWaiters.finishAll()
  }

  /** The topic is gone; the log is somebody else's business now. */
  close(reason: ErrorName): void {
    this.#gone = reason
    this.#abandon(reason)
  }

  /** Throws unless this broker leads the partition in the epoch that the client believes in (−1: it has none, KIP-320). */
  requireLeader(currentLeaderEpoch = -1): void {
    if (this.#gone !== undefined) throw new KafkaError(this.#gone)
    if (!this.isLeader) throw new KafkaError('NOT_LEADER_OR_FOLLOWER')
    if (currentLeaderEpoch === -1 || currentLeaderEpoch === this.leaderEpoch) return
    throw new KafkaError(currentLeaderEpoch < this.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH')
  }

  /**
   * Appends one batch as the leader: at once, unless the topic's settings have it opened first. Batches come into the log in the
   * order of the calls. The bytes need not outlive the call.
   */
  append(batch: Buffer, options: PartitionAppendOptions): Appended | Promise<Appended> {
    this.#requireAppendable(options)
    const logOptions = { leaderEpoch: this.leaderEpoch, origin: options.origin, apiVersion: options.apiVersion, prepared: true }
    const prepared = this.log.prepare(batch, logOptions)
    if (this.#lastInLine === undefined && !(prepared instanceof Promise)) return this.log.append(prepared, logOptions)
    return this.#appendInLine(prepared instanceof Promise ? prepared : Buffer.from(prepared), options)
  }

  /** Whether the topic's policy lets records go before they are compacted away. */
  get deletesRecords(): boolean {
    return this.#settings().log.deletes
  }

  /** Whether as many replicas are in sync as `min.insync.replicas` asks for. */
  get enoughInSync(): boolean {
    return this.spareInSync >= 0
  }

  /** How many replicas may fall out of sync before there are too few for acks=all; negative when there are. */
  get spareInSync(): number {
    return this.#assignment.isr.length - this.#minInSync()
  }

  /** How many replicas are not in sync. */
  get missingInSync(): number {
    return this.#assignment.replicas.length - this.#assignment.isr.length
  }

  readableBytes(wanted: WantedRange, reader: FetchReader, enough: number): number | undefined {
    if (!this.isLeader) return undefined
    const { log } = this
    if (wanted.fetchOffset < log.startOffset || wanted.fetchOffset > log.endOffset) return undefined
    const upTo = this.endFor(reader)
    return wanted.fetchOffset >= upTo ? 0 : log.readableBytes(wanted.fetchOffset, upTo, enough)
  }

  /** How far this reader may see, exclusive. */
  endFor(reader: FetchReader): number {
    if (reader === 'replica') return this.log.writtenOffset
    return reader === 'read-committed' ? this.lastStableOffset : this.highWatermark
  }

  /** Batches for a reader. Empty between the high watermark and the end; OFFSET_OUT_OF_RANGE outside the log. */
  read(fetchOffset: number, options: PartitionReadOptions): LogSlice | Promise<LogSlice> {
    const { log } = this
    if (fetchOffset < log.startOffset || fetchOffset > log.endOffset) throw new KafkaError('OFFSET_OUT_OF_RANGE')
    const upToOffset = this.endFor(options.reader)
    if (fetchOffset >= upToOffset) return nothing
    return log.read(fetchOffset, { maxBytes: options.maxBytes, upToOffset, atLeastOneBatch: options.atLeastOneBatch })
  }

  /**
   * Where the history of a reader parts from ours (KIP-595): it has read up to `fetchOffset` in `lastFetchedEpoch`, but our log
   * has the end of that epoch before. Undefined while it does not, or when the reader names no epoch.
   */
  divergence({ fetchOffset, lastFetchedEpoch }: ReaderPosition): { readonly epoch: number; readonly endOffset: number } | undefined {
    if (lastFetchedEpoch < 0) return undefined
    const end = this.endOfEpoch(lastFetchedEpoch)
    if (end.epoch < 0) throw new KafkaError('OFFSET_OUT_OF_RANGE')
    return end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : undefined
  }

  /** The largest epoch not above `epoch` and where it ends in this log; −1 for both when there is none, or `epoch` is not known yet. */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } {
    // The leader has begun its epoch before it writes anything in it.
    if (epoch === this.leaderEpoch) return { epoch, endOffset: this.log.endOffset }
    return this.log.endOfEpoch(epoch)
  }

  /** DeleteRecords: nothing below `offset` is served any more. Resolves when that survives a crash. */
  async deleteRecordsBefore(offset: number): Promise<void> {
    await this.log.advanceStartOffset(offset)
    this.fetchWaiters.wake()
  }

  written(): void {
    this.writtenWaiters.passed(this.log.writtenOffset)
  }

  durable(): void {
    this.#advance()
  }

  failed(offset: number): void {
    this.writtenWaiters.fail(offset, 'KAFKA_STORAGE_ERROR')
    this.replicatedWaiters.fail(offset, 'KAFKA_STORAGE_ERROR')
    this.fetchWaiters.finishAll()
  }

  #open(): Log {
    if (this.#gone !== undefined) throw new KafkaError(this.#gone)
    const log = this.#openLog()
    this.#log = log
    log.observe(this)
    if (this.isLeader) this.#advance()
    return log
  }

  #requireAppendable({ allInSync }: PartitionAppendOptions): void {
    this.requireLeader()
    if (allInSync && !this.enoughInSync) throw new KafkaError('NOT_ENOUGH_REPLICAS')
  }

  /** Batches are opened side by side and appended one after the other: a producer's sequence must not have a gap on the way. */
  async #appendInLine(prepared: Buffer | Promise<Buffer>, options: PartitionAppendOptions): Promise<Appended> {
    const before = this.#lastInLine
    const { promise: done, resolve: leave } = Promise.withResolvers<void>()
    this.#lastInLine = done
    try {
      const [outcome] = await Promise.allSettled([prepared, before])
      if (outcome.status === 'rejected') throw outcome.reason
      this.#requireAppendable(options)
      const { origin, apiVersion } = options
      return this.log.append(outcome.value, { leaderEpoch: this.leaderEpoch, origin, apiVersion, prepared: true })
    } finally {
      if (this.#lastInLine === done) this.#lastInLine = undefined
      leave()
    }
  }

  #advance(): void {
    const { log } = this
    const mark = highWatermark({
      current: log.highWatermark,
      leaderEnd: log.durableOffset,
      followers: [],
      inSync: this.#assignment.isr.length,
      minInSync: this.#minInSync(),
    })
    if (mark === log.highWatermark) return
    log.advanceHighWatermark(mark)
    this.replicatedWaiters.passed(mark, this.enoughInSync ? undefined : 'NOT_ENOUGH_REPLICAS_AFTER_APPEND')
    this.fetchWaiters.wake()
  }

  #minInSync(): number {
    return Math.min(this.#settings().minInSyncReplicas, this.#assignment.replicas.length)
  }

  #abandon(reason: ErrorName): void {
    this.writtenWaiters.fail(0, reason)
    this.replicatedWaiters.fail(0, reason)
    this.fetchWaiters.finishAll()
  }
}

const nothing: LogSlice = { chunks: [], bytes: 0, release: () => undefined }

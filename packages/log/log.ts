import type { Buffer } from 'node:buffer'

/**
 * One partition's log, as the rest of the broker sees it.
 *
 * Three ends move forward behind each other. With a log that holds 12 records, 10 of them written to the file
 * and 7 of them synced: `endOffset` 12, `writtenOffset` 10, `durableOffset` 7. In page-cache mode durable = written.
 * `append` only moves the first; the log directory moves the others at the end of the turn and after each
 * flush round, and tells the observer.
 */
export interface Log {
  readonly topic: string
  readonly partition: number
  /** First offset that may still be read. */
  readonly startOffset: number
  /** Offset that the next record will get. */
  readonly endOffset: number
  /** All below is in the file (page cache). `acks=1` answers here. */
  readonly writtenOffset: number
  /** All below survives a power cut. `acks=all` and the high watermark stand on it. */
  readonly durableOffset: number
  /** Set by the replica; retention and time look-ups never pass it. Never above `durableOffset`. */
  readonly highWatermark: number
  /** Below it no transaction is open: the high watermark, or the beginning of the first open transaction. */
  readonly lastStableOffset: number
  /** Epoch of the last batch, −1 when there was none. */
  readonly latestEpoch: number

  /**
   * What may be appended in the place of `batch`: nearly always the batch itself, at once. Only for a compacted topic, or
   * one with a `compression.type` of its own, a batch has to be opened first, which takes a while; then the given bytes are
   * copied and need not outlive the call. Batches of one producer must be appended in their order all the same.
   * Throws, or rejects with, `KafkaError`.
   */
  prepare(batch: Buffer, options: AppendOptions): Buffer | Promise<Buffer>

  /**
   * Validates one record batch, gives it offsets and puts it at the end, in memory; the bytes are copied.
   * Patches base offset and leader epoch in place and never looks into records unless the topic's settings ask for it.
   * Throws `KafkaError` in the order of Kafka's checks, with `recordErrors` where single records are at fault.
   */
  append(batch: Buffer, options: AppendOptions): Appended

  /**
   * Batches from the one that holds `fromOffset`, below `upToOffset`, within one segment.
   * Out of memory at once where the tail holds them, else as a promise from the file.
   * Throws OFFSET_OUT_OF_RANGE below `startOffset` or above `endOffset`.
   */
  read(fromOffset: number, options: ReadOptions): LogSlice | Promise<LogSlice>

  /** How many bytes a reader at `fromOffset` could get below `upToOffset`, without reading; stops counting at `enough`. */
  readableBytes(fromOffset: number, upToOffset: number, enough: number): number

  /** First record with a timestamp ≥ `timestamp` below `upToOffset`, or undefined. */
  findByTimestamp(timestamp: number, upToOffset: number): Promise<TimestampedOffset | undefined>
  /** The first record with the largest timestamp, or undefined in an empty log. */
  findMaxTimestamp(upToOffset: number): Promise<TimestampedOffset | undefined>

  /** End of the largest epoch ≤ `epoch`: what OffsetForLeaderEpoch answers (−1, −1 when unknown). */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number }
  /** Epoch of the batch that holds `offset`, −1 when unknown. */
  epochAt(offset: number): number

  advanceHighWatermark(offset: number): void
  /** DeleteRecords: raises the log start, durably. */
  advanceStartOffset(offset: number): Promise<void>
  /** A follower or a test cuts the log; everything at and above `offset` is gone, durably. */
  truncateTo(offset: number): Promise<void>
  /** Closes segments that retention no longer wants; returns how many. */
  deleteOldSegments(): number

  /** What DescribeProducers answers. */
  producers(): readonly ProducerDescription[]
  /**
   * Throws KAFKA_STORAGE_ERROR, with what the operator is to do, when a part of the log that was on disk once is damaged or gone.
   * For those who must see all of it or nothing, as a coordinator does.
   */
  requireWhole(): void
  /** Bytes on disk. */
  sizeInBytes(): number
  segmentCount(): number
  /** Told when ends move; one observer, the partition. */
  observe(observer: LogObserver): void
}

export interface LogObserver {
  /** `writtenOffset` moved. Called once a turn for all appends of the turn. */
  written(): void
  /** `durableOffset` moved. */
  durable(): void
  /** Everything at and above `offset` was not written and is gone; waiters get KAFKA_STORAGE_ERROR. */
  failed(offset: number, reason: Error): void
}

export interface AppendOptions {
  readonly leaderEpoch: number
  /** Who wrote it: clients may not write control batches; a follower keeps offsets as they are. */
  readonly origin: 'client' | 'coordinator' | 'replication'
  /** Produce version, where a rule depends on it (zstd before 7). */
  readonly apiVersion?: number
  /** The batch is what `prepare` gave. */
  readonly prepared?: boolean
}

export interface Appended {
  /** For a duplicate, that of the original. */
  readonly baseOffset: number
  readonly lastOffset: number
  /** −1 unless the topic stamps LogAppendTime. */
  readonly logAppendTimeMs: number
  readonly records: number
  readonly duplicate: boolean
}

export interface ReadOptions {
  readonly maxBytes: number
  /** Exclusive. High watermark or last stable offset for consumers, log end for followers. */
  readonly upToOffset: number
  /** Give one whole batch even if it is larger than `maxBytes`. */
  readonly atLeastOneBatch: boolean
}

/** Whole batches as the bytes they have on disk. */
export interface LogSlice {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
  /** Must be called once, when the bytes have been sent or thrown away: the buffers are used again. */
  release(): void
}

export interface TimestampedOffset {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

export interface ProducerDescription {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number
  /** −1 without an open transaction. */
  readonly currentTransactionStartOffset: number
}

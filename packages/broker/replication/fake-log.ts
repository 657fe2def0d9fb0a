import { Buffer } from 'node:buffer'
import type { Appended, Log, LogObserver, LogSettings, LogSlice } from '@odradek/log'
import { KafkaError } from '@odradek/protocol'

/**
 * A log whose ends move when a test says so: appends are in memory, `write` takes them to the file, `sync` makes them durable.
 * Each batch is one record and all its bytes.
 */
export class FakeLog implements Log {
  readonly topic = 'orders'
  readonly partition = 0
  startOffset = 0
  writtenOffset = 0
  durableOffset = 0
  highWatermark = 0
  readonly latestEpoch = 0
  readonly #batches: Buffer[] = []
  #observer: LogObserver | undefined
  /** How batches are opened before they are appended; at once when there is nothing. */
  preparing: ((batch: Buffer) => Promise<Buffer>) | undefined
  /** Why not all of the log is there. */
  damage: KafkaError | undefined
  /** Slices that nobody has given back. */
  lent = 0

  get lastStableOffset(): number {
    return this.highWatermark
  }

  requireWhole(): void {
    if (this.damage !== undefined) throw this.damage
  }

  prepare(batch: Buffer): Buffer | Promise<Buffer> {
    return this.preparing?.(batch) ?? batch
  }

  get endOffset(): number {
    return this.#batches.length
  }

  append(batch: Buffer): Appended {
    const offset = this.#batches.push(Buffer.from(batch)) - 1
    return { baseOffset: offset, lastOffset: offset, logAppendTimeMs: -1, records: 1, duplicate: false }
  }

  write(): void {
    this.writtenOffset = this.endOffset
    this.#observer?.written()
  }

  sync(): void {
    this.durableOffset = this.writtenOffset
    this.#observer?.durable()
  }

  fail(): void {
    this.#batches.length = this.durableOffset
    this.#observer?.failed(this.durableOffset, new Error('the disk is gone'))
  }

  read(
    fromOffset: number,
    options: { readonly maxBytes: number; readonly upToOffset: number; readonly atLeastOneBatch: boolean },
  ): LogSlice {
    const chunks: Buffer[] = []
    let bytes = 0
    for (const batch of this.#batches.slice(fromOffset, options.upToOffset)) {
      if (bytes + batch.length > options.maxBytes && !(options.atLeastOneBatch && bytes === 0)) break
      chunks.push(batch)
      bytes += batch.length
    }
    this.lent++
    return { chunks, bytes, release: () => this.lent-- }
  }

  readableBytes(fromOffset: number, upToOffset: number, enough: number): number {
    let bytes = 0
    for (const batch of this.#batches.slice(fromOffset, upToOffset)) bytes += batch.length
    return Math.min(bytes, enough)
  }

  observe(observer: LogObserver): void {
    this.#observer = observer
  }

  advanceHighWatermark(offset: number): void {
    this.highWatermark = offset
  }

  advanceStartOffset(offset: number): Promise<void> {
    this.startOffset = offset
    return Promise.resolve()
  }

  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } {
    return epoch === 0 ? { epoch: 0, endOffset: this.endOffset } : { epoch: -1, endOffset: -1 }
  }

  epochAt(): number {
    return 0
  }

  producers(): readonly [] {
    return []
  }

  sizeInBytes(): number {
    return this.readableBytes(0, this.endOffset, Infinity)
  }

  segmentCount(): number {
    return 1
  }

  findByTimestamp(): Promise<undefined> {
    return Promise.reject(new KafkaError('UNSUPPORTED_VERSION'))
  }

  findMaxTimestamp(): Promise<undefined> {
    return Promise.reject(new KafkaError('UNSUPPORTED_VERSION'))
  }

  truncateTo(): Promise<void> {
    return Promise.reject(new KafkaError('UNSUPPORTED_VERSION'))
  }

  deleteOldSegments(): number {
    return 0
  }
}

/** Settings without any limit. */
export const fakeLogSettings: LogSettings = {
  segmentBytes: 1 << 30,
  segmentMs: Infinity,
  segmentJitterMs: 0,
  segmentIndexBytes: 1 << 20,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1_048_588,
  flushMessages: Infinity,
  flushMs: Infinity,
  retentionBytes: Infinity,
  retentionMs: Infinity,
  fileDeleteDelayMs: 60_000,
  deletes: true,
  compacts: false,
  maxCompactionLagMs: Infinity,
  compressionType: 'producer',
  compressionLevel: undefined,
  stampsLogAppendTime: false,
  timestampBeforeMaxMs: Infinity,
  timestampAfterMaxMs: Infinity,
}

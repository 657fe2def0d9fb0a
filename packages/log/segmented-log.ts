import type { Buffer } from 'node:buffer'
import { DiskError } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import { ColdReader, readFailure } from './cold-reader.ts'
import type { LogState } from './log-state.ts'
import { LogWriter } from './log-writer.ts'
import type { Appended, AppendOptions, Log, LogObserver, LogSlice, ProducerDescription, ReadOptions, TimestampedOffset } from './log.ts'
import { needsPreparation, prepareBatch } from './preparation.ts'
import { advanceRecoveryPoint, needsAdvance, saveEpochs, syncIndexes, syncSnapshots } from './recovery-point.ts'
import { segmentsToDelete } from './retention.ts'
import type { RetainedSegment } from './retention.ts'
import { retireSegments } from './segment-removal.ts'
import type { Segment } from './segment.ts'
import { isLackOfRoom } from './storage-state.ts'
import { emptySlice } from './tail.ts'
import { findByTimestamp, findLargestTimestamp } from './timestamp-lookup.ts'
import { truncateLog } from './truncation.ts'

/** A log in files, as Kafka lays them out. What it does lies in the files beside this one; here it comes together. */
export class SegmentedLog implements Log {
  readonly #state: LogState
  readonly #writer: LogWriter
  /** Made with the first read from a file: most logs are read from memory only. */
  #coldReader: ColdReader | undefined
  #lookedAtEnd: number

  constructor(state: LogState, topicId: string) {
    this.#state = state
    this.#lookedAtEnd = state.fileEnd
    this.#writer = new LogWriter(state, topicId)
  }

  get topic(): string {
    return this.#state.place.topic
  }

  get partition(): number {
    return this.#state.place.partition
  }

  get startOffset(): number {
    return this.#state.startOffset
  }

  get endOffset(): number {
    return this.#state.endOffset
  }

  get writtenOffset(): number {
    return this.#state.writtenOffset
  }

  get durableOffset(): number {
    return this.#state.durableOffset
  }

  get highWatermark(): number {
    return this.#state.highWatermark
  }

  get lastStableOffset(): number {
    return this.#state.lastStableOffset
  }

  get latestEpoch(): number {
    return this.#state.epochs.latestEpoch
  }

  prepare(batch: Buffer, options: AppendOptions): Buffer | Promise<Buffer> {
    const { host, place } = this.#state
    const settings = place.settings()
    if (options.origin === 'replication' || !needsPreparation(batch, settings)) return batch
    return prepareBatch(batch, options, { settings, nowMs: host.clock.now() }, host.batchOpener)
  }

  append(batch: Buffer, options: AppendOptions): Appended {
    return this.#writer.append(batch, options)
  }

  read(fromOffset: number, options: ReadOptions): LogSlice | Promise<LogSlice> {
    const state = this.#state
    state.requireReadable()
    if (!(fromOffset >= state.startOffset && fromOffset <= state.endOffset)) throw new KafkaError('OFFSET_OUT_OF_RANGE')
    // What is not in the file may be taken back; nobody shall have seen it.
    const upToOffset = Math.min(options.upToOffset, state.writtenOffset)
    if (fromOffset >= upToOffset) return emptySlice
    const tailStart = state.tail.startOffset
    if (tailStart !== undefined && fromOffset >= tailStart)
      return state.tail.read(fromOffset, upToOffset, options.maxBytes, options.atLeastOneBatch)
    this.#coldReader ??= new ColdReader(state)
    return this.#coldReader.read(fromOffset, { ...options, upToOffset })
  }

  readableBytes(fromOffset: number, upToOffset: number, enough: number): number {
    const state = this.#state
    const end = Math.min(upToOffset, state.writtenOffset)
    if (fromOffset >= end) return 0
    const tailStart = state.tail.startOffset
    if (tailStart !== undefined && fromOffset >= tailStart) return state.tail.countBytes(fromOffset, end, enough)
    try {
      return this.#countCold(fromOffset, end, enough)
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      // Whoever waits for these bytes is to read now, and to get the error.
      return enough
    }
  }

  findByTimestamp(timestamp: number, upToOffset: number): Promise<TimestampedOffset | undefined> {
    return this.#lookUp(() => findByTimestamp(this.#state, timestamp, upToOffset))
  }

  findMaxTimestamp(upToOffset: number): Promise<TimestampedOffset | undefined> {
    return this.#lookUp(() => findLargestTimestamp(this.#state, upToOffset))
  }

  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } {
    return this.#state.epochs.endOf(epoch, this.#state.endOffset)
  }

  epochAt(offset: number): number {
    return this.#state.epochs.epochAt(offset)
  }

  advanceHighWatermark(offset: number): void {
    const state = this.#state
    if (offset > state.highWatermark) state.highWatermark = Math.min(offset, state.durableOffset)
  }

  async advanceStartOffset(offset: number): Promise<void> {
    const state = this.#state
    state.requireReadable()
    if (offset > state.highWatermark) throw new KafkaError('OFFSET_OUT_OF_RANGE')
    if (offset > state.startOffset) {
      this.#moveStart(offset)
      state.host.checkpoints.setLogStart(state.name, offset)
    }
    // Also when another call moved it already: its answer, too, waits for the disk.
    await this.#orStorageError('save the log start', () => this.#saveStart())
  }

  async truncateTo(offset: number): Promise<void> {
    this.#state.requireReadable()
    await this.#orStorageError('truncate', async () => {
      await truncateLog(this.#state, offset, () => this.#writer.writeOut())
      this.#coldReader?.forget()
      this.#writer.reset()
      await this.#writer.flushNow()
    })
  }

  /** `clockIsSteady`: whether retention by time may go by the clock. */
  deleteOldSegments(clockIsSteady = true): number {
    const state = this.#state
    if (state.segments.isEmpty || state.isUnsound) return 0
    const { startOffset, endOffset, highWatermark, host, place } = state
    const view = { startOffset, endOffset, highWatermark, clockIsSteady, nowMs: host.clock.now() }
    const segments = Array.from(state.segments, (segment) => this.#retained(segment))
    const { count: wanted, reason } = segmentsToDelete({ ...view, segments }, place.settings())
    const count = wanted === state.segments.count && wanted > 0 ? this.#makeRoomForAll(wanted, endOffset) : wanted
    if (count === 0) return 0
    const retired = state.segments.removeFirst(count)
    retireSegments(state, retired)
    this.#moveStart(state.segments.first.baseOffset)
    if ((host.checkpoints.logStart(state.name) ?? 0) <= state.segments.first.baseOffset) host.checkpoints.setLogStart(state.name, undefined)
    const bases = new Set(retired.map((segment) => segment.baseOffset))
    state.snapshots.removeWhere((offset) => bases.has(offset))
    host.logger.info('Deleted segments by retention', { log: state.name, segments: count, startOffset: state.startOffset, reason })
    return count
  }

  producers(): readonly ProducerDescription[] {
    return Array.from(this.#state.producers.entries(), (entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.epoch,
      lastSequence: entry.lastSequence,
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.transactionStart,
    }))
  }

  requireWhole(): void {
    this.#state.requireWhole()
  }

  sizeInBytes(): number {
    return this.#state.segments.size
  }

  segmentCount(): number {
    return this.#state.segments.count
  }

  observe(observer: LogObserver): void {
    this.#state.observer = observer
  }

  // What follows is for the log directory, which keeps the logs going.

  /** Refuses to be cut, checkpointed or appended to, since a part of it is damaged or was taken away. */
  get isDamaged(): boolean {
    return this.#state.isUnsound
  }

  /** Whether it has got longer since this was last asked. */
  hasWritten(): boolean {
    const { fileEnd } = this.#state
    const hasGrown = fileEnd !== this.#lookedAtEnd
    this.#lookedAtEnd = fileEnd
    return hasGrown
  }

  /** Looks whether its files are still there; without them the log is out of use. */
  lookAfter(): void {
    this.#state.isInPlace()
  }

  get recoveryPoint(): number {
    return this.#state.recoveryPoint
  }

  get producerCount(): number {
    return this.#state.producers.size
  }

  get needsCheckpoint(): boolean {
    return needsAdvance(this.#state)
  }

  /** Makes everything up to the flushed end safe without a look after a crash. Rejects with `DiskError`. */
  async advanceRecoveryPoint(): Promise<void> {
    try {
      await advanceRecoveryPoint(this.#state)
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error
      // A partition without its files is out of use alone; the checkpoints of others go on.
      this.#state.storageFailed(error, 'advance the recovery point')
    }
  }

  expireProducers(nowMs: number): void {
    this.#state.producers.expire(nowMs)
  }

  /** In page-cache mode: whether the log has had unsynced bytes for `flush.ms`. */
  isFlushDue(nowMs: number): boolean {
    return this.#writer.needsFlush && nowMs - this.#writer.lastFlushMs >= this.#state.place.settings().flushMs
  }

  get writer(): LogWriter {
    return this.#writer
  }

  /** Nothing of this log may count as durable before that. */
  blockOn(saved: Promise<void>): void {
    this.#state.blockedOn = saved
  }

  /** The disk is gone: who waits for what is not safe yet is told. */
  storageFailed(error: Error): void {
    this.#state.observer?.failed(this.#state.durableOffset, error)
  }

  /** Writes, syncs and closes everything, so that the next start need not look. Rejects with `DiskError`. */
  async close(): Promise<void> {
    const state = this.#state
    if (state.isClosed) return
    this.#writer.writeOut()
    this.#writer.tellWritten()
    if (this.#hasToBeSaved) await this.#closeFiles()
    this.abandon()
  }

  /** Closes the files as they are. */
  abandon(): void {
    const state = this.#state
    state.isClosed = true
    state.tail.clear()
    state.unsynced.clear()
    for (const file of state.unsyncedFiles.splice(0)) file.close()
    for (const segment of state.segments) segment.close()
  }

  get #hasToBeSaved(): boolean {
    const { segments, isUnsound, isChanged } = this.#state
    if (segments.isEmpty || isUnsound) return false
    return isChanged || (segments.active.areIndexesOpen && !segments.active.indexes.isWritten)
  }

  async #closeFiles(): Promise<void> {
    const state = this.#state
    await this.#writer.flushNow()
    for (const segment of [...state.unsealed, state.segments.active]) {
      segment.seal()
      await syncIndexes(segment)
    }
    if (!state.snapshots.offsets.includes(state.endOffset)) this.#writer.writeSnapshot(state.endOffset)
    await syncSnapshots(state)
    await saveEpochs(state)
    state.host.disk.syncDirectory(state.directory)
    state.recoveryPoint = state.endOffset
    state.host.checkpoints.setRecoveryPoint(state.name, state.endOffset)
  }

  /** A log has a segment. Where there is no room for a new one the last of the old ones stays for now. */
  #makeRoomForAll(count: number, endOffset: number): number {
    try {
      this.#writer.roll(endOffset)
      return count
    } catch (error) {
      if (!(error instanceof KafkaError) || !isLackOfRoom(error.cause) || count === 1) throw error
      return count - 1
    }
  }

  async #saveStart(): Promise<void> {
    const { host } = this.#state
    try {
      await host.checkpoints.saveLogStarts()
    } catch (error) {
      if (!isLackOfRoom(error) || !(error instanceof Error)) throw error
      // What lies wholly below the start can go, and makes the room that the checkpoint needs.
      host.storageFailed(error, 'save the log start')
      if (this.deleteOldSegments() === 0) throw error
      await host.checkpoints.saveLogStarts()
    }
  }

  #moveStart(offset: number): void {
    const state = this.#state
    state.isChanged = true
    state.startOffset = Math.max(state.startOffset, offset)
    state.highWatermark = Math.max(state.highWatermark, state.startOffset)
    if (state.epochs.truncateFromStart(state.startOffset)) state.epochsChanged = true
  }

  async #lookUp<Found>(find: () => Promise<Found>): Promise<Found> {
    this.#state.requireReadable()
    try {
      return await find()
    } catch (error) {
      throw readFailure(this.#state.host, error)
    }
  }

  /** Counted by the places in the index, so a little too much at the beginning. */
  #countCold(fromOffset: number, end: number, enough: number): number {
    const { segments } = this.#state
    let bytes = 0
    for (let index = Math.max(0, segments.indexFor(fromOffset)); index < segments.count && bytes < enough; index++) {
      const segment = segments.at(index)
      const from = fromOffset <= segment.baseOffset ? 0 : segment.searchStart(fromOffset)
      const isLast = segment.endOffset >= end
      const to = isLast && segment.endOffset > end ? segment.searchStart(end) : segment.writtenSize
      // Between two places of the index there is something, if not how much.
      bytes += Math.max(1, to - from)
      if (isLast) break
    }
    return bytes
  }

  #retained(segment: Segment): RetainedSegment {
    const { disk } = this.#state.host
    return {
      baseOffset: segment.baseOffset,
      size: segment.size,
      get retentionTimestamp() {
        const { timestamp } = segment.largestTimestamp
        return timestamp >= 0 ? timestamp : (disk.stat(segment.log.path)?.modifiedMs ?? segment.createdMs)
      },
    }
  }

  async #orStorageError<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#state.host.storageFailed(error, doing)
      throw new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
    }
  }
}

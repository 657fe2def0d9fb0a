import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { DiskError } from '@odradek/common/disk'
import type { OpenFile } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import {
  assignOffset,
  baseOffset,
  correctMaxTimestamp,
  lastOffsetDelta,
  partitionLeaderEpoch,
  recordCount,
  stampLogAppendTime,
} from '@odradek/protocol/records'
import { writeFully } from './atomic-file.ts'
import type { FlushJob, FlushTarget, TurnWriter } from './log-host.ts'
import type { LogSettings } from './log-settings.ts'
import type { LogState } from './log-state.ts'
import type { Appended, AppendOptions } from './log.ts'
import { newSegment } from './open-log.ts'
import { formatPartitionMetadata, partitionMetadataName } from './partition-metadata.ts'
import { needsPreparation } from './preparation.ts'
import type { Segment } from './segment.ts'
import { validateProduced, validateReplicated } from './validation.ts'

/**
 * The way of a batch into a log: checked and copied into memory at once, written with all others at the end of the turn,
 * synced with the next flush round.
 */
export class LogWriter implements TurnWriter, FlushTarget {
  readonly #state: LogState
  readonly #topicId: string
  #isQueued = false
  /** In page-cache mode: `flush.messages` asked for a flush, and until it is done nobody is told what was written. */
  #awaitsFlush = false
  #toldWritten: number
  #toldDurable: number
  lastFlushMs: number

  constructor(state: LogState, topicId: string) {
    this.#state = state
    this.#topicId = topicId
    this.#toldWritten = state.writtenOffset
    this.#toldDurable = state.durableOffset
    this.lastFlushMs = state.host.clock.monotonic()
  }

  append(batch: Buffer, options: AppendOptions): Appended {
    const state = this.#state
    state.requireAppendable()
    const settings = state.place.settings()
    const nowMs = state.host.clock.now()
    const isReplica = options.origin === 'replication'
    assert(isReplica || options.prepared === true || !needsPreparation(batch, settings), 'this batch has to be prepared first')
    const found = isReplica ? validateReplicated(batch, state.endOffset) : validateProduced(batch, options, { settings, nowMs })
    const epoch = isReplica ? partitionLeaderEpoch(batch, 0) : options.leaderEpoch
    if (epoch < state.epochs.latestEpoch)
      throw new KafkaError(
        'FENCED_LEADER_EPOCH',
        `The log of ${state.name} has seen leader epoch ${state.epochs.latestEpoch}, and ${epoch} came.`,
      )
    const duplicate = state.producers.check(batch, 0, options.origin)
    if (duplicate !== undefined) {
      const { baseOffset: first, lastOffset, timestamp } = duplicate
      const logAppendTimeMs = settings.stampsLogAppendTime ? timestamp : -1
      return { baseOffset: first, lastOffset, logAppendTimeMs, records: recordCount(batch, 0), duplicate: true }
    }

    const stampedMs = settings.stampsLogAppendTime && !isReplica ? nowMs : -1
    const timestamp = stampedMs < 0 ? found : stampedMs
    const first = isReplica ? baseOffset(batch, 0) : state.endOffset
    const last = first + lastOffsetDelta(batch, 0)
    const segment = this.#segmentFor(first, last, batch.length, timestamp, nowMs)
    const at = state.tail.add(batch, {
      segmentBase: segment.baseOffset,
      filePosition: segment.size,
      baseOffset: first,
      nextOffset: last + 1,
    })
    const { buffer } = state.tail.last
    if (!isReplica) {
      assignOffset(buffer, at, first, epoch)
      if (stampedMs >= 0) stampLogAppendTime(buffer, at, stampedMs)
      else correctMaxTimestamp(buffer, at, timestamp)
    }
    segment.append(last, batch.length, timestamp)
    state.setEpoch(epoch, first)
    state.producers.apply(buffer, at, first, true)
    state.endOffset = last + 1
    this.#queue()
    return { baseOffset: first, lastOffset: last, logAppendTimeMs: stampedMs, records: recordCount(buffer, at), duplicate: false }
  }

  writeOut(): void {
    const state = this.#state
    this.#isQueued = false
    // A log that was deleted in this turn has nothing to write, and its names may be those of another log by now.
    if (state.isClosed || state.fileEnd === state.endOffset) return
    const { active } = state.segments
    try {
      const file = active.log.use()
      state.tail.writeOut((bytes, start, end, position) => writeAll(file, bytes, start, end, position))
      active.indexes.flushWhenLarge()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#takeBack(active, error)
      return
    }
    active.settle()
    state.producers.settle()
    state.fileEnd = state.endOffset
    state.markUnsynced(active)
    this.#moveWritten(state.place.settings())
  }

  tellWritten(): void {
    const state = this.#state
    if (state.writtenOffset > this.#toldWritten) {
      this.#toldWritten = state.writtenOffset
      state.observer?.written()
    }
    if (state.durableOffset > this.#toldDurable) {
      this.#toldDurable = state.durableOffset
      state.observer?.durable()
    }
  }

  beginFlush(): FlushJob | undefined {
    const state = this.#state
    if (state.isClosed || (state.unsynced.size === 0 && state.unsyncedFiles.length === 0 && !state.directoryNeedsSync)) return undefined
    const { generation, fileEnd, blockedOn } = state
    const segments = [...state.unsynced]
    const others = state.unsyncedFiles.splice(0)
    state.unsynced.clear()
    const files: OpenFile[] = [...segments.map((segment) => segment.log.use()), ...others]
    const release = (): void => {
      for (const segment of segments) segment.log.letGo()
      for (const file of others) file.close()
    }
    return {
      files,
      blockedOn,
      done: () => {
        release()
        this.#flushed(generation, fileEnd)
      },
      failed: (error) => {
        release()
        state.storageFailed(error, 'sync')
      },
    }
  }

  /** Makes the partition's directory now, durably, where its very beginning says something: that the log starts above 0. */
  createDirectory(): void {
    this.#createDirectory()
    const state = this.#state
    for (const file of state.unsyncedFiles.splice(0)) {
      file.syncSync()
      file.close()
    }
    this.#areNamesSafe()
  }

  /** Syncs what was written, outside of the rounds. Rejects with what went wrong, which the directory knows by then. */
  async flushNow(): Promise<void> {
    const job = this.beginFlush()
    if (job === undefined) return
    try {
      await job.blockedOn
      for (const file of job.files) await file.sync()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      job.failed(error)
      throw error
    }
    job.done()
  }

  /** Whether there are bytes, or names, that a power cut could take. */
  get needsFlush(): boolean {
    return this.#state.unsynced.size > 0
  }

  /** Closes the active segment and begins a new one at `base`. Throws KAFKA_STORAGE_ERROR. */
  roll(base: number): Segment {
    const state = this.#state
    const { endOffset } = state
    this.writeOut()
    // What could not be written was taken back, and with it the place that the next batch was to have.
    if (state.endOffset !== endOffset) throw new KafkaError('KAFKA_STORAGE_ERROR')
    const old = state.segments.active
    const segment = this.#orStorageError('create a segment', () => {
      const created = newSegment(state.place, state.context, base)
      created.create()
      return created
    })
    state.segments.add(segment)
    state.directoryNeedsSync = true
    state.isChanged = true
    state.unsealed.push(old)
    this.#seal(old)
    this.writeSnapshot(base)
    if (state.host.durability === 'page-cache') state.host.flushSoon(this)
    return segment
  }

  #seal(segment: Segment): void {
    try {
      segment.seal()
    } catch (error) {
      // Its indexes are still in memory; the next recovery point tries again.
      if (!(error instanceof DiskError)) throw error
      this.#state.storageFailed(error, 'write an index')
    }
  }

  /** A snapshot that cannot be written is done without: the one before it and the batches say the same. */
  writeSnapshot(offset: number): void {
    const state = this.#state
    try {
      state.snapshots.write(offset, state.producers)
      state.unsyncedSnapshots.push(offset)
      state.directoryNeedsSync = true
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      state.storageFailed(error, 'write a producer snapshot')
    }
  }

  /** The log was cut, or began anew: what is told from now on starts there. */
  reset(): void {
    this.#toldWritten = this.#state.writtenOffset
    this.#toldDurable = this.#state.durableOffset
    this.#awaitsFlush = false
  }

  #queue(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    this.#state.isChanged = true
    this.#state.host.writeAtEndOfTurn(this)
  }

  #segmentFor(first: number, last: number, bytes: number, timestamp: number, nowMs: number): Segment {
    const { segments } = this.#state
    if (segments.isEmpty) return this.#createDirectory()
    const { active } = segments
    return active.shouldRoll({ lastOffset: last, bytes, maxTimestamp: timestamp }, nowMs) ? this.roll(first) : active
  }

  /** A partition's directory is made with its first batch: thousands of empty topics cost nothing. */
  #createDirectory(): Segment {
    const state = this.#state
    const { disk } = state.host
    return this.#orStorageError('create a partition', () => {
      disk.makeDirectory(state.directory)
      const metadata = disk.open(`${state.directory}/${partitionMetadataName}`, 'create')
      state.unsyncedFiles.push(metadata)
      metadata.truncate(0)
      writeFully(metadata, Buffer.from(formatPartitionMetadata(this.#topicId)))
      const segment = newSegment(state.place, state.context, state.startOffset)
      segment.create()
      state.segments.add(segment)
      state.directoryNeedsSync = true
      state.host.nameAdded()
      return segment
    })
  }

  #orStorageError<T>(doing: string, action: () => T): T {
    try {
      return action()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#state.storageFailed(error, doing)
      throw new KafkaError('KAFKA_STORAGE_ERROR', error.message, { cause: error })
    }
  }

  #moveWritten(settings: LogSettings): void {
    const state = this.#state
    if (state.host.durability === 'fsync') {
      state.writtenOffset = state.fileEnd
      state.host.flushSoon(this)
      return
    }
    if (!this.#awaitsFlush && state.fileEnd - state.flushedOffset < settings.flushMessages) {
      state.writtenOffset = state.durableOffset = state.fileEnd
      return
    }
    this.#awaitsFlush = true
    state.host.flushSoon(this)
  }

  #flushed(generation: number, fileEnd: number): void {
    const state = this.#state
    this.lastFlushMs = state.host.clock.monotonic()
    if (state.isClosed || !this.#areNamesSafe()) return
    // A truncation syncs what it leaves; the end that this flush was for may mean other records by now.
    if (generation !== state.generation) return
    state.flushedOffset = fileEnd
    if (state.host.durability === 'fsync') {
      state.durableOffset = fileEnd
    } else if (this.#awaitsFlush) {
      this.#awaitsFlush = false
      state.writtenOffset = state.durableOffset = fileEnd
      if (state.fileEnd > fileEnd) this.#moveWritten(state.place.settings())
    }
    this.tellWritten()
  }

  /** A file that is synced is worth nothing without its name. Returns false when that could not be done. */
  #areNamesSafe(): boolean {
    const state = this.#state
    try {
      if (!state.isInPlace()) return false
      if (state.directoryNeedsSync) {
        state.host.disk.syncDirectory(state.directory)
        state.directoryNeedsSync = false
      }
      state.host.syncNames()
      return true
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      state.storageFailed(error, 'sync the directory')
      return false
    }
  }

  /** What could not be written goes from memory too, and from the file what was written of it. */
  #takeBack(active: Segment, error: DiskError): void {
    const state = this.#state
    const { host, fileEnd } = state
    try {
      active.log.use().truncate(active.writtenSize)
    } catch (second) {
      if (!(second instanceof DiskError)) throw second
      state.storageFailed(second, 'cut back what was half written')
    }
    active.undo()
    state.tail.cutAt(fileEnd)
    if (state.epochs.truncateFromEnd(fileEnd)) state.epochsChanged = true
    if (!state.producers.undo()) state.snapshots.restore(state.producers, state.segments, fileEnd, host.clock.now())
    state.endOffset = fileEnd
    state.storageFailed(error, 'write')
    state.observer?.failed(fileEnd, error)
  }
}

/** On a full disk the count is short and nothing is thrown; that must not pass as written. */
function writeAll(file: OpenFile, bytes: Buffer, start: number, end: number, position: number): void {
  const count = file.writeSync(bytes, start, end, position)
  if (count < end - start) throw new DiskError('ENOSPC', file.path, { doing: 'write all of' })
}

import { DiskError } from '@odradek/common/disk'
import type { OpenFile } from '@odradek/common/disk'
import { KafkaError } from '@odradek/protocol'
import type { LeaderEpochs } from './leader-epochs.ts'
import { damageError } from './log-damage.ts'
import type { LogDamage } from './log-damage.ts'
import type { LogHost } from './log-host.ts'
import type { LogObserver } from './log.ts'
import type { LogPlace, OpenedLog } from './open-log.ts'
import { partitionMetadataName } from './partition-metadata.ts'
import type { ProducerSnapshots } from './producer-recovery.ts'
import type { ProducerState } from './producer-state.ts'
import type { Segment, SegmentContext } from './segment.ts'
import type { Segments } from './segments.ts'
import { Tail } from './tail.ts'

/**
 * One log at this moment. Those who write, read, cut and close it share it; each is a file of its own.
 *
 * Its ends, each at or below the one before:
 *
 * ```
 * endOffset      what was appended, in memory
 * fileEnd        what the file has
 * writtenOffset  the same, as far as the observer may know: a flush that `flush.messages` asks for comes first
 * durableOffset  what survives a power cut, or with `page-cache` what is written
 * flushedOffset  what survives a power cut
 * recoveryPoint  the same, indexes and snapshots included, as the checkpoint knows it
 * ```
 */
export class LogState {
  readonly place: LogPlace
  readonly context: SegmentContext
  readonly segments: Segments
  readonly tail: Tail
  readonly producers: ProducerState
  readonly snapshots: ProducerSnapshots
  epochs: LeaderEpochs
  /** The file of epochs does not say the same yet. */
  epochsChanged: boolean

  startOffset: number
  endOffset: number
  fileEnd: number
  writtenOffset: number
  durableOffset: number
  flushedOffset: number
  recoveryPoint: number
  highWatermark: number

  readonly damage: LogDamage | undefined
  /** Set when files of the log were taken away while it was in use: what is appended would go with them. */
  #lost: DiskError | undefined
  isClosed = false
  /** Something has been changed since the log was opened, so that closing it has something to do. */
  isChanged: boolean
  observer: LogObserver | undefined
  /** Rises with each truncation; what began before it must not conclude anything after it. */
  generation = 0
  /** Closed segments whose indexes are not known to be on disk. */
  readonly unsealed: Segment[]
  /** Snapshots that were written and not synced: their offsets. */
  readonly unsyncedSnapshots: number[] = []
  /** Segments with bytes that were written and not synced; their files are held open. */
  readonly unsynced = new Set<Segment>()
  /** Other new files that have to be synced before anything counts as durable. */
  readonly unsyncedFiles: OpenFile[] = []
  /** Names in the partition's directory have changed. */
  directoryNeedsSync = false
  /** Something else that must be on disk before anything of this log counts as durable. */
  blockedOn: Promise<void> | undefined

  constructor(place: LogPlace, opened: OpenedLog) {
    this.place = place
    this.context = opened.context
    this.segments = opened.segments
    this.tail = new Tail(place.host.tails)
    this.producers = opened.producers
    this.snapshots = opened.snapshots
    this.epochs = opened.epochs
    this.epochsChanged = opened.epochsChanged
    this.startOffset = opened.startOffset
    this.endOffset = this.fileEnd = this.writtenOffset = this.durableOffset = opened.endOffset
    this.flushedOffset = opened.flushedOffset
    this.recoveryPoint = opened.recoveryPoint
    this.highWatermark = opened.highWatermark
    this.damage = opened.damage
    this.unsealed = [...opened.unsealed]
    this.isChanged =
      opened.epochsChanged || opened.unsealed.length > 0 || opened.recoveryPoint !== opened.endOffset || !opened.namesAreSynced
    if (!opened.namesAreSynced) this.#expectNothingOnDisk()
  }

  /** In page-cache mode, after a kill: whatever lies above the recovery point may be in memory only, names included. */
  #expectNothingOnDisk(): void {
    const { disk } = this.host
    for (const segment of this.segments) if (segment.endOffset > this.flushedOffset) this.markUnsynced(segment)
    this.unsyncedFiles.push(disk.open(`${this.directory}/${partitionMetadataName}`, 'write'))
    this.directoryNeedsSync = true
    this.host.nameAdded()
  }

  get host(): LogHost {
    return this.place.host
  }

  get name(): string {
    return this.place.name
  }

  get directory(): string {
    return this.place.directory
  }

  requireReadable(): void {
    if (this.isClosed) throw new KafkaError('KAFKA_STORAGE_ERROR', `The log of ${this.name} is closed.`)
    if (this.#lost !== undefined)
      throw new KafkaError('KAFKA_STORAGE_ERROR', `Files of ${this.directory} were taken away: ${this.#lost.message}.`)
    this.host.requireReadable()
  }

  requireAppendable(): void {
    this.requireWhole()
    this.host.requireWritable(this.place.topic)
  }

  requireWhole(): void {
    this.requireReadable()
    if (this.damage !== undefined) throw damageError(this.directory, this.damage)
  }

  /** Nothing of the log may be saved or trusted: it is damaged, or its files were taken away. */
  get isUnsound(): boolean {
    return this.damage !== undefined || this.#lost !== undefined
  }

  /** Work on the log failed. A file that is missing or no file takes this log out of use, everything else is the directory's business. */
  storageFailed(error: Error, doing: string): void {
    if (error instanceof DiskError && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code)) this.#lose(error, doing)
    else this.host.storageFailed(error, doing)
  }

  /**
   * Whether the file that is appended to still has its name. A file that somebody deleted takes writes and syncs as before, and
   * nothing of them is there after the process; so what is to count as safe asks this first.
   */
  isInPlace(): boolean {
    if (this.#lost !== undefined) return false
    if (this.segments.isEmpty || this.isClosed) return true
    const { log, writtenSize } = this.segments.active
    const status = this.host.disk.stat(log.path)
    if (status !== undefined && status.size >= writtenSize) return true
    this.#lose(new DiskError('ENOENT', log.path, { doing: 'find all that was written to' }), 'look after a partition')
    return false
  }

  #lose(error: DiskError, doing: string): void {
    if (this.#lost !== undefined || this.isClosed) return
    this.#lost = error
    this.host.logger.error(
      'Files of a partition were taken away while the broker runs; the partition is out of use. Put its directory back and restart the broker, or delete the topic',
      { path: this.directory, doing, error },
    )
    this.observer?.failed(this.durableOffset, error)
  }

  /** Below it no transaction is open or waits for its marker to be replicated. */
  get lastStableOffset(): number {
    return Math.min(this.highWatermark, this.producers.firstUnstableOffset(this.highWatermark) ?? this.highWatermark)
  }

  /** Bytes of the segment were written and not synced. Its file stays open until they are: a failure is told to no other descriptor. */
  markUnsynced(segment: Segment): void {
    if (this.unsynced.has(segment)) return
    this.unsynced.add(segment)
    segment.log.hold()
  }

  setEpoch(epoch: number, startOffset: number): void {
    if (this.epochs.assign(epoch, startOffset)) this.epochsChanged = true
  }
}

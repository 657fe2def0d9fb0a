import { Buffer } from 'node:buffer'
import type { Disk, OpenFile } from '@odradek/common/disk'
import { writeFully } from './atomic-file.ts'
import { loadLeaderEpochs, rebuildLeaderEpochs } from './epoch-recovery.ts'
import { offsetFileName, offsetOfFileName, suffix } from './file-names.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { clearLeftovers } from './leftovers.ts'
import { cutMarkName } from './log-damage.ts'
import type { LogDamage } from './log-damage.ts'
import type { LogHost } from './log-host.ts'
import type { LogSettings } from './log-settings.ts'
import { partitionMetadataName } from './partition-metadata.ts'
import { ProducerSnapshots } from './producer-recovery.ts'
import { ProducerState } from './producer-state.ts'
import { examineSegment } from './segment-recovery.ts'
import type { BadTail } from './segment-recovery.ts'
import { Segment } from './segment.ts'
import type { SegmentContext } from './segment.ts'
import { Segments } from './segments.ts'

/** Where a partition's log lies. */
export interface LogPlace {
  readonly host: LogHost
  readonly topic: string
  readonly partition: number
  /** Of its directory; the checkpoints know it under this name. */
  readonly name: string
  readonly directory: string
  settings(): LogSettings
}

export interface OpenOptions {
  /** The last process closed the log properly. */
  readonly wasClean: boolean
  /** Told how many bytes of the segments that have to be looked at were gone through. */
  readonly onProgress: (bytes: number) => void
}

/** A log as it was found. */
export interface OpenedLog {
  readonly context: SegmentContext
  readonly segments: Segments
  readonly startOffset: number
  readonly endOffset: number
  readonly recoveryPoint: number
  readonly highWatermark: number
  readonly epochs: LeaderEpochs
  /** Whether the file of epochs says something else. */
  readonly epochsChanged: boolean
  readonly producers: ProducerState
  readonly snapshots: ProducerSnapshots
  readonly damage: LogDamage | undefined
  /** Closed segments whose index files are not known to be on disk. */
  readonly unsealed: readonly Segment[]
  /** All below is on disk; in page-cache mode that is not all that was found after a kill. */
  readonly flushedOffset: number
  /** Whether the names of the files are. */
  readonly namesAreSynced: boolean
}

/** The log ends before the offset at which it should begin: its files are not those that the checkpoint speaks of. */
export class LogEndsBeforeItsStart extends Error {
  readonly startOffset: number
  constructor(directory: string, startOffset: number, endOffset: number) {
    super(`${directory} should begin at offset ${startOffset}, but ends at ${endOffset}`)
    this.name = 'LogEndsBeforeItsStart'
    this.startOffset = startOffset
  }
}

/** A partition that has no directory yet; it gets one with its first batch. */
export function newLog(place: LogPlace, startOffset: number): OpenedLog {
  const { host } = place
  return {
    context: contextOf(place),
    segments: new Segments(),
    startOffset,
    endOffset: startOffset,
    recoveryPoint: startOffset,
    highWatermark: startOffset,
    epochs: new LeaderEpochs(),
    epochsChanged: false,
    producers: new ProducerState(host.producerLimits),
    snapshots: new ProducerSnapshots(host.disk, place.directory, [], host.logger),
    damage: undefined,
    unsealed: [],
    flushedOffset: startOffset,
    namesAreSynced: true,
  }
}

/**
 * Opens the log in a partition's directory.
 *
 * After a clean stop only the end of the last segment is read. After a crash all batches above the recovery point are
 * checked; what is torn there goes, and what is good is made durable before it counts. Everything beside the segments is
 * read from its file, or, if that is missing or damaged, made of them.
 *
 * Throws `LogEndsBeforeItsStart` and `DiskError`.
 */
export function openLog(place: LogPlace, options: OpenOptions): OpenedLog {
  const { host, directory, name } = place
  const names = clearLeftovers(host.disk, directory, host.logger)
  const context = contextOf(place)
  const segments = listSegments(place, context, names)
  const loadedEpochs = loadLeaderEpochs(host.disk, directory, host.logger)
  const epochs = LeaderEpochs.from(loadedEpochs?.all ?? [])
  const startOffset = Math.max(host.checkpoints.logStart(name) ?? 0, segments.isEmpty ? 0 : segments.first.baseOffset)
  const mayCut = names.includes(cutMarkName)
  const found = segments.isEmpty ? withoutSegments(place, startOffset, mayCut) : examine(place, segments, epochs, mayCut, options)
  const endOffset = segments.isEmpty ? startOffset : segments.active.endOffset
  if (endOffset < startOffset) throw new LogEndsBeforeItsStart(directory, startOffset, endOffset)
  if (segments.isEmpty && found.damage === undefined) addFirstSegment(place, context, segments, startOffset)

  const snapshots = new ProducerSnapshots(host.disk, directory, names, host.logger)
  const producers = new ProducerState(host.producerLimits)
  snapshots.restore(producers, segments, endOffset, host.clock.now())
  snapshots.removeStray(segments)
  const recoveryPoint = Math.min(endOffset, options.wasClean ? endOffset : (host.checkpoints.recoveryPoint(name) ?? 0))
  const isFlushed = options.wasClean || host.durability === 'fsync'
  if (!options.wasClean && recoveryPoint === 0) writeMetadataAgain(place)
  // An active segment that holds flushed records has its name on disk; an empty one may have been made just before the kill.
  const namesAreSynced =
    options.wasClean || (recoveryPoint === endOffset && !segments.isEmpty && recoveryPoint > segments.active.baseOffset)
  if (!namesAreSynced && isFlushed) syncNames(place)
  const settledEpochs = settleEpochs(place, epochs, segments, {
    startOffset,
    endOffset,
    lastEpoch: found.lastEpoch,
    wereLoaded: loadedEpochs !== undefined,
  })
  return {
    context,
    segments,
    startOffset,
    endOffset,
    recoveryPoint,
    highWatermark: Math.max(startOffset, Math.min(endOffset, host.checkpoints.highWatermark(name) ?? startOffset)),
    epochs: settledEpochs,
    epochsChanged: !sameEpochs(settledEpochs, loadedEpochs),
    producers,
    snapshots,
    damage: found.damage,
    unsealed: found.unsealed,
    flushedOffset: isFlushed ? endOffset : recoveryPoint,
    namesAreSynced: namesAreSynced || isFlushed,
  }
}

export function newSegment(place: LogPlace, context: SegmentContext, baseOffset: number): Segment {
  const { clock, random } = place.host
  const { segmentJitterMs, segmentMs } = place.settings()
  const longestJitterMs = Math.min(segmentJitterMs, segmentMs)
  return new Segment(context, baseOffset, {
    createdMs: clock.now(),
    rollJitterMs: longestJitterMs === 0 ? 0 : random.nextInt(longestJitterMs),
  })
}

interface Findings {
  readonly lastEpoch: number
  readonly damage: LogDamage | undefined
  readonly unsealed: readonly Segment[]
}

/** Nothing but the checkpoints tells whether there was ever anything. */
function withoutSegments(place: LogPlace, startOffset: number, mayCut: boolean): Findings {
  const safe = safeEnd(place)
  const damage =
    mayCut || safe <= startOffset
      ? undefined
      : { offset: startOffset, path: place.directory, position: 0, reason: `its segments are missing, but the log reached ${safe}` }
  return { lastEpoch: -1, damage, unsealed: [] }
}

function contextOf(place: LogPlace): SegmentContext {
  const { files, logger } = place.host
  return { files, directory: place.directory, logger, settings: () => place.settings() }
}

/** The segments by their names and sizes. Index files without a segment are deleted. */
function listSegments(place: LogPlace, context: SegmentContext, names: readonly string[]): Segments {
  const { disk, logger } = place.host
  const bases = names.flatMap((name) => offsetOfFileName(name, suffix.log) ?? []).toSorted((a, b) => a - b)
  const segments = new Segments()
  for (const [index, base] of bases.entries()) {
    const segment = newSegment(place, context, base)
    segment.assume(disk.stat(segment.log.path)?.size ?? 0, bases[index + 1] ?? base)
    segments.add(segment)
  }
  for (const ending of [suffix.offsetIndex, suffix.timeIndex, suffix.transactionIndex])
    for (const name of names) {
      const base = offsetOfFileName(name, ending)
      if (base === undefined || bases.includes(base)) continue
      logger.warn('Deleted an index file without a segment', { path: `${place.directory}/${name}` })
      disk.unlink(`${place.directory}/${name}`)
    }
  return segments
}

function addFirstSegment(place: LogPlace, context: SegmentContext, segments: Segments, startOffset: number): void {
  const segment = newSegment(place, context, startOffset)
  segment.create()
  segments.add(segment)
  place.host.disk.syncDirectory(place.directory)
}

/** Finds the end of the log: looks into the last segment, and after a crash into all from the recovery point on. */
function examine(
  place: LogPlace,
  segments: Segments,
  epochs: LeaderEpochs,
  mayCut: boolean,
  { wasClean, onProgress }: OpenOptions,
): Findings {
  const { host, name } = place
  const safeOffset = wasClean ? Number.POSITIVE_INFINITY : (host.checkpoints.recoveryPoint(name) ?? 0)
  const isGapless = !place.settings().compacts && !host.checkpoints.wasCleaned(name)
  const unsealed: Segment[] = []
  let lastEpoch = -1
  let expectedOffset: number | undefined
  for (let index = wasClean ? segments.count - 1 : Math.max(0, segments.indexFor(safeOffset)); index < segments.count; index++) {
    const segment = segments.at(index)
    const fileSize = segment.writtenSize
    const found = examineSegment(segment, fileSize, {
      recoveryPoint: safeOffset,
      checksBatches: !wasClean,
      isGapless,
      expectedOffset,
      epochs,
      onProgress,
    })
    if (found.lastEpoch >= 0) lastEpoch = found.lastEpoch
    if (!wasClean) writeAgain(segment, found.unsyncedPosition, host.durability === 'fsync')
    expectedOffset = segment.endOffset
    const bad = found.bad ?? gapBehind(segments, index, isGapless)
    if (bad === undefined) {
      if (index < segments.count - 1) unsealed.push(segment)
      continue
    }
    const damage = mayCut ? undefined : damageAt(place, segment, bad, wasClean)
    if (damage === undefined) cutTail(place, segments, index, bad)
    else segments.removeFrom(index + 1)
    return { lastEpoch, damage, unsealed }
  }
  return { lastEpoch, damage: mayCut ? undefined : shortfall(place, segments.active, wasClean), unsealed }
}

/** Between two segments no offset may be missing either. */
function gapBehind(segments: Segments, index: number, isGapless: boolean): BadTail | undefined {
  if (!isGapless || index === segments.count - 1) return undefined
  const { size, endOffset } = segments.at(index)
  const next = segments.at(index + 1).baseOffset
  return next === endOffset ? undefined : { position: size, offset: endOffset, reason: `the next segment begins at ${next}` }
}

/**
 * A bad batch is torn, and may go, if nobody can have been told that it was safe: it lies above the recovery point and the
 * high watermark. Below either it was on disk once. (With the page cache as the measure of durability the high watermark
 * says nothing of the disk.)
 */
function damageAt(place: LogPlace, segment: Segment, bad: BadTail, wasClean: boolean): LogDamage | undefined {
  if (!wasClean && bad.offset >= safeEnd(place)) return undefined
  const damage = { offset: bad.offset, path: segment.log.path, position: bad.position, reason: bad.reason }
  return damage
}

/** A log that ends, cleanly, before what is known to have been on disk. */
function shortfall(place: LogPlace, active: Segment, wasClean: boolean): LogDamage | undefined {
  const safe = safeEnd(place)
  if (active.endOffset >= safe) return undefined
  const reason = `the log ends there, but reached ${safe}`
  return damageAt(place, active, { position: active.size, offset: active.endOffset, reason }, wasClean)
}

function safeEnd({ host, name }: LogPlace): number {
  const recoveryPoint = host.checkpoints.recoveryPoint(name) ?? 0
  return host.durability === 'fsync' ? Math.max(recoveryPoint, host.checkpoints.highWatermark(name) ?? 0) : recoveryPoint
}

function cutTail(place: LogPlace, segments: Segments, index: number, bad: BadTail): void {
  const { disk, logger, keepsCorrupt } = place.host
  const segment = segments.at(index)
  const file = segment.log.use()
  const fileSize = file.size()
  const later = segments.removeFrom(index + 1)
  logger.warn('Cut off what a crash left at the end of a log', {
    path: segment.log.path,
    position: bad.position,
    bytes: fileSize - bad.position,
    offset: bad.offset,
    reason: bad.reason,
    laterSegments: later.length,
  })
  if (keepsCorrupt && fileSize > bad.position) keepAside(disk, file, bad.position, fileSize, `${segment.log.path}.${bad.position}.corrupt`)
  file.truncate(bad.position)
  file.syncSync()
  segment.assume(bad.position, segment.endOffset)
  for (const one of later) {
    one.close()
    for (const ending of [suffix.log, suffix.offsetIndex, suffix.timeIndex, suffix.transactionIndex]) {
      const path = `${place.directory}/${offsetFileName(one.baseOffset, ending)}`
      if (disk.stat(path) !== undefined) disk.unlink(path)
    }
  }
  if (disk.stat(`${place.directory}/${cutMarkName}`) !== undefined) disk.unlink(`${place.directory}/${cutMarkName}`)
  // Before anything is appended: else a power cut could bring the old tail back, behind the new one.
  disk.syncDirectory(place.directory)
}

function writeMetadataAgain({ host, directory }: LogPlace): void {
  const path = `${directory}/${partitionMetadataName}`
  const content = host.disk.readFile(path)
  const file = host.disk.open(path, 'write')
  try {
    writeFully(file, content)
    if (host.durability === 'fsync') file.syncSync()
  } finally {
    file.close()
  }
}

/** The process may have been killed before it had synced the names of new files, or of the partition itself. */
function syncNames({ host, directory }: LogPlace): void {
  host.disk.syncDirectory(directory)
  host.nameAdded()
  host.syncNames()
}

const pieceBytes = 1024 * 1024

function keepAside(disk: Disk, file: OpenFile, start: number, end: number, path: string): void {
  const aside = disk.open(path, 'create')
  copyPieces(file, start, end, (piece, position) => writeFully(aside, piece, position - start))
  aside.close()
}

/**
 * Writes what was found above the recovery point once more, and syncs it. After a failed fsync the page cache may show bytes
 * that the disk does not have (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020), and a
 * later sync writes only what is dirty. In page-cache mode that later sync comes with the next flush.
 */
function writeAgain(segment: Segment, start: number, syncs: boolean): void {
  const file = segment.log.use()
  if (start < segment.size) copyPieces(file, start, segment.size, (piece, position) => writeFully(file, piece, position))
  // Also when there is nothing to write: that the file was cut may not be on disk, and costs nothing if it is.
  if (syncs) file.syncSync()
}

function copyPieces(file: OpenFile, start: number, end: number, put: (piece: Buffer, position: number) => void): void {
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, end - start))
  for (let position = start; position < end;) {
    const count = file.readSync(buffer, 0, Math.min(buffer.length, end - position), position)
    if (count === 0) return
    put(buffer.subarray(0, count), position)
    position += count
  }
}

interface EpochBounds {
  readonly startOffset: number
  readonly endOffset: number
  readonly lastEpoch: number
  readonly wereLoaded: boolean
}

/** The epochs of just this log. If the last batch has another one than the file says, the batches are asked. */
function settleEpochs(
  place: LogPlace,
  epochs: LeaderEpochs,
  segments: Segments,
  { startOffset, endOffset, lastEpoch, wereLoaded }: EpochBounds,
): LeaderEpochs {
  epochs.truncateFromEnd(endOffset)
  let settled = epochs
  if (endOffset > startOffset && (!wereLoaded || (lastEpoch >= 0 && epochs.latestEpoch !== lastEpoch))) {
    if (wereLoaded)
      place.host.logger.warn('Rebuilding the leader epochs from the batches', {
        path: place.directory,
        reason: 'they contradict the last batch',
      })
    settled = rebuildLeaderEpochs(segments)
    settled.truncateFromEnd(endOffset)
  }
  settled.truncateFromStart(startOffset)
  return settled
}

function sameEpochs(a: LeaderEpochs, b: LeaderEpochs | undefined): boolean {
  const other = b?.all ?? []
  return (
    a.all.length === other.length &&
    a.all.every(({ epoch, startOffset }, index) => epoch === other[index]?.epoch && startOffset === other[index].startOffset)
  )
}

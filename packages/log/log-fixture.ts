import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { MemoryDisk } from '@odradek/common/disk'
import type { Disk } from '@odradek/common/disk'
import { silentLogger } from '@odradek/common/logging'
import type { Logger } from '@odradek/common/logging'
import { MetricsRegistry } from '@odradek/common/metrics'
import { SeededRandom } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { baseOffset, buildBatch, lastOffset, RecordCursor, walkBatches } from '@odradek/protocol/records'
import type { BatchOptions, RecordInput } from '@odradek/protocol/records'
import { LogMetrics } from './log-metrics.ts'
import { LogDirectory } from './log-directory.ts'
import type { LogDirectoryOptions } from './log-directory.ts'
import type { LogSettings } from './log-settings.ts'
import type { Appended, AppendOptions, Log, LogSlice, ReadOptions } from './log.ts'
import type { ProcessIdentity } from '@odradek/common/process'
import type { LogDirectorySettings } from './settings.ts'

/** What the tests of this room, and of those above it, set up again and again: a log directory on a disk and a clock of their own. */

export const topicId = 'TOPICIDTOPICIDTOPICIDA'

export const defaultLogSettings: LogSettings = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 604_800_000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1_048_588,
  flushMessages: Number.POSITIVE_INFINITY,
  flushMs: Number.POSITIVE_INFINITY,
  retentionBytes: Number.POSITIVE_INFINITY,
  retentionMs: 604_800_000,
  fileDeleteDelayMs: 60_000,
  deletes: true,
  compacts: false,
  maxCompactionLagMs: Number.POSITIVE_INFINITY,
  compressionType: 'producer',
  compressionLevel: undefined,
  stampsLogAppendTime: false,
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  timestampAfterMaxMs: 3_600_000,
}

export const defaultDirectorySettings: LogDirectorySettings = {
  durability: 'fsync',
  minFreeBytes: 0,
  keepsCorrupt: false,
  tailCacheBytes: 32 * 1024 * 1024,
  maxOpenFiles: 1000,
  initialTaskDelayMs: 30_000,
  retentionCheckIntervalMs: 300_000,
  flushCheckIntervalMs: Number.POSITIVE_INFINITY,
  recoveryPointCheckpointIntervalMs: 60_000,
  logStartCheckpointIntervalMs: 60_000,
  highWatermarkCheckpointIntervalMs: 5_000,
  producerExpirationMs: 86_400_000,
  producerExpirationCheckIntervalMs: 600_000,
  maxProducersPerPartition: 100_000,
  maxInflatedBytes: 32 * 1024 * 1024,
  maxOpenedBytes: 64 * 1024 * 1024,
}

/** A process that is the only one there is, so that whatever lock it finds is left over. */
export const onlyProcess: ProcessIdentity = {
  mark: { pid: 1, startedAt: '0', realm: 'test' },
  isAlive: () => false,
  locker: () => undefined,
}

export interface FixtureOptions {
  readonly disk?: Disk
  readonly time?: VirtualTime
  readonly config?: Partial<LogDirectorySettings>
  readonly settings?: Partial<LogSettings>
  readonly logger?: Logger
  readonly options?: Partial<LogDirectoryOptions>
}

/** A log directory at `/data`, and a way to the logs in it. */
export class LogFixture {
  readonly disk: Disk
  readonly time: VirtualTime
  readonly directory: LogDirectory
  /** May be changed by a test at any time, as an operator may. */
  settings: LogSettings

  private constructor(disk: Disk, time: VirtualTime, directory: LogDirectory, settings: LogSettings) {
    this.disk = disk
    this.time = time
    this.directory = directory
    this.settings = settings
  }

  static async open({
    disk,
    time = new VirtualTime(),
    config,
    settings,
    logger = silentLogger,
    options,
  }: FixtureOptions = {}): Promise<LogFixture> {
    const used = disk ?? new MemoryDisk({ clock: time })
    const directory = await LogDirectory.open({
      path: '/data',
      disk: used,
      clock: time,
      timer: time,
      random: new SeededRandom(1),
      logger,
      metrics: new LogMetrics(new MetricsRegistry(time)),
      config: { ...defaultDirectorySettings, ...config },
      expected: { clusterId: 'CLUSTERIDCLUSTERIDCLUA', nodeId: 1 },
      process: onlyProcess,
      ...options,
    })
    return new LogFixture(used, time, directory, { ...defaultLogSettings, ...settings })
  }

  log(topic = 'orders', partition = 0): Log {
    return this.directory.logFor(topicId, topic, partition, () => this.settings, { create: true })
  }

  /** Lets the turn end: what was appended is written, synced and told. */
  async turn(): Promise<void> {
    await this.time.runTurn()
  }
}

export const asClient: AppendOptions = { leaderEpoch: 0, origin: 'client' }

/** A batch of `count` records `r0`, `r1`, … with one timestamp. */
export function batchOf(count: number, options: BatchOptions & { readonly timestamp?: number; readonly value?: Buffer } = {}): Buffer {
  const { timestamp = Date.UTC(2026, 0, 1), value, ...batchOptions } = options
  return buildBatch(
    Array.from({ length: count }, (_, index) => ({ value: value ?? Buffer.from(`r${index}`), timestamp })),
    batchOptions,
  )
}

export function batchWith(records: readonly RecordInput[], options: BatchOptions = {}): Buffer {
  return buildBatch(records, options)
}

/** Appends, ends the turn, and lets the high watermark follow, as a partition with one replica does. */
export async function append(fixture: LogFixture, log: Log, batch: Buffer, options: AppendOptions = asClient): Promise<Appended> {
  const appended = log.append(batch, options)
  await fixture.turn()
  log.advanceHighWatermark(log.durableOffset)
  return appended
}

export async function read(log: Log, fromOffset: number, options: Partial<ReadOptions> = {}): Promise<LogSlice> {
  return await log.read(fromOffset, { maxBytes: 1024 * 1024, upToOffset: log.endOffset, atLeastOneBatch: true, ...options })
}

/** Reads to the end, slice after slice, and gives the bytes; every batch must follow the one before. */
export async function readAll(log: Log, fromOffset = log.startOffset, maxBytes = 1024 * 1024): Promise<Buffer> {
  const pieces: Buffer[] = []
  let next = fromOffset
  while (next < log.endOffset) {
    const slice = await read(log, next, { maxBytes, upToOffset: log.endOffset })
    if (slice.bytes === 0) break
    const bytes = Buffer.concat(slice.chunks)
    slice.release()
    const end = walkBatches(bytes, 0, bytes.length, (position) => {
      assert.ok(baseOffset(bytes, position) <= next || next === fromOffset, 'a batch is missing')
      next = lastOffset(bytes, position) + 1
    })
    assert.equal(end, bytes.length, 'a slice holds whole batches')
    pieces.push(bytes)
  }
  return Buffer.concat(pieces)
}

/** Offset and value of all records. */
export function recordsIn(bytes: Buffer): { readonly offset: number; readonly value: string | undefined }[] {
  const found: { offset: number; value: string | undefined }[] = []
  const cursor = new RecordCursor()
  walkBatches(bytes, 0, bytes.length, (position) => {
    for (cursor.openBatch(bytes, position); cursor.next();) found.push({ offset: cursor.offset, value: cursor.value()?.toString() })
  })
  return found
}

import { boolean, enumOf, int, listOf, long, maxLong } from '@odradek/common/config'
import type { ConfigOf } from '@odradek/common/config'
import type { Durability } from './log-host.ts'
import type { LogSettings } from './log-settings.ts'

const hoursInMs = 3_600_000
const minutesInMs = 60_000

/** What can be set for the log of a topic. All can be changed at any time; a setting of the broker gives the default. */
export const topicLogConfig = {
  'cleanup.policy': listOf(['compact', 'delete'], {
    default: ['delete'],
    broker: 'log.cleanup.policy',
    doc: 'What becomes of old segments: `delete` removes them by age and size, `compact` keeps the last record of each key. Both together compact and also delete; an empty list keeps everything. Compaction is not built yet: until then a log with `compact` alone keeps every record, and one with both only deletes.',
  }),
  'compression.type': enumOf(['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'], {
    default: 'producer',
    broker: 'compression.type',
    doc: 'The codec in which batches are stored. `producer` stores them as they were sent, which costs nothing; any other recompresses what was sent differently.',
  }),
  'compression.gzip.level': int({
    default: -1,
    atLeast: 1,
    atMost: 9,
    or: -1,
    broker: 'compression.gzip.level',
    doc: 'How hard gzip works when `compression.type` is gzip: 1 is fast, 9 is small, −1 is the default of zlib.',
  }),
  'compression.lz4.level': int({
    default: 9,
    atLeast: 1,
    atMost: 17,
    broker: 'compression.lz4.level',
    doc: 'How hard lz4 works when `compression.type` is lz4: 1 is fast, 17 is small.',
  }),
  'compression.zstd.level': int({
    default: 3,
    atLeast: -131_072,
    atMost: 22,
    broker: 'compression.zstd.level',
    doc: 'How hard zstd works when `compression.type` is zstd: negative levels are fast, 22 is small.',
  }),
  'file.delete.delay.ms': long({
    default: 60_000,
    atLeast: 0,
    broker: 'log.segment.delete.delay.ms',
    doc: 'How long the file of a deleted segment stays on disk, renamed, so that who is reading it can finish.',
  }),
  'flush.messages': long({
    default: maxLong,
    atLeast: 1,
    broker: 'log.flush.interval.messages',
    doc: 'After how many records the log is synced to disk when `log.durability` is `page-cache`. With `fsync` every acknowledgement of acks=all waits for the disk anyway.',
  }),
  'flush.ms': long({
    default: maxLong,
    atLeast: 0,
    broker: ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
    doc: 'After what time the log is synced to disk when `log.durability` is `page-cache`.',
  }),
  'index.interval.bytes': int({
    default: 4096,
    atLeast: 0,
    broker: 'log.index.interval.bytes',
    doc: 'How many bytes of records lie between two entries of the offset index. Smaller means a larger index and less reading to find an offset.',
  }),
  'internal.segment.bytes': int({
    default: null,
    isInternal: true,
    doc: 'As segment.bytes, without its lower bound. For tests.',
  }),
  'max.compaction.lag.ms': long({
    default: maxLong,
    atLeast: 1,
    broker: 'log.cleaner.max.compaction.lag.ms',
    doc: 'After what time at the latest a record of a compacted topic becomes ready for compaction: the segment that holds it is closed by then.',
  }),
  'max.message.bytes': int({
    default: 1_048_588,
    atLeast: 0,
    broker: 'message.max.bytes',
    doc: 'The largest batch that is accepted, as it comes, compressed or not.',
  }),
  'message.timestamp.after.max.ms': long({
    default: hoursInMs,
    atLeast: 0,
    broker: 'log.message.timestamp.after.max.ms',
    doc: 'How far the timestamp of a record may lie in the future. Only with CreateTime.',
  }),
  'message.timestamp.before.max.ms': long({
    default: maxLong,
    atLeast: 0,
    broker: 'log.message.timestamp.before.max.ms',
    doc: 'How far the timestamp of a record may lie in the past. Only with CreateTime.',
  }),
  'message.timestamp.type': enumOf(['CreateTime', 'LogAppendTime'], {
    default: 'CreateTime',
    broker: 'log.message.timestamp.type',
    doc: 'Whether records keep the time that their producer gave them or get that of the append.',
  }),
  'retention.bytes': long({
    default: -1,
    broker: 'log.retention.bytes',
    doc: 'How large a partition may grow before its oldest segments are deleted; −1 is without limit. Counted for each partition.',
  }),
  'retention.ms': long({
    default: 168 * hoursInMs,
    atLeast: -1,
    broker: ['log.retention.ms', { name: 'log.retention.minutes', times: minutesInMs }, { name: 'log.retention.hours', times: hoursInMs }],
    doc: 'How long records are kept before their segment is deleted; −1 is for ever.',
  }),
  'segment.bytes': int({
    default: 1_073_741_824,
    atLeast: 1_048_576,
    broker: 'log.segment.bytes',
    doc: 'Size at which a segment is closed and a new one begun. Retention removes whole segments only.',
  }),
  'segment.index.bytes': int({
    default: 10_485_760,
    atLeast: 4,
    broker: 'log.index.size.max.bytes',
    doc: 'How large the index of a segment may become; when it is full, a new segment is begun.',
  }),
  'segment.jitter.ms': long({
    default: 0,
    atLeast: 0,
    broker: ['log.roll.jitter.ms', { name: 'log.roll.jitter.hours', times: hoursInMs }],
    doc: 'Up to how much earlier than segment.ms a segment is closed, at random, so that not all are closed at once.',
  }),
  'segment.ms': long({
    default: 168 * hoursInMs,
    atLeast: 1,
    broker: ['log.roll.ms', { name: 'log.roll.hours', times: hoursInMs }],
    doc: 'Age at which a segment is closed even if it is not full, so that retention can get at it.',
  }),
}

/** What can be set for the logs of a broker altogether. */
export const logDirectoryConfig = {
  'log.durability': enumOf(['fsync', 'page-cache'], {
    default: 'fsync',
    isOurs: true,
    doc: 'When acks=all is answered: `fsync` when the batch is on disk, `page-cache` when it is in the memory of the operating system, as Apache Kafka does. With `page-cache` a loss of power may lose what was acknowledged.',
  }),
  'log.dir.min.free.bytes': long({
    default: 268_435_456,
    atLeast: 0,
    isOurs: true,
    doc: 'How many bytes must be free on the disk of a data directory for topics of users to be written to. Below it produce requests fail until twice as much is free; reading, retention and deletion go on.',
  }),
  'log.recovery.keep.corrupt': boolean({
    default: false,
    isOurs: true,
    doc: 'Whether bytes that recovery cuts off a log are kept in a file beside it, for who wants to look at them.',
  }),
  'log.tail.cache.bytes': long({
    default: 33_554_432,
    atLeast: 0,
    isOurs: true,
    doc: 'How much memory holds the ends of all logs together, so that readers who keep up are served without touching a file.',
  }),
  'log.retention.check.interval.ms': long({ default: 300_000, atLeast: 1, doc: 'How often the broker looks for segments to delete.' }),
  'log.initial.task.delay.ms': long({
    default: 30_000,
    atLeast: 0,
    isInternal: true,
    doc: 'How long after the start the first look for old segments and the first flush come.',
  }),
  'log.flush.scheduler.interval.ms': long({
    default: maxLong,
    doc: 'How often the broker looks for logs to sync when log.durability is page-cache.',
  }),
  'log.flush.offset.checkpoint.interval.ms': int({
    default: 60_000,
    atLeast: 0,
    doc: 'How often the recovery points are written. After a crash only what lies above them is checked.',
  }),
  'log.flush.start.offset.checkpoint.interval.ms': int({
    default: 60_000,
    atLeast: 0,
    doc: 'How often the start offsets of logs are written. DeleteRecords writes them at once.',
  }),
  'log.open.files.max': int({
    default: 4096,
    atLeast: 16,
    isOurs: true,
    doc: 'How many files of logs are kept open. Beyond it those used longest ago are closed until they are needed again.',
  }),
  'replica.high.watermark.checkpoint.interval.ms': long({
    default: 5000,
    doc: 'How often the high watermarks of all partitions are written to disk.',
  }),
  'producer.id.expiration.ms': int({
    default: 86_400_000,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'After what silence a partition forgets an idempotent producer. Retries are recognised until then.',
  }),
  'producer.id.expiration.check.interval.ms': int({
    default: 600_000,
    atLeast: 1,
    isInternal: true,
    doc: 'How often partitions look for producers to forget.',
  }),
  'producer.ids.per.partition.max': int({
    default: 100_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How many idempotent producers a partition remembers. Beyond it the one that was silent longest is forgotten.',
  }),
  'batch.inflate.max.bytes': int({
    default: 33_554_432,
    atLeast: 1024,
    isOurs: true,
    doc: 'How large a compressed batch may become when the broker has to look into it. It never takes less than 16 times message.max.bytes.',
  }),
  'batch.inflate.total.max.bytes': int({
    default: 67_108_864,
    atLeast: 1024,
    isOurs: true,
    doc: 'How large all batches together may become that the broker looks into at one time; further ones wait for their turn. One may always be open.',
  }),
}

/** The settings of a log directory, ready for use. */
export interface LogDirectorySettings {
  readonly durability: Durability
  readonly minFreeBytes: number
  readonly keepsCorrupt: boolean
  readonly tailCacheBytes: number
  readonly maxOpenFiles: number
  readonly initialTaskDelayMs: number
  readonly retentionCheckIntervalMs: number
  readonly flushCheckIntervalMs: number
  readonly recoveryPointCheckpointIntervalMs: number
  readonly logStartCheckpointIntervalMs: number
  readonly highWatermarkCheckpointIntervalMs: number
  readonly producerExpirationMs: number
  readonly producerExpirationCheckIntervalMs: number
  readonly maxProducersPerPartition: number
  readonly maxInflatedBytes: number
  readonly maxOpenedBytes: number
}

/** What a log makes of its topic's settings. Ask again when they have changed, and keep the answer until then. */
export function logSettingsOf(config: ConfigOf<typeof topicLogConfig>): LogSettings {
  const compressionType = config['compression.type']
  return {
    segmentBytes: config['internal.segment.bytes'] ?? config['segment.bytes'],
    segmentMs: unlimited(config['segment.ms']),
    segmentJitterMs: config['segment.jitter.ms'],
    segmentIndexBytes: config['segment.index.bytes'],
    indexIntervalBytes: config['index.interval.bytes'],
    maxMessageBytes: config['max.message.bytes'],
    flushMessages: unlimited(config['flush.messages']),
    flushMs: unlimited(config['flush.ms']),
    retentionBytes: unlimited(config['retention.bytes']),
    retentionMs: unlimited(config['retention.ms']),
    fileDeleteDelayMs: config['file.delete.delay.ms'],
    deletes: config['cleanup.policy'].includes('delete'),
    compacts: config['cleanup.policy'].includes('compact'),
    maxCompactionLagMs: unlimited(config['max.compaction.lag.ms']),
    compressionType: compressionType === 'uncompressed' ? 'none' : compressionType,
    compressionLevel: levelOf(config),
    stampsLogAppendTime: config['message.timestamp.type'] === 'LogAppendTime',
    timestampBeforeMaxMs: unlimited(config['message.timestamp.before.max.ms']),
    timestampAfterMaxMs: unlimited(config['message.timestamp.after.max.ms']),
  }
}

/** `maxMessageBytes` is `message.max.bytes` of the broker. */
export function logDirectorySettingsOf(config: ConfigOf<typeof logDirectoryConfig>, maxMessageBytes: number): LogDirectorySettings {
  return {
    durability: config['log.durability'],
    minFreeBytes: config['log.dir.min.free.bytes'],
    keepsCorrupt: config['log.recovery.keep.corrupt'],
    tailCacheBytes: config['log.tail.cache.bytes'],
    maxOpenFiles: config['log.open.files.max'],
    initialTaskDelayMs: config['log.initial.task.delay.ms'],
    retentionCheckIntervalMs: config['log.retention.check.interval.ms'],
    flushCheckIntervalMs: unlimited(config['log.flush.scheduler.interval.ms']),
    recoveryPointCheckpointIntervalMs: config['log.flush.offset.checkpoint.interval.ms'],
    logStartCheckpointIntervalMs: config['log.flush.start.offset.checkpoint.interval.ms'],
    highWatermarkCheckpointIntervalMs: config['replica.high.watermark.checkpoint.interval.ms'],
    producerExpirationMs: config['producer.id.expiration.ms'],
    producerExpirationCheckIntervalMs: config['producer.id.expiration.check.interval.ms'],
    maxProducersPerPartition: config['producer.ids.per.partition.max'],
    maxInflatedBytes: Math.max(config['batch.inflate.max.bytes'], 16 * maxMessageBytes),
    maxOpenedBytes: config['batch.inflate.total.max.bytes'],
  }
}

/** −1 and 2^63 − 1 are the words for "no limit". */
function unlimited(value: number): number {
  return value < 0 || value >= maxLong ? Number.POSITIVE_INFINITY : value
}

function levelOf(config: ConfigOf<typeof topicLogConfig>): number | undefined {
  const type = config['compression.type']
  return type === 'gzip' || type === 'lz4' || type === 'zstd' ? config[`compression.${type}.level`] : undefined
}

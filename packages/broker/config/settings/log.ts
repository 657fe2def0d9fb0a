import { boolean, double, enumOf, int, list, listOf, long, maxLong } from '@odradek/common/config'
import { logDirectoryConfig } from '@odradek/log'
import { unused } from './unused.ts'

/** Where and how the broker keeps its logs; most give the default of a topic's setting. */
export const logConfig = {
  ...logDirectoryConfig,
  'log.dir': list({
    default: ['/tmp/kafka-logs'],
    isNonEmpty: true,
    doc: 'Where data is kept, when log.dirs is not set.',
  }),
  'log.dirs': list({
    default: null,
    doc: 'The directories in which data is kept. A new partition goes to the one with the fewest.',
  }),
  'cordoned.log.dirs': list({
    default: [],
    scope: 'per-broker',
    doc: 'Data directories that get no new partitions; `*` is all.',
    unused: unused.oneBroker,
  }),
  'log.dir.failure.timeout.ms': long({
    default: 30_000,
    atLeast: 1,
    doc: 'How long a broker with a failed data directory tries to tell the controller before it stops.',
    unused: unused.oneBroker,
  }),
  'log.segment.bytes': int({
    default: 1_073_741_824,
    atLeast: 1_048_576,
    scope: 'cluster-wide',
    doc: 'Size at which a segment is closed. Default of segment.bytes.',
  }),
  'log.roll.ms': long({
    default: null,
    scope: 'cluster-wide',
    doc: 'Age at which a segment is closed. Default of segment.ms; when it is not set, log.roll.hours counts.',
  }),
  'log.roll.hours': int({ default: 168, atLeast: 1, doc: 'Age in hours at which a segment is closed, when log.roll.ms is not set.' }),
  'log.roll.jitter.ms': long({
    default: null,
    scope: 'cluster-wide',
    doc: 'Up to how much earlier a segment is closed, at random. Default of segment.jitter.ms; when it is not set, log.roll.jitter.hours counts.',
  }),
  'log.roll.jitter.hours': int({ default: 0, atLeast: 0, doc: 'The same in hours, when log.roll.jitter.ms is not set.' }),
  'log.retention.ms': long({
    default: null,
    scope: 'cluster-wide',
    doc: 'How long records are kept; −1 is for ever. Default of retention.ms; when it is not set, log.retention.minutes counts.',
  }),
  'log.retention.minutes': int({ default: null, doc: 'How long records are kept in minutes, when log.retention.ms is not set.' }),
  'log.retention.hours': int({
    default: 168,
    doc: 'How long records are kept in hours, when neither log.retention.ms nor log.retention.minutes is set.',
  }),
  'log.retention.bytes': long({
    default: -1,
    scope: 'cluster-wide',
    doc: 'How large a partition may grow; −1 is without limit. Default of retention.bytes.',
  }),
  'log.local.retention.bytes': long({
    default: -2,
    atLeast: -2,
    scope: 'cluster-wide',
    doc: 'How many bytes of a tiered partition stay local; −2 is all that retention.bytes keeps. Default of local.retention.bytes.',
    unused: unused.tiered,
  }),
  'log.local.retention.ms': long({
    default: -2,
    atLeast: -2,
    scope: 'cluster-wide',
    doc: 'How long segments of a tiered partition stay local; −2 is as long as retention.ms. Default of local.retention.ms.',
    unused: unused.tiered,
  }),
  'log.cleanup.policy': listOf(['compact', 'delete'], {
    default: ['delete'],
    scope: 'cluster-wide',
    doc: 'What becomes of old segments: delete, compact, or both; compaction is not built yet. Default of cleanup.policy.',
  }),
  'log.index.size.max.bytes': int({
    default: 10_485_760,
    atLeast: 4,
    scope: 'cluster-wide',
    doc: 'How large the index of a segment may become. Default of segment.index.bytes.',
  }),
  'log.index.interval.bytes': int({
    default: 4096,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many bytes of records lie between two entries of the offset index. Default of index.interval.bytes.',
  }),
  'log.flush.interval.messages': long({
    default: maxLong,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'After how many records a log is synced when log.durability is page-cache. Default of flush.messages.',
  }),
  'log.flush.interval.ms': long({
    default: null,
    scope: 'cluster-wide',
    doc: 'After what time a log is synced when log.durability is page-cache. Default of flush.ms; when it is not set, log.flush.scheduler.interval.ms counts.',
  }),
  'log.segment.delete.delay.ms': long({
    default: 60_000,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How long the file of a deleted segment stays on disk. Default of file.delete.delay.ms.',
  }),
  'log.preallocate': boolean({
    default: false,
    scope: 'cluster-wide',
    doc: 'Whether the file of a new segment gets its full size at once. Default of preallocate.',
    unused: 'segments grow as they are written',
  }),
  'log.message.timestamp.type': enumOf(['CreateTime', 'LogAppendTime'], {
    default: 'CreateTime',
    scope: 'cluster-wide',
    doc: 'Whether records keep the time of their producer or get that of the append. Default of message.timestamp.type.',
  }),
  'log.message.timestamp.before.max.ms': long({
    default: maxLong,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How far the timestamp of a record may lie in the past. Default of message.timestamp.before.max.ms.',
  }),
  'log.message.timestamp.after.max.ms': long({
    default: 3_600_000,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How far the timestamp of a record may lie in the future. Default of message.timestamp.after.max.ms.',
  }),
  'message.max.bytes': int({
    default: 1_048_588,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'The largest batch that is accepted. Default of max.message.bytes.',
  }),
  'compression.type': enumOf(['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'], {
    default: 'producer',
    scope: 'cluster-wide',
    doc: 'The codec in which batches are stored; `producer` is as they come. Default of the setting of topics.',
  }),
  'compression.gzip.level': int({
    default: -1,
    atLeast: 1,
    atMost: 9,
    or: -1,
    scope: 'cluster-wide',
    doc: 'Level of gzip when compression.type is gzip. Default of the setting of topics.',
  }),
  'compression.lz4.level': int({
    default: 9,
    atLeast: 1,
    atMost: 17,
    scope: 'cluster-wide',
    doc: 'Level of lz4 when compression.type is lz4. Default of the setting of topics.',
  }),
  'compression.zstd.level': int({
    default: 3,
    atLeast: -131_072,
    atMost: 22,
    scope: 'cluster-wide',
    doc: 'Level of zstd when compression.type is zstd. Default of the setting of topics.',
  }),
  'num.recovery.threads.per.data.dir': int({
    default: 2,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'How many threads open and recover the logs of one data directory.',
    unused: 'a log is opened when it is first used',
  }),
  'num.replica.alter.log.dirs.threads': int({
    default: null,
    doc: 'How many threads move replicas between data directories.',
    unused: unused.threads,
  }),
}

/** How compacted topics are compacted. */
export const cleanerConfig = {
  'log.cleaner.enable': boolean({ default: true, doc: 'Whether compacted topics are compacted.', unused: unused.cleaner }),
  'log.cleaner.threads': int({
    default: 1,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How many workers compact at the same time.',
    unused: unused.cleaner,
  }),
  'log.cleaner.io.max.bytes.per.second': double({
    default: Number.MAX_VALUE,
    scope: 'cluster-wide',
    doc: 'How many bytes a second compaction reads and writes together.',
    unused: unused.cleaner,
  }),
  'log.cleaner.dedupe.buffer.size': long({
    default: 134_217_728,
    scope: 'cluster-wide',
    doc: 'How much memory all workers together use to remember the keys of a run.',
    unused: unused.cleaner,
  }),
  'log.cleaner.io.buffer.size': int({
    default: 524_288,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How much memory all workers together use to read and write.',
    unused: unused.cleaner,
  }),
  'log.cleaner.io.buffer.load.factor': double({
    default: 0.9,
    scope: 'cluster-wide',
    doc: 'How full the memory for keys may become. Fuller means more keys a run and more collisions.',
    unused: unused.cleaner,
  }),
  'log.cleaner.backoff.ms': long({
    default: 15_000,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How long a worker rests when there is nothing to compact.',
    unused: unused.cleaner,
  }),
  'log.cleaner.min.cleanable.ratio': double({
    default: 0.5,
    atLeast: 0,
    atMost: 1,
    scope: 'cluster-wide',
    doc: 'Which part of a log must not have been compacted yet before it is worth a run. Default of min.cleanable.dirty.ratio.',
    unused: unused.cleaner,
  }),
  'log.cleaner.delete.retention.ms': long({
    default: 86_400_000,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How long tombstones stay. Default of delete.retention.ms.',
    unused: unused.cleaner,
  }),
  'log.cleaner.min.compaction.lag.ms': long({
    default: 0,
    atLeast: 0,
    scope: 'cluster-wide',
    doc: 'How long a record stays as it was written. Default of min.compaction.lag.ms.',
    unused: unused.cleaner,
  }),
  'log.cleaner.max.compaction.lag.ms': long({
    default: maxLong,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'After what time at the latest a record becomes ready for compaction. Default of max.compaction.lag.ms.',
  }),
}

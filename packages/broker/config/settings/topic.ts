import { boolean, double, enumOf, int, list, listOf, long, maxLong } from '@odradek/common/config'
import { unused } from './unused.ts'

const hoursInMs = 3_600_000
const minutesInMs = 60_000

/** Settings of one topic. All can be changed at any time; a setting of the broker gives the default. */
export const topicConfig = {
  'cleanup.policy': listOf(['compact', 'delete'], {
    default: ['delete'],
    broker: 'log.cleanup.policy',
    doc: 'What becomes of old segments: `delete` removes them by age and size, `compact` keeps the last record of each key. Both together compact and also delete; an empty list keeps everything.',
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
  'delete.retention.ms': long({
    default: 86_400_000,
    atLeast: 0,
    broker: 'log.cleaner.delete.retention.ms',
    unused: unused.cleaner,
    doc: 'How long a tombstone stays in a compacted topic. A consumer that reads from the start and takes longer may miss that a key was deleted.',
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
  'follower.replication.throttled.replicas': list({
    default: [],
    valid: '[partitionId]:[brokerId],[partitionId]:[brokerId],...',
    check: throttledReplicas('follower.replication.throttled.replicas'),
    unused: unused.oneBroker,
    doc: 'Which replicas are slowed down when they follow, as partition:broker, or `*` for all. The rate is a dynamic setting of the broker.',
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
  'leader.replication.throttled.replicas': list({
    default: [],
    valid: '[partitionId]:[brokerId],[partitionId]:[brokerId],...',
    check: throttledReplicas('leader.replication.throttled.replicas'),
    unused: unused.oneBroker,
    doc: 'Which replicas are slowed down when they lead, as partition:broker, or `*` for all. The rate is a dynamic setting of the broker.',
  }),
  'local.retention.bytes': long({
    default: -2,
    atLeast: -2,
    broker: 'log.local.retention.bytes',
    unused: unused.tiered,
    doc: 'How many bytes of a tiered partition stay on the local disk; −2 takes the value of retention.bytes, −1 keeps all.',
  }),
  'local.retention.ms': long({
    default: -2,
    atLeast: -2,
    broker: 'log.local.retention.ms',
    unused: unused.tiered,
    doc: 'How long segments of a tiered partition stay on the local disk; −2 takes the value of retention.ms, −1 keeps all.',
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
  'min.cleanable.dirty.ratio': double({
    default: 0.5,
    atLeast: 0,
    atMost: 1,
    broker: 'log.cleaner.min.cleanable.ratio',
    unused: unused.cleaner,
    doc: 'Which part of a compacted log must not have been compacted yet before it is worth a run.',
  }),
  'min.compaction.lag.ms': long({
    default: 0,
    atLeast: 0,
    broker: 'log.cleaner.min.compaction.lag.ms',
    unused: unused.cleaner,
    doc: 'How long a record stays as it was written before compaction may remove it.',
  }),
  'min.insync.replicas': int({
    default: 1,
    atLeast: 1,
    broker: 'min.insync.replicas',
    doc: 'How many replicas must have a batch before acks=all is answered. With fewer in-sync replicas such a produce request fails.',
  }),
  preallocate: boolean({
    default: false,
    broker: 'log.preallocate',
    unused: 'segments grow as they are written',
    doc: 'Whether the file of a new segment gets its full size at once.',
  }),
  'remote.log.copy.disable': boolean({
    default: false,
    unused: unused.tiered,
    doc: 'Whether a tiered topic stops copying segments and only serves and expires those that are remote already.',
  }),
  'remote.log.delete.on.disable': boolean({
    default: false,
    unused: unused.tiered,
    doc: 'Whether the remote segments of a topic are deleted when tiered storage is switched off for it.',
  }),
  'remote.storage.enable': boolean({
    default: false,
    unused: unused.tiered,
    doc: 'Whether closed segments of the topic are moved to remote storage.',
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
  'unclean.leader.election.enable': boolean({
    default: false,
    broker: 'unclean.leader.election.enable',
    unused: unused.oneBroker,
    doc: 'Whether a replica that is not in sync may become leader when no other is left. Records may be lost then.',
  }),
}

function throttledReplicas(name: string): (values: readonly string[]) => string | undefined {
  return (values) =>
    values.join() === '*' || values.every((value) => /^\d+:\d+$/.test(value))
      ? undefined
      : `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`
}

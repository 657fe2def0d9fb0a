import { maxLong } from '@odradek/common/config'
import type { TopicConfig } from './config/all-settings.ts'
import type { TopicSettings } from './replication/partition.ts'

/** What the settings of a topic mean for its partitions: "never" and "no limit" are numbers that nothing reaches. */
export function topicSettingsOf(config: TopicConfig): TopicSettings {
  const codec = config['compression.type']
  return {
    minInSyncReplicas: config['min.insync.replicas'],
    log: {
      segmentBytes: config['internal.segment.bytes'] ?? config['segment.bytes'],
      segmentMs: unlessMax(config['segment.ms']),
      segmentJitterMs: config['segment.jitter.ms'],
      segmentIndexBytes: config['segment.index.bytes'],
      indexIntervalBytes: config['index.interval.bytes'],
      maxMessageBytes: config['max.message.bytes'],
      flushMessages: unlessMax(config['flush.messages']),
      flushMs: unlessMax(config['flush.ms']),
      retentionBytes: unlessNegative(config['retention.bytes']),
      retentionMs: unlessNegative(config['retention.ms']),
      fileDeleteDelayMs: config['file.delete.delay.ms'],
      deletes: config['cleanup.policy'].includes('delete'),
      compacts: config['cleanup.policy'].includes('compact'),
      maxCompactionLagMs: unlessMax(config['max.compaction.lag.ms']),
      compressionType: codec === 'uncompressed' ? 'none' : codec,
      compressionLevel: codec === 'gzip' || codec === 'lz4' || codec === 'zstd' ? config[`compression.${codec}.level`] : undefined,
      stampsLogAppendTime: config['message.timestamp.type'] === 'LogAppendTime',
      timestampBeforeMaxMs: unlessMax(config['message.timestamp.before.max.ms']),
      timestampAfterMaxMs: unlessMax(config['message.timestamp.after.max.ms']),
    },
  }
}

function unlessMax(value: number): number {
  return value >= maxLong ? Infinity : value
}

function unlessNegative(value: number): number {
  return value < 0 ? Infinity : unlessMax(value)
}

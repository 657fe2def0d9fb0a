import type { Codec } from '@odradek/protocol/compression'

/**
 * What a partition's log wants to know of its topic's settings, ready for use. `settings.ts` declares them under Kafka's
 * names. "Never" and "without limit" are `Infinity` where Kafka writes 2^63 − 1 or −1.
 */
export interface LogSettings {
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly segmentJitterMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  readonly maxMessageBytes: number
  /** In page-cache mode: flush after so many records. */
  readonly flushMessages: number
  /** In page-cache mode: flush after that time. */
  readonly flushMs: number
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly fileDeleteDelayMs: number
  /** Whether `cleanup.policy` has `delete`, and whether it has `compact`. */
  readonly deletes: boolean
  readonly compacts: boolean
  readonly maxCompactionLagMs: number
  readonly compressionType: Codec | 'producer'
  /** Of `compressionType`, where that has levels. */
  readonly compressionLevel: number | undefined
  readonly stampsLogAppendTime: boolean
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
}

import { Buffer } from 'node:buffer'
import {
  baseOffset,
  baseTimestamp,
  BATCH_HEADER_SIZE,
  batchSize,
  hasLogAppendTime,
  lastOffset,
  maxTimestamp,
  partitionLeaderEpoch,
  recordCount,
} from '@odradek/protocol/records'
import type { ReadTopic } from './read-topic.ts'

/** A record batch whose records can be read: where their bytes are, and what their deltas count from. */
export class OpenedBatch {
  readonly topic: ReadTopic
  readonly partition: number
  /** The frame, or what the batch was inflated to. */
  readonly buffer: Buffer
  /** The records are `buffer[start, end)`. */
  readonly start: number
  readonly end: number
  readonly count: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly baseTimestamp: number
  readonly hasLogAppendTime: boolean
  /** −1 when unknown. */
  readonly leaderEpoch: number

  constructor(topic: ReadTopic, partition: number, place: BatchPlace) {
    this.topic = topic
    this.partition = partition
    this.buffer = place.buffer
    this.start = place.start
    this.end = place.end
    this.count = place.count
    this.baseOffset = place.baseOffset
    this.lastOffset = place.lastOffset
    this.baseTimestamp = place.baseTimestamp
    this.hasLogAppendTime = place.hasLogAppendTime
    this.leaderEpoch = place.leaderEpoch
  }

  /** Of the batch at `position` of a frame; a compressed one comes with what it was inflated to. */
  static in(frame: Buffer, position: number, topic: ReadTopic, partition: number, inflated?: Buffer): OpenedBatch {
    const isStamped = hasLogAppendTime(frame, position)
    return new OpenedBatch(topic, partition, {
      buffer: inflated ?? frame,
      start: inflated === undefined ? position + BATCH_HEADER_SIZE : 0,
      end: inflated === undefined ? position + batchSize(frame, position) : inflated.length,
      count: recordCount(frame, position),
      baseOffset: baseOffset(frame, position),
      lastOffset: lastOffset(frame, position),
      // With log append time all records have one timestamp, and their deltas mean nothing.
      baseTimestamp: isStamped ? maxTimestamp(frame, position) : baseTimestamp(frame, position),
      hasLogAppendTime: isStamped,
      leaderEpoch: partitionLeaderEpoch(frame, position),
    })
  }

  /** The same around a copy of one of its records, which then begins at 0. */
  copyOf(start: number, end: number): OpenedBatch {
    const buffer = Buffer.allocUnsafeSlow(end - start)
    this.buffer.copy(buffer, 0, start, end)
    const { count, baseOffset, lastOffset, baseTimestamp, hasLogAppendTime, leaderEpoch } = this
    const place = { buffer, start: 0, end: buffer.length, count, baseOffset, lastOffset, baseTimestamp, hasLogAppendTime, leaderEpoch }
    return new OpenedBatch(this.topic, this.partition, place)
  }
}

export type BatchPlace = Pick<
  OpenedBatch,
  'buffer' | 'start' | 'end' | 'count' | 'baseOffset' | 'lastOffset' | 'baseTimestamp' | 'hasLogAppendTime' | 'leaderEpoch'
>

import type { Bytes } from '../bytes.ts'
import type { Headers } from '../headers.ts'

/**
 * One record as it was read.
 *
 * Key, value and headers are decoded when they are first looked at; whatever the record was made of stays alive as long as the
 * record does (the whole answer of a broker, up to `fetch.max.bytes`). Keep `detach()` of records that outlive their batch.
 */
export interface ConsumerRecord<N extends string = string, K = Bytes | null, V = Bytes | null> {
  readonly topic: N
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970; −1 when the record has none. */
  readonly timestamp: number
  /** Who set the timestamp: the producer, or the broker when it appended the batch. */
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  /** Of the leader that appended the record; undefined for very old records. */
  readonly leaderEpoch: number | undefined
  /** Throws `DeserializationError` when the serde of the topic cannot read it; other fields stay readable. */
  readonly key: K
  /** Throws like `key`. */
  readonly value: V
  readonly headers: Headers
  readonly rawKey: Bytes | null
  readonly rawValue: Bytes | null
  /** Bytes of `rawKey`, −1 for null; to ask costs less than to look at them. */
  readonly serializedKeySize: number
  /** Bytes of `rawValue`, −1 for null. */
  readonly serializedValueSize: number
  /** A copy that keeps nothing but itself alive, and that stays as it is when it came from a `cursor()`. */
  detach(): ConsumerRecord<N, K, V>
}

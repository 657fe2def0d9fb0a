import type { Buffer } from 'node:buffer'
import type { LazyDelivery } from './lazy-delivery.ts'
import type { Done } from './producer.ts'
import type { Party } from './receipts.ts'

/** A record that has no batch yet: there is no memory, no metadata, or a serializer is not ready. */
export interface WaitingRecord {
  /** Key, value and headers as they will stand in the batch; undefined while the serializer prepares itself. */
  payload: Buffer | undefined
  /** How to make the payload when the serializer is ready. */
  readonly serialize: () => Buffer
  /** −1: the partitioner chooses. */
  readonly partition: number
  readonly timestamp: number
  /** Bytes that it counts against the bound of those waiting. */
  readonly bytes: number
  /** On the monotonic clock. */
  readonly deadlineMs: number
  /** What it waits for, for the message when it has waited in vain. */
  readonly reason: 'memory' | 'metadata' | 'serializer'
  readonly isReady: () => boolean
  delivery: LazyDelivery | undefined
  done: Done | undefined
  /** Of an interceptor: hears of the record, and does not count as somebody who has seen a failure. */
  observer: Done | undefined
  party: Party | undefined
  /** Flushes that were called since. */
  flushes: Party[] | undefined
}

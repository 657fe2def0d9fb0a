import type { HeadersInput } from './headers.ts'
import type { Offsets, PartitionOffset } from './partitions.ts'

/** A record on its way into a producer, before it is written: key and value as they were given. */
export interface InterceptedRecord {
  readonly topic: string
  readonly key?: unknown
  readonly value: unknown
  readonly headers?: HeadersInput | undefined
  readonly partition?: number | undefined
  readonly timestamp?: number | undefined
}

/** Sees what a producer sends. An error that it throws is logged and changes nothing, as in Java. */
export interface ProducerInterceptor {
  /** Called by `send`, in the order of the list; what it returns is sent instead. The topic may change only for untyped topics. */
  onSend?(record: InterceptedRecord): InterceptedRecord
  /** Once a record, when it was acknowledged or has failed. The offset is −1 when there is none. */
  onAcknowledgement?(metadata: PartitionOffset & { readonly timestamp: number }, error: Error | undefined): void
}

/** Some records of one partition on their way to the application. */
export interface InterceptedBatch extends Iterable<unknown> {
  readonly topic: string
  readonly partition: number
  readonly firstOffset: number
  readonly nextOffset: number
  readonly count: number
}

/** Sees what a consumer delivers and commits. An error that it throws is logged and changes nothing. */
export interface ConsumerInterceptor {
  /** Before the records of a batch are handed out. */
  onConsume?(batch: InterceptedBatch): void
  /** After offsets were committed. */
  onCommit?(offsets: Offsets): void
}

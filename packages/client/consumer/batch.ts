import type { Bytes } from '../bytes.ts'
import type { Waiting } from '../waiting.ts'
import type { ConsumerRecord } from './record.ts'

/** Records of one partition, at most `max.poll.records` of them. May be iterated any number of times. */
export interface ConsumerBatch<N extends string = string, K = Bytes | null, V = Bytes | null> extends Iterable<ConsumerRecord<N, K, V>> {
  readonly topic: N
  readonly partition: number
  /** Of the first record. */
  readonly firstOffset: number
  /** Where reading goes on after this batch; what `commit` commits. */
  readonly nextOffset: number
  readonly count: number
  /** End of what is replicated, when these records were fetched. With read_committed the last stable offset ends what can be read. */
  readonly highWatermark: number
  /** Records behind this batch that could be read already, as far as was known when it was fetched. */
  readonly lag: number
  /** Aborted when the partition is revoked or lost, or the consumer closes: results of further work would come too late. */
  readonly signal: AbortSignal
  /**
   * Commits `nextOffset` of this partition.
   *
   * Rejects with ILLEGAL_GENERATION when the partition is not this consumer's any more: the records will come again to its new owner.
   */
  commit(options?: Waiting): Promise<void>
  /**
   * The same records through one reused object, for looking at one after the other. A batch of `batches()` that is only read this way gives its memory back
   * when the next one is asked for, which makes large records twice as cheap: what must outlive it is to be copied, with `detach()` for instance.
   */
  cursor(): Iterable<ConsumerRecord<N, K, V>>
}

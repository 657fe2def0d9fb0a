import type { Metrics } from '../metrics/index.ts'
import type { Offsets, PartitionOffset, Partitions, TopicPartition } from '../partitions.ts'
import type { RawTopic, Topic } from '../topic.ts'
import type { Waiting } from '../waiting.ts'
import type { ConsumerBatch } from './batch.ts'
import type { ConsumerGroupMetadata } from './group-metadata.ts'
import type { ConsumerRecord } from './record.ts'

/** The records of a topic. Of several topics: a union that narrows on `record.topic`. */
export type RecordOf<T> = T extends Topic<infer N, infer K, infer V> ? ConsumerRecord<N, K, V> : never
export type BatchOf<T> = T extends Topic<infer N, infer K, infer V> ? ConsumerBatch<N, K, V> : never

export type Listening = (partitions: Partitions) => void | Promise<void>

/** Told of every change of the assignment; the rebalance waits for it. */
export interface RebalanceListener {
  /** These came. A `seek` in here is where reading begins. */
  readonly onPartitionsAssigned?: Listening | undefined
  /** These go, and are this consumer's until the listener is done: the last moment to commit. */
  readonly onPartitionsRevoked?: Listening | undefined
  /** These are somebody else's already. By default `onPartitionsRevoked`. */
  readonly onPartitionsLost?: Listening | undefined
}

/** What becomes of a record whose handler failed: `fail` ends `run`, `skip` counts it as processed. */
export type OnError = 'fail' | 'skip' | { readonly retryAfterMs: number }

export interface RunOptions<R> {
  /** What is handled one after the other: the records of a `partition` (default), those with the same `key` in a partition, or `none`. */
  readonly order?: 'partition' | 'key' | 'none' | undefined
  /** The most handlers at once. By default one a partition; with order `key` and `none` 16. */
  readonly concurrency?: number | undefined
  /** Ends `run` normally: no further record is begun, those in hand are finished and committed. */
  readonly signal?: AbortSignal | undefined
  /** Asked when a handler has failed; `attempt` is 1 for the first. By default all fails. */
  readonly onError?: ((error: unknown, record: R, attempt: number) => OnError | Promise<OnError>) | undefined
}

/** A pattern that the broker matches (Google RE2/J; KIP-848 only). */
export interface Re2jPattern {
  readonly re2j: string
}

/**
 * Reads topics, as a member of a group or by assigned partitions.
 *
 * **What is committed.** Asking for the next item says that the one before is processed. With auto commit what is processed is committed every
 * `auto.commit.interval.ms`, before partitions are given back, when a loop ends, and by `close()`. A program that dies reads again what it had not processed, and what was
 * processed since the last commit: each record comes at least once. An item that a loop was left with (`break`, `throw`) is not processed, and comes again.
 *
 * **Close it.** Without `close()` a program ends all the same, but its group takes it for alive until `session.timeout.ms` is over: whoever comes next, the
 * same program started again for instance, waits as long for its partitions.
 */
export interface Consumer<T extends Topic = RawTopic> extends AsyncDisposable {
  /** From now on these topics, as a member of the group; the group is joined by the first call for records. Topics of `consumer({ topics })` need no call. */
  subscribe(topics: readonly (T | T['name'])[] | RegExp | Re2jPattern, listener?: RebalanceListener): void
  /** From now on exactly these partitions, without a group's say. */
  assign(partitions: Partitions): void
  /**
   * Gives all partitions back and leaves the group; handlers of `run` are waited for, but not one that awaits this. Whoever asks for records after it,
   * before another `subscribe` or `assign`, gets ODRADEK_STATE.
   */
  unsubscribe(): Promise<void>
  /**
   * One record after the other. Ends when aborted or closed, and whatever ends it (`break` and `throw` too) commits first what was finished, with auto commit;
   * it waits no longer than two seconds for that, and then warns.
   */
  records(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<RecordOf<T>>
  /** One batch after the other, of partitions in turn. Ends as `records()` does. */
  batches(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<BatchOf<T>>
  /**
   * Calls `handler` with each record, several at once, and commits up to the first that is not finished. The signal of the handler is aborted when its
   * partition leaves this consumer, or the consumer closes. Resolves when aborted or closed, rejects with the error of a handler; what was finished is
   * committed by then, as `records()` says.
   */
  run(handler: (record: RecordOf<T>, signal: AbortSignal) => void | Promise<void>, options?: RunOptions<RecordOf<T>>): Promise<void>
  /** Java's: at most `max.poll.records` in all, one batch a partition; none when `timeoutMs` is over. The next `poll` says that they are processed. */
  poll(timeoutMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly BatchOf<T>[]>
  /** Commits these offsets (each the next to be read); by default what was processed, the batches of the last `poll` included. */
  commit(offsets?: Offsets, options?: Waiting): Promise<void>
  /** In the order of `partitions`; undefined where the group has committed nothing. */
  committed(partitions: Partitions, options?: Waiting): Promise<readonly (PartitionOffset | undefined)[]>
  /** The next offset that will be handed out, waiting until it is known. */
  position(partition: TopicPartition, options?: Waiting): Promise<number>
  /** Goes on there. Throws ODRADEK_STATE when the partition is not assigned. */
  seek(to: PartitionOffset): void
  /** By default all that is assigned. */
  seekToBeginning(partitions?: Partitions): void
  seekToEnd(partitions?: Partitions): void
  /** Nothing of these until `resume`; what was fetched is kept, the place in the group too. */
  pause(partitions: Partitions): void
  resume(partitions: Partitions): void
  paused(): Partitions
  assignment(): Partitions
  /** Names, of a pattern those that it has matched. */
  subscription(): readonly string[]
  /** Records that could be read and were not handed out; undefined before the first answer. */
  lag(partition: TopicPartition): number | undefined
  beginningOffsets(partitions: Partitions, options?: Waiting): Promise<Offsets>
  /** With read_committed the last stable offsets. */
  endOffsets(partitions: Partitions, options?: Waiting): Promise<Offsets>
  /** The first record that is not older, for each; undefined when there is none. */
  offsetsForTimes(
    times: readonly (TopicPartition & { readonly timestamp: number })[],
    options?: Waiting,
  ): Promise<readonly ((PartitionOffset & { readonly timestamp: number }) | undefined)[]>
  groupMetadata(): ConsumerGroupMetadata
  /** Makes the group rebalance, soon. */
  enforceRebalance(reason?: string): void
  metrics(): Metrics
  /**
   * Ends loops, waits for running handlers of `run`, commits what is processed (auto commit), gives partitions back and leaves the group, within
   * `timeoutMs` (30 000). A static member stays by default; `groupMembership` says otherwise (KIP-1092).
   * Awaited within a handler of `run` or a rebalance listener it does not wait for that one: the record in hand counts as not processed.
   */
  close(options?: CloseOptions): Promise<void>
}

export interface CloseOptions {
  readonly timeoutMs?: number | undefined
  readonly groupMembership?: 'leave' | 'remain' | 'default' | undefined
}

import { isRebalancing, toKafkaJS } from '../error-mapping.ts'
import { KafkaJSError, KafkaJSProtocolError } from '../errors.ts'
import type { Instrumentation } from '../instrumentation.ts'
import type { ConsumerRunConfig, OffsetsByTopicPartition } from '../types/consumer.ts'
import type { ConsumerEventMap } from '../types/events.ts'
import type { Logger } from '../types/logging.ts'
import type { Offsets } from '../types/offsets.ts'
import { groupedByTopic } from './assignment.ts'
import type { Assignment } from './assignment.ts'
import type { Commits } from './commits.ts'
import { batchEvent } from './message-batch.ts'
import type { MessageBatch } from './message-batch.ts'
import type { OwnedPartition } from './owned-partition.ts'
import type { PausedTopics } from './paused-topics.ts'

export interface WorkContext {
  readonly run: ConsumerRunConfig
  readonly assignment: Assignment
  readonly commits: Commits
  readonly paused: PausedTopics
  readonly instrumentation: Instrumentation<ConsumerEventMap>
  readonly logger: Logger
  readonly isRunning: () => boolean
  /** Pauses one partition for the program; gives what resumes it. */
  readonly pause: (owned: OwnedPartition) => () => void
}

/** One batch in the hands of the program. */
export class BatchWork {
  readonly owned: OwnedPartition
  readonly batch: MessageBatch
  readonly #context: WorkContext
  /** When the program last showed that it is alive. */
  lastSignMs = performance.now()

  constructor(owned: OwnedPartition, batch: MessageBatch, context: WorkContext) {
    this.owned = owned
    this.batch = batch
    this.#context = context
  }

  /** Rejects with what the program throws, or with what the end of a batch fails with. */
  async handle(): Promise<void> {
    const { batch, owned } = this
    const { run, commits, instrumentation } = this.#context
    this.lastSignMs = performance.now()
    owned.base ??= batch.startOffset
    const startedMs = Date.now()
    instrumentation.emit('consumer.start_batch_process', batchEvent(batch))
    if (run.eachMessage) await this.#eachMessage(run.eachMessage)
    else if (run.eachBatch) await this.#eachBatch(run.eachBatch)
    instrumentation.emit('consumer.end_batch_process', { ...batchEvent(batch), duration: Date.now() - startedMs })
    await commits.autoCommit()
    this.#checkOurs()
  }

  async #eachMessage(eachMessage: NonNullable<ConsumerRunConfig['eachMessage']>): Promise<void> {
    const { batch, owned } = this
    const { commits, paused, isRunning } = this.#context
    const { topic, partition } = batch
    const last = batch.messages.length - 1
    for (const [index, message] of batch.messages.entries()) {
      if (!isRunning() || owned.isStale) break
      const payload = { topic, partition, message, heartbeat: () => this.#heartbeat(), pause: () => this.#context.pause(owned) }
      await this.#called('eachMessage', message.offset, () => eachMessage(payload))
      this.#resolve(index === last ? batch.nextOffset : Number(message.offset) + 1)
      this.#checkOurs()
      await commits.autoCommitIfNecessary()
      if (paused.isPaused(topic, partition)) break
    }
  }

  async #eachBatch(eachBatch: NonNullable<ConsumerRunConfig['eachBatch']>): Promise<void> {
    const { batch, owned } = this
    const { run, commits, assignment, isRunning } = this.#context
    const last = batch.messages.at(-1)?.offset
    const payload = {
      batch,
      // Behind the last message stands perhaps the marker of a transaction, which the program can't see: it is done with, too.
      resolveOffset: (offset: string) => this.#resolve(offset === last ? batch.nextOffset : Number(offset) + 1),
      heartbeat: () => this.#heartbeat(),
      pause: () => this.#context.pause(owned),
      commitOffsetsIfNecessary: async (offsets?: Offsets) => {
        this.lastSignMs = performance.now()
        await (offsets === undefined ? commits.commitIfNecessary() : commits.commit(flattened(offsets)))
      },
      uncommittedOffsets: (): OffsetsByTopicPartition => groupedByTopic(assignment.uncommitted()),
      isRunning,
      isStale: () => owned.isStale,
    }
    await this.#called('eachBatch', batch.firstOffset() ?? '', () => eachBatch(payload))
    if (run.eachBatchAutoResolve !== false) this.#resolve(batch.nextOffset)
  }

  /** What was resolved before a failure is committed, and only then told. */
  async #called(name: string, offset: string, handler: () => Promise<void>): Promise<void> {
    const { commits, logger } = this.#context
    try {
      await handler()
    } catch (error) {
      if (!(error instanceof KafkaJSError)) {
        const { stack } = error instanceof Error ? error : { stack: undefined }
        logger.error(`Error when calling ${name}`, { topic: this.batch.topic, partition: this.batch.partition, offset, stack, error })
      }
      await commits.autoCommit()
      throw error
    }
  }

  #resolve(offset: number): void {
    this.lastSignMs = performance.now()
    // What comes after the partition has gone counts for nothing.
    if (!this.owned.isGone) this.owned.resolved = offset
  }

  /** Real heartbeats are sent by the client below. This one says that the program is alive, and hears whether the partition is still ours. */
  async #heartbeat(): Promise<void> {
    this.lastSignMs = performance.now()
    if (!this.owned.isLeaving) return
    await this.#context.commits.autoCommit([this.owned]).catch((error: unknown) => {
      if (!isRebalancing(error)) throw toKafkaJS(error)
    })
    this.#checkOurs()
  }

  #checkOurs(): void {
    if (!this.owned.isLeaving || !this.#context.isRunning()) return
    throw new KafkaJSProtocolError({
      message: 'The group is rebalancing: the partition is being given back',
      type: 'REBALANCE_IN_PROGRESS',
      code: 27,
      retriable: false,
    })
  }
}

export function flattened({ topics }: Offsets): readonly { readonly topic: string; readonly partition: number; readonly offset: number }[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  )
}

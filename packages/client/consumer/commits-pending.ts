import { Deferred } from '@odradek/common/async'
import type { Cancellable } from '@odradek/common/time'
import type { Environment } from '../environment.ts'
import { nameOf } from '../partitions.ts'
import type { Offsets, PartitionOffset, TopicPartition } from '../partitions.ts'
import { lastWord } from './commits-errors.ts'
import type { Verdict } from './commits-errors.ts'
import type { ConsumerGroupMetadata } from './group-metadata.ts'

/** One call of `commit`, until all its partitions are written, one is refused, or its time is over. */
export class PendingCommit {
  /** What is not written yet, by partition. */
  readonly offsets: Map<string, PartitionOffset>
  /** Who the consumer was when it was asked. */
  readonly sentAs: ConsumerGroupMetadata
  /** Whether it had its partitions from the group then. */
  readonly isOfMember: boolean
  readonly #assignments: ReadonlyMap<string, object | undefined>
  readonly #isBeforeRebalance: boolean
  readonly #outcome = new Deferred<void>()
  readonly #timer: Cancellable
  readonly #release: () => void
  readonly #ended: () => void
  readonly #signal: AbortSignal | undefined
  readonly #aborted = () => this.reject(this.#signal?.reason)
  #lastError: Error | undefined

  constructor(options: PendingOptions) {
    const { environment, timeoutMs } = options
    this.offsets = new Map(options.offsets.map((offset) => [nameOf(offset), offset]))
    this.sentAs = options.sentAs
    this.isOfMember = options.isOfMember
    this.#assignments = new Map(options.offsets.map((offset) => [nameOf(offset), options.assignmentOf?.(offset)]))
    this.#isBeforeRebalance = options.isBeforeRebalance
    this.#ended = options.ended
    this.#release = environment.hold()
    this.#timer = environment.timer.after(timeoutMs, () => this.reject(lastWord([...this.offsets.values()], timeoutMs, this.#lastError)))
    this.#signal = options.signal
    this.#signal?.addEventListener('abort', this.#aborted)
  }

  get promise(): Promise<void> {
    return this.#outcome.promise
  }

  get isEnded(): boolean {
    return this.#outcome.isSettled
  }

  /** How a partition was assigned when the commit was asked for. */
  assignmentThen(offset: PartitionOffset): object | undefined {
    return this.#assignments.get(nameOf(offset))
  }

  /** After a round: what is written is crossed out, what may pass stays. */
  settle(verdictOf: (offset: PartitionOffset) => Verdict): void {
    for (const [name, offset] of this.offsets) {
      if (this.isEnded) return
      const verdict = verdictOf(offset)
      if (verdict.kind === 'done') this.offsets.delete(name)
      else if (verdict.kind === 'refused' || (verdict.isUnknownTopic === true && this.#isBeforeRebalance)) this.reject(verdict.error)
      else this.#lastError = verdict.error
    }
    if (this.offsets.size === 0) this.#end(() => this.#outcome.resolve())
  }

  reject(error: unknown): void {
    this.#end(() => this.#outcome.reject(error))
  }

  #end(settle: () => void): void {
    if (this.isEnded) return
    this.#timer.cancel()
    this.#signal?.removeEventListener('abort', this.#aborted)
    this.#release()
    settle()
    this.#ended()
  }
}

interface PendingOptions {
  readonly offsets: Offsets
  readonly sentAs: ConsumerGroupMetadata
  readonly isOfMember: boolean
  readonly assignmentOf: ((partition: TopicPartition) => object | undefined) | undefined
  readonly isBeforeRebalance: boolean
  readonly environment: Environment
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  /** Called once, whatever the end. */
  readonly ended: () => void
}

import type { Cancellable } from '@odradek/common/time'
import { KafkaError } from '@odradek/protocol'
import type { Environment } from '../environment.ts'
import { ClientError } from '../errors/index.ts'
import type { ConsumerInterceptor } from '../interceptors.ts'
import type { Offsets, PartitionOffset } from '../partitions.ts'
import { commitChannel } from '../tracing/channels.ts'
import type { CommitContext } from '../tracing/channels.ts'
import type { Waiting } from '../waiting.ts'
import type { CommitOptions, Commits } from './commits.ts'
import type { Assignment } from './positions/assignment.ts'
import type { PartitionState } from './positions/partition-state.ts'

export interface CommittingOptions {
  readonly environment: Environment
  readonly settings: {
    readonly clientId: string
    readonly groupId: string | undefined
    readonly enableAutoCommit: boolean
    readonly autoCommitIntervalMs: number
  }
  /** Undefined without a group. */
  readonly commits: Commits | undefined
  readonly assignment: Assignment
  readonly interceptors: readonly ConsumerInterceptor[]
}

/** Commits of a consumer: what may be committed, when that happens by itself, and who is told. */
export class Committing {
  readonly #options: CommittingOptions
  #timer: Cancellable | undefined = undefined
  #isUnderWay = false

  constructor(options: CommittingOptions) {
    this.#options = options
  }

  /** What is processed and not known to be committed. */
  processed(states: Iterable<PartitionState> = this.#options.assignment): Offsets {
    const offsets: PartitionOffset[] = []
    for (const state of states) {
      const { processed, topic, partition } = state
      if (processed === undefined || processed.offset < 0 || processed.offset === state.committedOffset) continue
      // The application has committed more than is known to be processed: what it has in hand. That is not taken back.
      if (state.holder !== undefined && processed.offset < Math.max(state.committedOffset, state.committingOffset)) continue
      offsets.push({ topic, partition, offset: processed.offset, leaderEpoch: processed.epoch < 0 ? undefined : processed.epoch })
    }
    return offsets
  }

  /** Commits offsets that the application names; each partition must be assigned. */
  async commit(offsets: Offsets, options: CommitOptions = {}): Promise<void> {
    for (const offset of offsets) this.#options.assignment.get(offset, 'commit')
    await this.#send(offsets, options)
  }

  /** Commits the end of a batch, as long as its partition is the one that it came from. */
  async commitBatch(state: PartitionState, offset: number, leaderEpoch: number, options: Waiting = {}): Promise<void> {
    if (state.isGone) {
      const hint =
        'Its records come again to the new owner. Stop work when batch.signal is aborted; if handling took too long, raise maxPollIntervalMs or lower maxPollRecords.'
      throw new KafkaError('ILLEGAL_GENERATION', `ILLEGAL_GENERATION: ${state.name} is not assigned to this consumer any more. ${hint}`, {
        hint,
      })
    }
    const { topic, partition } = state
    await this.#send([{ topic, partition, offset, leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch }], options)
  }

  /** Begins to commit by itself, if that is asked for. */
  start(): void {
    const { settings, environment } = this.#options
    if (!settings.enableAutoCommit || this.#timer !== undefined) return
    this.#timer = environment.timer.after(settings.autoCommitIntervalMs, () => {
      this.#timer = undefined
      this.start()
      if (!this.#isUnderWay) void this.#commitByItself()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Auto commit where there is a reason not to wait for the timer. Never rejects. */
  async commitProcessed(states: Iterable<PartitionState>, options: CommitOptions): Promise<void> {
    const { settings, environment } = this.#options
    if (!settings.enableAutoCommit || settings.groupId === undefined) return
    const offsets = this.processed(states)
    if (offsets.length === 0) return
    try {
      await this.#send(offsets, options)
    } catch (error) {
      environment.logger.warn('what was processed could not be committed, and comes again unless a later commit succeeds', {
        group: settings.groupId,
        offsets: offsets.length,
        error,
      })
    }
  }

  async #commitByItself(): Promise<void> {
    this.#isUnderWay = true
    await this.commitProcessed(this.#options.assignment, {})
    this.#isUnderWay = false
  }

  async #send(offsets: Offsets, options: CommitOptions): Promise<void> {
    const { commits, assignment, settings, environment, interceptors } = this.#options
    if (commits === undefined) throw noGroup('commit')
    if (offsets.length === 0) return
    const context: CommitContext | undefined = commitChannel.hasSubscribers
      ? { clientId: settings.clientId, groupId: settings.groupId ?? '', offsets }
      : undefined
    if (context !== undefined) commitChannel.start.publish(context)
    const release = environment.hold()
    const states = offsets.map(({ topic, partition }) => assignment.find(topic, partition))
    offsets.forEach(({ offset }, at) => {
      const state = states[at]
      if (state !== undefined) state.committingOffset = offset
    })
    try {
      await commits.commit(offsets, options)
    } catch (error) {
      offsets.forEach(({ offset }, at) => {
        const state = states[at]
        if (state?.committingOffset === offset) state.committingOffset = -1
      })
      if (context !== undefined) {
        context.error = error
        commitChannel.error.publish(context)
      }
      throw error
    } finally {
      release()
      if (context !== undefined) commitChannel.asyncEnd.publish(context)
    }
    offsets.forEach(({ offset }, at) => {
      const state = states[at]
      // After a seek, or beside a later commit, this says nothing of what the application has in hand now.
      if (state?.committingOffset === offset) state.committedOffset = offset
    })
    for (const interceptor of interceptors) {
      try {
        interceptor.onCommit?.(offsets)
      } catch (error) {
        environment.logger.warn('onCommit of an interceptor failed', { error })
      }
    }
  }
}

export function noGroup(call: string): ClientError {
  return new ClientError('ODRADEK_STATE', `${call}() needs a group`, { hint: 'Give groupId to the consumer.' })
}

import type { Consumer, Partitions } from '@odradek/client'
import { ClientError } from '@odradek/client'
import { isRebalancing, isWorthRetrying, toKafkaJS } from '../error-mapping.ts'
import { KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } from '../errors.ts'
import type { Instrumentation } from '../instrumentation.ts'
import { firstRetryTime, nextRetryTime } from '../retry.ts'
import type { RetrySettings } from '../retry.ts'
import type { ConsumerRunConfig, TopicPartitionOffset } from '../types/consumer.ts'
import type { ConsumerEventMap } from '../types/events.ts'
import type { Logger } from '../types/logging.ts'
import type { TopicOffsets } from '../types/offsets.ts'
import { Assignment } from './assignment.ts'
import { BatchWork, flattened } from './batch-work.ts'
import { Commits } from './commits.ts'
import type { GroupPlace } from './group-place.ts'
import { MessageBatch } from './message-batch.ts'
import { nameOf } from './owned-partition.ts'
import type { OwnedPartition } from './owned-partition.ts'
import type { PausedTopics } from './paused-topics.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface RunnerOptions {
  readonly groupPlace: GroupPlace
  readonly consumer: Consumer
  readonly subscriptions: Subscriptions
  readonly run: ConsumerRunConfig
  readonly retry: RetrySettings
  readonly logger: Logger
  readonly instrumentation: Instrumentation<ConsumerEventMap>
  readonly paused: PausedTopics
  readonly maxWaitMs: number
  readonly rebalanceTimeoutMs: number
  /** Everything was tried. Called once, when all workers have ended. */
  readonly onCrash: (error: Error) => Promise<void>
  readonly onEnd: () => void
}

/** While something is at work, how long at most until it is noticed that all has ended. */
const busyWaitMs = 100

/**
 * Reads for a program: asks the client below for batches without a pause, gives them to as many workers as the program wants, keeps partitions in hand
 * from being read on, and goes on where the program has got to.
 */
export class Runner {
  readonly assignment = new Assignment()
  readonly commits: Commits
  readonly #options: RunnerOptions
  readonly #queue: BatchWork[] = []
  readonly #working = new Set<BatchWork>()
  readonly #running = new Map<BatchWork, Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #seeks = new Map<string, TopicPartitionOffset>()
  #failure: Error | undefined
  #hasJoined = (): void => undefined
  #ended: Promise<void> = Promise.resolve()
  #attempt = 0

  constructor(options: RunnerOptions) {
    const { consumer, instrumentation, run } = options
    const { autoCommit = true, autoCommitInterval = null, autoCommitThreshold = null } = run
    this.#options = options
    this.commits = new Commits({
      consumer,
      assignment: this.assignment,
      instrumentation,
      autoCommit,
      autoCommitInterval,
      autoCommitThreshold,
    })
  }

  get isRunning(): boolean {
    return !this.#stopping.signal.aborted
  }

  /** Resolves when the group has been joined, or everything has ended. */
  async start(): Promise<void> {
    const { consumer, subscriptions } = this.#options
    consumer.subscribe(subscriptions.topics, {
      onPartitionsAssigned: (partitions) => this.#assigned(partitions),
      onPartitionsRevoked: (partitions) => this.#revoked(partitions, true),
      onPartitionsLost: (partitions) => this.#revoked(partitions, false),
    })
    const joined = new Promise<void>((resolve) => {
      this.#hasJoined = resolve
    })
    this.#ended = this.#loop()
    await Promise.race([joined, this.#ended])
  }

  /** Ends after the messages in hand, and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#options.onEnd()
    await Promise.all(this.#running.values())
    await this.#options.consumer.close().catch((error: unknown) => {
      this.#options.logger.warn(`Leaving the group: ${String(error)}`)
    })
  }

  seek(to: TopicPartitionOffset): void {
    const owned = this.assignment.get(to)
    // Of partitions that come later it is remembered.
    if (owned === undefined) this.#seeks.set(nameOf(to), to)
    else {
      owned.seek = Number(to.offset)
      if (!owned.isBusy) this.#moveOn(owned)
    }
  }

  /** Tells the client below what the program has paused and resumed. */
  applyPauses(): void {
    for (const owned of this.assignment) this.#applyPause(owned)
  }

  /** Transactions of this program have committed for the group. */
  committedElsewhere(topics: readonly TopicOffsets[]): void {
    for (const { topic, partition, offset } of flattened({ topics: [...topics] })) {
      const owned = this.assignment.get({ topic, partition })
      if (owned !== undefined) owned.committed = offset
    }
  }

  // Reading.

  async #loop(): Promise<void> {
    const { retry, onCrash } = this.#options
    let retryTime = firstRetryTime(retry)
    while (this.isRunning) {
      const failure = await this.#consume()
      if (failure === undefined) continue
      if (!isWorthRetrying(failure)) return onCrash(asNonRetriable(failure))
      if (this.#attempt === 0) retryTime = firstRetryTime(retry)
      if (this.#attempt >= retry.retries) {
        return onCrash(new KafkaJSNumberOfRetriesExceeded(failure, { retryCount: this.#attempt, retryTime }))
      }
      this.#attempt++
      await this.#rest(retryTime)
      retryTime = nextRetryTime(retry, retryTime)
    }
  }

  /** Reads until something fails, and then gives that when all workers have ended. Undefined: everything ends. */
  async #consume(): Promise<Error | undefined> {
    const { consumer, logger, groupPlace } = this.#options
    this.#failure = undefined
    while (this.isRunning && this.#failure === undefined) {
      if (this.#isStuck) {
        // Nobody asks for records now, so the client below gives the partitions up in time.
        await this.#pause(busyWaitMs)
        continue
      }
      const isBusy = this.#running.size > 0
      try {
        const batches = await consumer.poll(isBusy ? busyWaitMs : this.#idleWaitMs, { signal: this.#stopping.signal })
        for (const batch of batches) this.#take(new MessageBatch(batch))
        if (batches.length === 0 && !isBusy) await this.#passMarkers()
      } catch (error) {
        if (!this.isRunning) break
        const failure = toKafkaJS(error)
        logger.debug(`Reading failed: ${failure.message}`, { groupId: groupPlace.groupId })
        this.#failure = failure
      }
    }
    await Promise.all(this.#running.values())
    return this.#failure
  }

  /** Waits before another attempt. What the last `poll` gave must not hold up a rebalance meanwhile, so it is told that it is done with. */
  async #rest(ms: number): Promise<void> {
    const { consumer } = this.#options
    for (const { topic, partition } of this.assignment) consumer.pause([{ topic, partition }])
    const batches = await consumer.poll(0).catch(() => [])
    await this.#pause(ms)
    for (const { topic, partition, firstOffset } of batches) {
      const owned = this.assignment.get({ topic, partition })
      if (owned !== undefined) owned.seek ??= firstOffset
    }
    for (const owned of this.assignment) this.#moveOn(owned)
  }

  get #idleWaitMs(): number {
    const { maxWaitMs, rebalanceTimeoutMs } = this.#options
    return Math.max(1, Math.min(maxWaitMs, rebalanceTimeoutMs / 4))
  }

  get #isStuck(): boolean {
    const now = performance.now()
    for (const work of this.#working) if (now - work.lastSignMs > this.#options.rebalanceTimeoutMs / 2) return true
    return false
  }

  /** Behind the last message there may be markers of transactions alone: who watches the lag should not see them as messages to be read. */
  async #passMarkers(): Promise<void> {
    const { consumer, run } = this.#options
    if (run.autoCommit === false) return
    for (const owned of this.assignment) {
      if (owned.resolved === undefined || owned.isBusy || owned.isStale) continue
      try {
        const position = await consumer.position(owned, { timeoutMs: 0 })
        if (position > owned.resolved && !owned.isBusy && !owned.isStale) owned.resolved = position
      } catch {
        // It is not known at the moment.
      }
    }
    await this.commits.autoCommit().catch((error: unknown) => this.#options.logger.debug(`Committing: ${String(error)}`))
  }

  // Working.

  #take(batch: MessageBatch): void {
    const owned = this.assignment.get(batch)
    if (owned === undefined || owned.isUnwanted) return
    if (owned.isStale || batch.isEmpty()) return this.#moveOn(owned)
    owned.isBusy = true
    this.#options.consumer.pause([owned])
    const { run, instrumentation, logger, paused } = this.#options
    this.#queue.push(
      new BatchWork(owned, batch, {
        run,
        assignment: this.assignment,
        commits: this.commits,
        paused,
        instrumentation,
        logger,
        isRunning: () => this.isRunning,
        pause: (partition) => this.#pausePartition(partition),
      }),
    )
    this.#work()
  }

  #work(): void {
    const { partitionsConsumedConcurrently = 1 } = this.#options.run
    while (this.#working.size < partitionsConsumedConcurrently) {
      const work = this.#queue.shift()
      if (work === undefined) return
      this.#working.add(work)
      this.#running.set(
        work,
        this.#handle(work).finally(() => {
          this.#running.delete(work)
        }),
      )
    }
  }

  async #handle(work: BatchWork): Promise<void> {
    const { owned, batch } = work
    const { groupPlace, logger, paused } = this.#options
    try {
      if (this.isRunning && !owned.isStale && this.#failure === undefined && !paused.isPaused(owned.topic, owned.partition)) {
        await work.handle()
        this.#attempt = 0
      }
    } catch (error) {
      const failure = toKafkaJS(error)
      if (isRebalancing(failure)) {
        logger.warn('The group is rebalancing, re-joining', { groupId: groupPlace.groupId, error: failure.message })
      } else this.#failure ??= failure
    }
    this.#working.delete(work)
    owned.isBusy = false
    if (!owned.isGone && this.isRunning) this.#goOn(owned, batch)
    this.#work()
  }

  /** The worker has ended: reading goes on where it has got to. */
  #goOn(owned: OwnedPartition, batch: MessageBatch): void {
    const next = owned.resolved ?? batch.startOffset
    if (owned.seek === undefined && next !== batch.nextOffset)
      this.#below(() => this.#options.consumer.seek({ ...place(owned), offset: next }))
    this.#moveOn(owned)
  }

  /** Goes where the program wants to, if it wants to, and reads on. */
  #moveOn(owned: OwnedPartition): void {
    const { seek: offset } = owned
    const { consumer, run } = this.#options
    owned.seek = undefined
    if (offset !== undefined) {
      owned.moveTo(offset < 0 ? undefined : offset)
      this.#below(() => {
        if (offset === -1) consumer.seekToEnd([place(owned)])
        else if (offset === -2) consumer.seekToBeginning([place(owned)])
        else consumer.seek({ ...place(owned), offset })
      })
      if (offset >= 0 && run.autoCommit === false) owned.resolved = offset
      else if (offset >= 0) void this.#commitSeek(owned, offset)
    }
    this.#applyPause(owned)
  }

  /** With auto commit kafkajs commits where the program has gone to. */
  async #commitSeek(owned: OwnedPartition, offset: number): Promise<void> {
    try {
      await this.commits.send([{ ...place(owned), offset }])
      owned.committed ??= offset
    } catch (error) {
      this.#options.logger.debug(`Committing after seek: ${String(error)}`)
    }
  }

  #pausePartition(owned: OwnedPartition): () => void {
    const { paused } = this.#options
    const one = [{ topic: owned.topic, partitions: [owned.partition] }]
    paused.pause(one)
    this.#applyPause(owned)
    return () => {
      paused.resume(one)
      this.applyPauses()
    }
  }

  #applyPause(owned: OwnedPartition): void {
    const { consumer, paused } = this.#options
    if (owned.isGone) return
    const isPaused = owned.isBusy || owned.isUnwanted || paused.isPaused(owned.topic, owned.partition)
    this.#below(() => (isPaused ? consumer.pause([place(owned)]) : consumer.resume([place(owned)])))
  }

  /** A partition may have left between two turns; then there is nothing to do. */
  #below(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      this.#options.logger.debug(error.message)
    }
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timeout)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timeout = setTimeout(end, ms)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    })
  }

  // The group.

  async #assigned(partitions: Partitions): Promise<void> {
    const { subscriptions, groupPlace, consumer, paused } = this.#options
    const added = partitions.map((partition) => this.assignment.add(partition))
    for (const owned of added) owned.isUnwanted = !subscriptions.has(owned.topic)
    await subscriptions.begin(consumer, added)
    for (const owned of added) {
      const wanted = this.#seeks.get(nameOf(owned))
      this.#seeks.delete(nameOf(owned))
      if (wanted !== undefined) owned.seek = Number(wanted.offset)
      if (wanted !== undefined || owned.isUnwanted || paused.isPaused(owned.topic, owned.partition)) this.#moveOn(owned)
    }
    groupPlace.joined(consumer, this.assignment, subscriptions)
    this.#hasJoined()
  }

  /** Waits for workers on these; what they have got done is committed while it is still ours. */
  async #revoked(partitions: Partitions, isOurs: boolean): Promise<void> {
    const { groupPlace, consumer, rebalanceTimeoutMs, logger } = this.#options
    const leaving = partitions.flatMap((partition) => this.assignment.get(partition) ?? [])
    for (const owned of leaving) owned.isLeaving = true
    if (this.isRunning) groupPlace.rebalancing(consumer)
    const of = new Set(leaving)
    this.#queue.splice(0, this.#queue.length, ...this.#queue.filter(({ owned }) => !of.has(owned)))
    if (isOurs) {
      const working = [...this.#running].filter(([{ owned }]) => of.has(owned)).map(([, done]) => done)
      await Promise.race([Promise.all(working), this.#pause(rebalanceTimeoutMs)])
      await this.commits.autoCommit(leaving).catch((error: unknown) => logger.warn(`Committing before a rebalance: ${String(error)}`))
    }
    this.assignment.remove(leaving)
  }
}

const place = ({ topic, partition }: OwnedPartition): { readonly topic: string; readonly partition: number } => ({ topic, partition })

function asNonRetriable(error: Error): Error {
  return error instanceof KafkaJSNonRetriableError ? error : new KafkaJSNonRetriableError(error, { cause: error.cause ?? error })
}

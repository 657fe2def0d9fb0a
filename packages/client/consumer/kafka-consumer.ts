import { KafkaError } from '@odradek/protocol'
import type { ErrorName } from '@odradek/protocol'
import { ConfigError } from '../errors/index.ts'
import { ClientError } from '../errors/index.ts'
import type { ClientLogger } from '../logger.ts'
import type { Metrics } from '../metrics/index.ts'
import { nameOf } from '../partitions.ts'
import type { Offsets, PartitionOffset, Partitions, TopicPartition } from '../partitions.ts'
import type { Topic } from '../topic.ts'
import type { WordsOf } from '../known-words.ts'
import { checkWaiting } from '../waiting.ts'
import type { Waiting } from '../waiting.ts'
import * as check from './arguments.ts'
import { noGroup } from './committing.ts'
import type { BatchOf, CloseOptions, Consumer, RebalanceListener, RecordOf, RunOptions } from './consumer.ts'
import { Engine } from './engine.ts'
import type { EngineOptions } from './engine.ts'
import type { ConsumerGroupMetadata } from './group-metadata.ts'
import { BatchLoop } from './loops/batch-loop.ts'
import { Ending } from './loops/ending.ts'
import { RecordLoop } from './loops/record-loop.ts'
import { RunLoop } from './loops/run-loop.ts'
import { timestampOf } from './positions/list-offsets.ts'
import { OffsetQueries } from './positions/offset-queries.ts'
import type { PartitionState } from './positions/partition-state.ts'

const closeWords = { timeoutMs: 1, groupMembership: 1 } as const satisfies WordsOf<CloseOptions>

type Looping = { readonly signal?: AbortSignal | undefined }

/** The consumer that users have: checks what they say, and hands it on. */
export class KafkaConsumer implements Consumer<Topic> {
  readonly #engine: Engine
  readonly #options: EngineOptions
  readonly #queries: OffsetQueries

  constructor(options: EngineOptions) {
    const { environment, cluster, settings } = options
    this.#options = options
    this.#engine = new Engine(options)
    const isReadCommitted = settings.isolationLevel === 'read_committed'
    this.#queries = new OffsetQueries({ environment, cluster, settings, isReadCommitted, closing: this.#engine.closing.signal })
  }

  /** Whether offsets are committed by themselves: `readProcessWrite` can't have that. */
  get isAutoCommitting(): boolean {
    return this.#options.settings.enableAutoCommit
  }

  /** For `readProcessWrite`, which has no environment of its own. */
  get logger(): ClientLogger {
    return this.#options.environment.logger
  }

  subscribe(topics: Parameters<Consumer['subscribe']>[0] | readonly (Topic | string)[], listener: RebalanceListener = {}): void {
    this.#engine.checkOpen('subscribe')
    const { wish, typed } = check.readSubscription(topics)
    check.checkListener(listener)
    if (wish.kind === 'nothing') throw new ConfigError('subscribe: the list of topics is empty. To read nothing, await unsubscribe().')
    this.#engine.subscribe(wish, typed, listener)
  }

  assign(partitions: Partitions): void {
    this.#engine.checkOpen('assign')
    check.checkPartitions(partitions, 'assign')
    this.#engine.assign(partitions)
  }

  async unsubscribe(): Promise<void> {
    this.#engine.checkOpen('unsubscribe')
    await this.#engine.unsubscribe()
  }

  records(options: Looping = {}): AsyncIterable<RecordOf<Topic>> {
    check.checkLooping(options, 'records')
    this.#engine.checkOpen('records')
    return { [Symbol.asyncIterator]: () => new RecordLoop(this.#engine, options.signal) }
  }

  batches(options: Looping = {}): AsyncIterable<BatchOf<Topic>> {
    check.checkLooping(options, 'batches')
    this.#engine.checkOpen('batches')
    return { [Symbol.asyncIterator]: () => new BatchLoop(this.#engine, options.signal) }
  }

  async run(
    handler: (record: RecordOf<Topic>, signal: AbortSignal) => void | Promise<void>,
    options: RunOptions<RecordOf<Topic>> = {},
  ): Promise<void> {
    check.checkRun(handler, options)
    await new RunLoop(this.#engine, handler, options).run()
  }

  async poll(timeoutMs: number, options: Looping = {}): Promise<readonly BatchOf<Topic>[]> {
    check.checkTimeout(timeoutMs, 'poll')
    if (timeoutMs === undefined) throw new ConfigError('poll: timeoutMs must be given.')
    check.checkLooping(options, 'poll')
    options.signal?.throwIfAborted()
    return this.#engine.poll(timeoutMs, options.signal)
  }

  async commit(offsets?: Offsets, options: Waiting = {}): Promise<void> {
    this.#checkCall('commit', options)
    if (this.#engine.commits === undefined) throw noGroup('commit')
    if (offsets === undefined) {
      this.#engine.markPolled()
      await this.#engine.committing.commit(this.#engine.committing.processed(), options)
    } else {
      check.checkOffsets(offsets, 'commit')
      await this.#engine.committing.commit(offsets, options)
    }
  }

  async committed(partitions: Partitions, options: Waiting = {}): Promise<readonly (PartitionOffset | undefined)[]> {
    this.#checkCall('committed', options)
    check.checkPartitions(partitions, 'committed')
    const { commits } = this.#engine
    if (commits === undefined) throw noGroup('committed')
    return commits.fetchCommitted(partitions, options)
  }

  async position(partition: TopicPartition, options: Waiting = {}): Promise<number> {
    this.#checkCall('position', options)
    check.checkPartition(partition, 'position')
    const { reader } = this.#engine
    const state = reader.assignment.get(partition, 'position')
    this.#engine.start()
    state.isAwaited = true
    reader.wake()
    const { timer } = this.#options.environment
    const timeoutMs = options.timeoutMs ?? this.#options.settings.defaultApiTimeoutMs
    options.signal?.throwIfAborted()
    const ending = new Ending(options.signal, () => reader.wakeUp(), { timer, afterMs: timeoutMs })
    try {
      for (;;) {
        this.#engine.checkOpen('position')
        options.signal?.throwIfAborted()
        if (state.isGone) throw new ClientError('ODRADEK_STATE', `position: ${state.name} is not assigned to this consumer any more`)
        if (state.error !== undefined) throw state.error
        if (state.hasPosition) return state.holder?.nextOffset ?? state.offset
        if (ending.isOver) throw notInTime(state, timeoutMs, this.#options.cluster.metadata.errors.get(state.topic))
        await reader.change()
      }
    } finally {
      ending.forget()
    }
  }

  seek(to: PartitionOffset): void {
    this.#engine.checkOpen('seek')
    check.checkOffset(to, 'seek')
    const state = this.#engine.reader.assignment.get(to, 'seek')
    state.seek(to.offset, to.leaderEpoch)
    this.#moved([state])
  }

  seekToBeginning(partitions?: Partitions): void {
    this.#reset('seekToBeginning', 'earliest', partitions)
  }

  seekToEnd(partitions?: Partitions): void {
    this.#reset('seekToEnd', 'latest', partitions)
  }

  pause(partitions: Partitions): void {
    for (const state of this.#states('pause', partitions)) state.pause()
  }

  resume(partitions: Partitions): void {
    const states = this.#states('resume', partitions)
    for (const state of states) state.resume()
    this.#engine.reader.ready(states)
  }

  paused(): Partitions {
    this.#engine.checkOpen('paused')
    return [...this.#engine.reader.assignment].filter(({ isPaused }) => isPaused).map(({ topic, partition }) => ({ topic, partition }))
  }

  assignment(): Partitions {
    this.#engine.checkOpen('assignment')
    return this.#engine.reader.assignment.partitions
  }

  subscription(): readonly string[] {
    this.#engine.checkOpen('subscription')
    return this.#engine.subscriptions.topics
  }

  lag(partition: TopicPartition): number | undefined {
    this.#engine.checkOpen('lag')
    check.checkPartition(partition, 'lag')
    const state = this.#engine.reader.assignment.get(partition, 'lag')
    if (!state.hasPosition || state.readableEnd < 0) return undefined
    return Math.max(0, state.readableEnd - (state.holder?.nextOffset ?? state.offset))
  }

  beginningOffsets(partitions: Partitions, options: Waiting = {}): Promise<Offsets> {
    return this.#offsets('beginningOffsets', timestampOf.earliest, partitions, options)
  }

  endOffsets(partitions: Partitions, options: Waiting = {}): Promise<Offsets> {
    return this.#offsets('endOffsets', timestampOf.latest, partitions, options)
  }

  async offsetsForTimes(
    times: readonly (TopicPartition & { readonly timestamp: number })[],
    options: Waiting = {},
  ): Promise<readonly ((PartitionOffset & { readonly timestamp: number }) | undefined)[]> {
    this.#checkCall('offsetsForTimes', options)
    check.checkPartitions(times, 'offsetsForTimes')
    for (const { topic, partition, timestamp } of times) {
      if (Number.isSafeInteger(timestamp) && timestamp >= 0) continue
      throw new ConfigError(
        `offsetsForTimes: timestamp of ${topic}-${partition} must be milliseconds since 1970, not ${String(timestamp)}.`,
      )
    }
    const found = await this.#queries.find(times, options)
    return times.map(({ topic, partition }, at) => {
      const { offset, timestamp, leaderEpoch } = found[at]!
      return offset < 0 ? undefined : { topic, partition, offset, timestamp, leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch }
    })
  }

  groupMetadata(): ConsumerGroupMetadata {
    this.#engine.checkOpen('groupMetadata')
    const { groupId, groupInstanceId } = this.#options.settings
    if (groupId === undefined) throw noGroup('groupMetadata')
    return this.#engine.membership?.group ?? { groupId, generationId: -1, memberId: '', groupInstanceId }
  }

  enforceRebalance(reason = 'the application asks for it'): void {
    this.#engine.checkOpen('enforceRebalance')
    const { membership, subscriptions } = this.#engine
    if (!subscriptions.isGroup)
      throw new ClientError('ODRADEK_STATE', 'enforceRebalance() without subscribe()', { hint: 'Only members of a group rebalance.' })
    membership?.rejoin(reason)
  }

  metrics(): Metrics {
    return this.#options.metrics.view()
  }

  async close(options: CloseOptions = {}): Promise<void> {
    check.checkWords(options, closeWords, 'close')
    check.checkTimeout(options.timeoutMs, 'close')
    const { groupMembership } = options
    if (groupMembership !== undefined && groupMembership !== 'leave' && groupMembership !== 'remain' && groupMembership !== 'default') {
      throw new ConfigError(`close: groupMembership must be 'leave', 'remain' or 'default', not ${String(groupMembership)}.`)
    }
    await this.#engine.close(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #checkCall(call: string, options: Waiting): void {
    this.#engine.checkOpen(call)
    checkWaiting(options, call)
  }

  #states(call: string, partitions: Partitions): readonly PartitionState[] {
    this.#engine.checkOpen(call)
    check.checkPartitions(partitions, call)
    return partitions.map((partition) => this.#engine.reader.assignment.get(partition, call))
  }

  #reset(call: string, to: 'earliest' | 'latest', partitions: Partitions | undefined): void {
    const states = partitions === undefined ? [...this.#engine.reader.assignment] : this.#states(call, partitions)
    this.#engine.checkOpen(call)
    for (const state of states) state.awaitReset(to)
    this.#moved(states)
  }

  #moved(states: readonly PartitionState[]): void {
    const { reader } = this.#engine
    for (const state of states) reader.released(state)
    reader.ready(states)
    if (this.#engine.isStarted) reader.wake()
  }

  async #offsets(call: string, timestamp: number, partitions: Partitions, options: Waiting): Promise<Offsets> {
    this.#checkCall(call, options)
    check.checkPartitions(partitions, call)
    const found = await this.#queries.find(
      partitions.map(({ topic, partition }) => ({ topic, partition, timestamp })),
      options,
    )
    return partitions.map(({ topic, partition }, at) => {
      const { offset, leaderEpoch } = found[at]!
      return { topic, partition, offset: Math.max(0, offset), leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch }
    })
  }
}

function notInTime(state: PartitionState, timeoutMs: number, topicError: ErrorName | undefined): KafkaError {
  const hint =
    topicError === 'UNKNOWN_TOPIC_OR_PARTITION'
      ? 'The topic does not exist: create it, or check its name.'
      : 'Look whether the leader of the partition and the coordinator of the group can be reached.'
  return new KafkaError(
    'REQUEST_TIMED_OUT',
    `REQUEST_TIMED_OUT: the position of ${nameOf(state)} was not known within ${timeoutMs} ms. ${hint}`,
    { hint },
  )
}

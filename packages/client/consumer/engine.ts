import { Deferred } from '@odradek/common/async'
import { KafkaError } from '@odradek/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { ClusterMetadata } from '../cluster/metadata.ts'
import type { ConsumerSettings } from '../config/settings.ts'
import type { Environment } from '../environment.ts'
import { ClientError } from '../errors/index.ts'
import type { ClientMetrics } from '../metrics/index.ts'
import { nameOf } from '../partitions.ts'
import type { Partitions } from '../partitions.ts'
import type { Topic } from '../topic.ts'
import type { Waiting } from '../waiting.ts'
import { Commits } from './commits.ts'
import { Committing } from './committing.ts'
import type { CloseOptions, RebalanceListener } from './consumer.ts'
import { unauthorized } from './fetch/fetch-answer.ts'
import { Reader } from './fetch/reader.ts'
import type { Handed, Over } from './fetch/reader.ts'
import { GroupSide } from './group-side.ts'
import { Insight } from './insight.ts'
import { Inside } from './inside.ts'
import { DeliveredBatch } from './loops/delivered-batch.ts'
import { Ending } from './loops/ending.ts'
import type { ActiveLoop } from './loops/loop-host.ts'
import { PollHand } from './loops/poll-hand.ts'
import type { RunHost } from './loops/run-loop.ts'
import { TaskObserver } from './loops/task-observer.ts'
import { createMembership } from './membership/create-membership.ts'
import type { Membership } from './membership/membership.ts'
import { withinTime } from './membership/within-time.ts'
import { MissingTopics } from './missing-topics.ts'
import { PollWatch } from './poll-watch.ts'
import type { PartitionState } from './positions/partition-state.ts'
import { ReadTopics } from './records/read-topic.ts'
import { Subscriptions } from './subscriptions.ts'
import type { Wish } from './subscriptions.ts'

export interface EngineOptions {
  readonly environment: Environment
  readonly settings: ConsumerSettings
  readonly cluster: Cluster
  readonly metrics: ClientMetrics
  /** Subscribed to, unless the application says otherwise. */
  readonly topics: readonly (Topic | string)[]
  readonly onClosed?: (() => void) | undefined
}

/** A loop that has ended is not held up for longer by a coordinator that is away; the timer, or `close()`, tries again. */
const farewellCommitMs = 2_000

/** What holds a consumer together: its subscription, its place in a group, the one loop that is active, its end. */
export class Engine implements RunHost {
  readonly reader: Reader
  readonly committing: Committing
  readonly commits: Commits | undefined
  readonly subscriptions: Subscriptions
  readonly tasks: TaskObserver
  readonly inside = new Inside()
  readonly maxPollRecords: number
  readonly closing = new AbortController()
  readonly #options: EngineOptions
  readonly #topics: ReadTopics
  readonly #side: GroupSide
  readonly #insight: Insight
  readonly #watch: PollWatch
  readonly #missing: MissingTopics
  readonly #unobserve: () => void
  #membership: Membership | undefined = undefined
  #loop: ActiveLoop | undefined = undefined
  #loopEnded = new Deferred<void>()
  #polled: PollHand[] = []
  #isStarted = false
  /** The topics that it was made with are not wanted any more. */
  #hasUnsubscribed = false
  #closed: Promise<void> | undefined = undefined

  constructor(options: EngineOptions) {
    const { environment, settings, cluster, metrics, topics } = options
    const { clientId, groupId } = settings
    this.#options = options
    this.maxPollRecords = settings.maxPollRecords
    const typed = topics.filter((topic) => typeof topic !== 'string')
    this.#topics = new ReadTopics(typed, { key: settings.keySerde, value: settings.valueSerde })
    this.subscriptions = new Subscriptions({ excludesInternal: settings.excludeInternalTopics })
    this.tasks = new TaskObserver(clientId, groupId)
    this.#insight = new Insight({ environment, metrics, clientId, groupId, assigned: () => this.reader.assignment.size })
    const membership = (): Membership | undefined => (this.subscriptions.isGroup ? this.#membership : undefined)
    if (groupId !== undefined) {
      this.commits = new Commits({
        environment,
        settings,
        cluster,
        membership,
        assignmentOf: ({ topic, partition }) => this.reader.assignment.find(topic, partition),
        observer: this.#insight.observer,
      })
    }
    this.reader = new Reader({
      environment,
      settings,
      cluster,
      topics: this.#topics,
      committed: this.commits,
      fetched: (answer) => this.#insight.fetched(answer),
    })
    const { assignment } = this.reader
    this.committing = new Committing({ environment, settings, commits: this.commits, assignment, interceptors: settings.interceptors })
    this.#side = new GroupSide({
      environment,
      settings,
      cluster,
      reader: this.reader,
      committing: this.committing,
      subscriptions: this.subscriptions,
      membership,
      inside: this.inside,
      listened: (kind, latencyMs) => this.#insight.listened(kind, latencyMs),
      changed: (added, gone) => this.#insight.changed(added, gone),
    })
    this.#watch = new PollWatch(environment, settings.maxPollIntervalMs, (elapsedMs) => this.#pollIntervalExceeded(elapsedMs))
    this.#missing = new MissingTopics({ environment, groupId, allowAutoCreateTopics: settings.allowAutoCreateTopics })
    this.#unobserve = cluster.observe((metadata) => this.#metadataChanged(metadata))
  }

  /** Whether positions and records are asked for. */
  get isStarted(): boolean {
    return this.#isStarted
  }

  get membership(): Membership | undefined {
    return this.#membership
  }

  // What the application is about to read.

  subscribe(wish: Wish, typed: readonly Topic[], listener: RebalanceListener): void {
    const { settings } = this.#options
    if (settings.groupId === undefined) {
      throw new ClientError('ODRADEK_STATE', 'subscribe() needs a group', { hint: 'Give groupId to the consumer, or use assign().' })
    }
    if (wish.kind === 're2j' && settings.groupProtocol === 'classic') {
      const hint = "Give groupProtocol: 'consumer', or a RegExp, which is matched here."
      throw new ClientError('ODRADEK_STATE', 'subscribe({ re2j }) needs a group whose broker matches patterns (KIP-848)', { hint })
    }
    this.subscriptions.subscribe(wish, listener)
    for (const topic of typed) this.#topics.learn(topic)
    for (const state of this.reader.assignment) state.isUnwanted = !this.subscriptions.wants(state.topic)
    if (this.#isStarted) this.reader.ready(this.reader.assignment)
    this.reader.forgive()
    // A loop that waits for records hears of it at once; else the next call for records does.
    if (this.#loop !== undefined) this.#tellGroup()
  }

  assign(partitions: Partitions): void {
    const { reader, committing, subscriptions } = this
    subscriptions.assign()
    const wanted = new Set(partitions.map(nameOf))
    const gone = [...reader.assignment].filter((state) => !wanted.has(state.name))
    // Their offsets are known now, whatever becomes of the states.
    void committing.commitProcessed(gone, {})
    reader.assignment.remove(gone, new ClientError('ODRADEK_STATE', 'The partition is not assigned any more'))
    const added = reader.assignment.add(partitions)
    if (partitions.length === 0) subscriptions.clear()
    this.#insight.changed(added, gone)
    this.#options.cluster.track(reader.assignment.topics)
    for (const state of gone) reader.released(state)
    if (this.#isStarted) reader.wake()
  }

  async unsubscribe(): Promise<void> {
    const { reader, subscriptions } = this
    this.inside.leave()
    this.#hasUnsubscribed = true
    // What is let go would come again at once, where leaving takes its time: a rebalance may be under way.
    for (const state of reader.assignment) state.isUnwanted = true
    this.#letGo()
    if (subscriptions.wish.kind === 'assigned') this.assign([])
    else if (this.#membership !== undefined) {
      const { settings, environment } = this.#options
      const release = environment.hold()
      try {
        await this.#membership.leave('default', { reason: 'the consumer unsubscribed', timeoutMs: settings.defaultApiTimeoutMs })
      } finally {
        release()
      }
    }
    this.#watch.stop()
    subscriptions.clear()
    reader.forgive()
    this.#tellWaiting()
  }

  /** Lets positions be looked up, for calls that need them without asking for records. */
  start(): void {
    if (this.subscriptions.isGroup) this.#tellGroup()
    if (this.#isStarted) return
    this.#isStarted = true
    this.committing.start()
    this.reader.wake()
  }

  checkOpen(call: string): void {
    if (!this.closing.signal.aborted) return
    throw new ClientError('ODRADEK_CLOSED', `${call}: this consumer is closed`, { hint: 'Make a new one.' })
  }

  // What loops need.

  begin(loop: ActiveLoop, call: string): void {
    this.checkOpen(call)
    if (this.#loop === loop) {
      if (this.subscriptions.wish.kind === 'nothing') throw this.#nothingToRead(call)
      return
    }
    if (this.#loop !== undefined) {
      throw new ClientError('ODRADEK_STATE', `${call}: another loop or poll() of this consumer is active`, {
        hint: 'One loop at a time: end the other one first, or use a second consumer.',
      })
    }
    if (this.subscriptions.wish.kind === 'nothing') this.#subscribeToTopics(call)
    this.#loop = loop
    for (const hand of this.#polled) hand.release()
    for (const { state } of this.#polled) this.reader.released(state)
    this.#polled = []
    this.start()
  }

  end(loop: ActiveLoop): void {
    if (this.#loop !== loop) return
    this.#loop = undefined
    this.#watch.oldestStartMs = undefined
    this.#loopEnded.resolve()
    this.#loopEnded = new Deferred()
  }

  async commitFinished(): Promise<void> {
    // Closing commits by itself, within its own time.
    if (this.#isStarted && !this.closing.signal.aborted)
      await this.committing.commitProcessed(this.reader.assignment, { timeoutMs: farewellCommitMs })
  }

  ending(signal: AbortSignal | undefined): Ending {
    return new Ending(signal, () => this.reader.wakeUp())
  }

  asked(): void {
    this.#watch.asked()
  }

  watch(oldestStartMs: () => number | undefined): void {
    this.#watch.oldestStartMs = oldestStartMs
  }

  monotonic(): number {
    return this.#options.environment.clock.monotonic()
  }

  after(delayMs: number, action: () => void): () => void {
    const { timer } = this.#options.environment
    const release = this.#options.environment.hold()
    const timed = timer.after(delayMs, () => {
      release()
      action()
    })
    return () => {
      timed.cancel()
      release()
    }
  }

  async next(over: Over): Promise<Handed | undefined> {
    if (this.subscriptions.isGroup) this.#tellGroup()
    this.#insight.asks()
    this.#watch.isWaiting = true
    let handed: Handed | undefined
    try {
      handed = await this.reader.take(this.maxPollRecords, over)
    } finally {
      this.#watch.isWaiting = false
    }
    this.#gets(handed)
    return handed
  }

  nextNow(): Handed | undefined {
    if (this.subscriptions.isGroup) this.#tellGroup()
    const handed = this.reader.takeNow(this.maxPollRecords)
    if (handed === undefined) return undefined
    this.#insight.asks()
    this.#gets(handed)
    return handed
  }

  commitBatch(state: PartitionState, offset: number, leaderEpoch: number, options?: Waiting): Promise<void> {
    this.checkOpen('commit')
    return this.committing.commitBatch(state, offset, leaderEpoch, options)
  }

  async poll(timeoutMs: number, signal: AbortSignal | undefined): Promise<readonly DeliveredBatch[]> {
    const { timer } = this.#options.environment
    const loop = {}
    this.begin(loop, 'poll()')
    const ending = new Ending(signal, () => this.reader.wakeUp(), { timer, afterMs: timeoutMs })
    try {
      const first = await this.next(ending)
      signal?.throwIfAborted()
      if (first === undefined) return []
      this.#polled.push(new PollHand(first))
      return [first, ...this.#pollMore(first)].map((handed) => new DeliveredBatch(handed, this))
    } finally {
      ending.forget()
      this.end(loop)
    }
  }

  /** What was polled counts as processed: the application commits it. */
  markPolled(): void {
    for (const hand of this.#polled) hand.isProcessed = true
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.inside.leave()
    this.#closed ??= this.#close(options)
    return this.#closed
  }

  /** What other partitions have at once, until there are `max.poll.records` in all. */
  #pollMore(first: Handed): readonly Handed[] {
    const more: Handed[] = []
    const taken = new Set([first.state])
    let count = first.slice.count
    while (count < this.maxPollRecords) {
      try {
        const handed = this.reader.takeNow(this.maxPollRecords - count, (state) => !taken.has(state) && !this.reader.mustPrepare(state))
        if (handed === undefined) break
        more.push(handed)
        taken.add(handed.state)
        count += handed.slice.count
        this.#polled.push(new PollHand(handed))
        this.#gets(handed)
      } catch (error) {
        // First what there is; the error when the application asks again. Those of a partition come again by themselves.
        const isOfPartition = [...this.reader.assignment].some((state) => state.error === error)
        if (!isOfPartition) this.reader.fail(error instanceof Error ? error : new Error(String(error)))
        break
      }
    }
    return more
  }

  #gets(handed: Handed | undefined): void {
    this.#insight.gets(handed)
    const { interceptors } = this.#options.settings
    if (handed === undefined || interceptors.length === 0) return
    handed.slice.frame?.keep()
    const batch = new DeliveredBatch(handed, this)
    for (const interceptor of interceptors) {
      try {
        interceptor.onConsume?.(batch)
      } catch (error) {
        this.#options.environment.logger.warn('onConsume of an interceptor failed', { error })
      }
    }
  }

  #subscribeToTopics(call: string): void {
    const { topics, settings } = this.#options
    if (topics.length > 0 && settings.groupId !== undefined && !this.#hasUnsubscribed) {
      this.subscriptions.subscribe(
        { kind: 'topics', topics: [...new Set(topics.map((topic) => (typeof topic === 'string' ? topic : topic.name)))].toSorted() },
        {},
      )
      return
    }
    throw this.#nothingToRead(call)
  }

  #nothingToRead(call: string): ClientError {
    const isAlone = this.#options.settings.groupId === undefined
    const first = isAlone
      ? 'Call assign() first; for subscribe() give groupId.'
      : 'Call subscribe() or assign() first, or give topics to kafka.consumer().'
    return new ClientError('ODRADEK_STATE', `${call}: this consumer has nothing to read`, {
      hint: this.#hasUnsubscribed ? `It has unsubscribed: call ${isAlone ? 'assign()' : 'subscribe() or assign()'} again.` : first,
    })
  }

  /** After `unsubscribe`, unless something else is to be read by the end of the turn: whoever waits would wait for ever. */
  #tellWaiting(): void {
    this.#options.environment.timer.endOfTurn(() => {
      if (this.#loop === undefined || this.subscriptions.wish.kind !== 'nothing' || this.closing.signal.aborted) return
      this.reader.fail(this.#nothingToRead('unsubscribe()'))
    })
  }

  /** Tells the group what is subscribed to, where it does not know. */
  #tellGroup(): void {
    const { cluster, environment, settings } = this.#options
    const { subscriptions } = this
    if (subscriptions.wish.kind === 'pattern') cluster.track('all')
    const news = subscriptions.news(cluster.metadata)
    if (news === undefined) {
      if (subscriptions.wish.kind === 'pattern' && cluster.metadata.revision === 0) cluster.requestRefresh()
      return
    }
    if (subscriptions.wish.kind !== 'pattern') cluster.track(new Set([...news.topics, ...this.reader.assignment.topics]))
    this.#membership ??= createMembership({
      environment,
      settings,
      cluster,
      host: this.#side,
      assignors: settings.assignors,
      observer: this.#insight.observer,
    })
    this.#watch.start()
    this.#membership.subscribe(news)
  }

  #metadataChanged(metadata: ClusterMetadata): void {
    if (!this.#isStarted) return
    const topics = new Set([...this.subscriptions.topics, ...this.reader.assignment.topics])
    this.#missing.look(metadata, topics, this.reader.assignment.partitions)
    for (const topic of topics) {
      const code = metadata.errors.get(topic)
      if (code === 'TOPIC_AUTHORIZATION_FAILED') this.reader.fail(unauthorized(topic))
      else if (code === 'INVALID_TOPIC_EXCEPTION')
        this.reader.fail(new KafkaError(code, `INVALID_TOPIC_EXCEPTION: ${topic} can't be the name of a topic.`))
    }
    if (this.subscriptions.wish.kind === 'pattern' && !this.closing.signal.aborted) this.#tellGroup()
  }

  #pollIntervalExceeded(elapsedMs: number): void {
    const { environment, settings } = this.#options
    const topics = this.subscriptions.topics.join(', ')
    const message = `No records were asked for in ${Math.round(elapsedMs)} ms, so this consumer leaves its group. Raise maxPollIntervalMs, lower maxPollRecords, or handle records faster`
    environment.logger.warn(message, { group: settings.groupId, topics, elapsedMs, maxPollIntervalMs: settings.maxPollIntervalMs })
    // The next call for records joins again.
    this.subscriptions.forget()
    void this.#side
      .expel(() => this.#membership?.expelSelf(message))
      .catch((error: unknown) => environment.logger.debug('leaving the group failed', { error }))
  }

  /** What loops and `poll` have in hand counts as not processed. */
  #letGo(): void {
    this.#loop?.letGo?.()
    for (const hand of this.#polled) hand.letGo()
    for (const { state } of this.#polled) this.reader.released(state)
    this.#polled = []
  }

  async #close({ timeoutMs = 30_000, groupMembership = 'default' }: CloseOptions): Promise<void> {
    const { environment, cluster, onClosed } = this.#options
    const { clock, timer } = environment
    const release = environment.hold()
    const untilMs = clock.monotonic() + timeoutMs
    const leftMs = (): number => Math.max(0, untilMs - clock.monotonic())
    const reason = new ClientError('ODRADEK_CLOSED', 'This consumer is closed')
    this.closing.abort(reason)
    this.#watch.stop()
    this.committing.stop()
    for (const state of this.reader.assignment) state.tell(reason)
    // Ends loops; those of `run` when their handlers are done.
    this.reader.close()
    this.#letGo()
    try {
      if (this.#loop !== undefined && this.#loop.letGo === undefined)
        await withinTime(this.#loopEnded.promise, { timer, timeoutMs: leftMs() })
      await withinTime(this.committing.commitProcessed(this.reader.assignment, { timeoutMs: leftMs() }), { timer, timeoutMs: leftMs() })
      const membership = this.#membership
      if (membership !== undefined && this.subscriptions.isGroup) {
        await withinTime(membership.leave(groupMembership, { reason: 'the consumer was closed', timeoutMs: leftMs() }), {
          timer,
          timeoutMs: leftMs(),
        })
      }
    } finally {
      this.#membership?.abandon()
      this.reader.assignment.remove(this.reader.assignment, reason)
      this.#unobserve()
      this.commits?.close()
      await cluster[Symbol.asyncDispose]()
      release()
      onClosed?.()
    }
  }
}

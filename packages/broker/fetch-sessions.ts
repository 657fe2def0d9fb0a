import type { Clock } from '@odradek/common/time'
import type { Random } from '@odradek/common/random'
import type { ErrorName } from '@odradek/protocol'

/** A partition in a fetch, with what the client wants of it and what it was last told. */
export class FetchTarget {
  /** Empty when the client named the topic by its id, and the other way round (KIP-516). */
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  fetchOffset = 0
  maxBytes = 0
  currentLeaderEpoch = -1
  lastFetchedEpoch = -1
  /** Where the log of the follower that asks begins; −1 from consumers. */
  followerStartOffset = -1
  /** As of the last answer in this session; −1: tell it again. */
  sentHighWatermark = -1
  sentStartOffset = -1

  constructor(topic: string, topicId: string, partition: number) {
    this.topic = topic
    this.topicId = topicId
    this.partition = partition
  }
}

/** The fields of a fetch request that sessions are about. */
export interface FetchSessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly topics: readonly { readonly topic: string; readonly topicId: string; readonly partitions: readonly RequestedPartition[] }[]
  readonly forgottenTopicsData: readonly { readonly topic: string; readonly topicId: string; readonly partitions: readonly number[] }[]
}

interface RequestedPartition {
  readonly partition: number
  readonly fetchOffset: number
  readonly partitionMaxBytes: number
  readonly currentLeaderEpoch: number
  readonly lastFetchedEpoch: number
  readonly logStartOffset: number
}

/** What an answer says about one partition, as far as a session cares. */
export interface FetchedPartition {
  readonly target: FetchTarget
  readonly errorCode: number
  readonly highWatermark: number
  readonly logStartOffset: number
  readonly bytes: number
  /** There is something else to tell: a diverging epoch, a better replica to read from. */
  readonly notable: boolean
}

/** One fetch, as its session sees it: which partitions it means, and which of them the answer holds. */
export interface FetchRound {
  readonly targets: Iterable<FetchTarget>
  readonly targetCount: number
  /** Call before each look at the targets after a wait: a later fetch of the same session may have changed them. */
  overtaken(): boolean
  /** Picks what the answer holds, and gives the session id to put into it. */
  answer<P extends FetchedPartition>(fetched: readonly P[]): { readonly sessionId: number; readonly partitions: readonly P[] }
}

/**
 * Fetch sessions (KIP-227): the broker remembers which partitions a client reads, so that a fetch
 * names only what has changed and its answer only what there is to tell.
 *
 * Slots are few. Without a free one a client gets no session, which is always legal: it sends everything each time.
 */
export class FetchSessions {
  readonly #sessions = new Map<number, Session>()
  readonly #clock: Clock
  readonly #random: Random
  readonly #slots: () => number
  #partitions = 0

  constructor(options: { readonly clock: Clock; readonly random: Random; readonly slots: () => number }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#slots = options.slots
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Partitions over all sessions. */
  get partitionCount(): number {
    return this.#partitions
  }

  /** Begins a fetch; gives an error to answer with if the client and we do not agree on the session. */
  begin(request: FetchSessionRequest, options: { readonly usesTopicIds: boolean; readonly fromFollower: boolean }): FetchRound | ErrorName {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === initialEpoch || sessionEpoch === finalEpoch) {
      this.#close(sessionId)
      const targets = targetsOf(request)
      if (sessionEpoch === finalEpoch || targets.length === 0) return new FullRound(targets)
      return new FullRound(targets, () => this.#open(targets, options))
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND'
    if (session.epoch !== sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH'
    if (session.usesTopicIds !== options.usesTopicIds) return 'FETCH_SESSION_TOPIC_ID_ERROR'
    const before = session.size
    session.update(request)
    this.#partitions += session.size - before
    if (session.size === 0) {
      this.#close(sessionId)
      return new FullRound([])
    }
    if (session.size > before && this.#partitions > this.#mostPartitions) {
      this.#close(sessionId)
      return 'FETCH_SESSION_ID_NOT_FOUND'
    }
    session.lastUsedMs = this.#clock.monotonic()
    session.epoch = nextEpoch(sessionEpoch)
    return new IncrementalRound(session)
  }

  /** The id of a new session, 0 if there is no room for it. */
  #open(targets: readonly FetchTarget[], options: { readonly usesTopicIds: boolean; readonly fromFollower: boolean }): number {
    const now = this.#clock.monotonic()
    const slots = this.#slots()
    if (slots <= 0 || this.#partitions + targets.length > this.#mostPartitions) return 0
    if (this.#sessions.size >= slots && !this.#evictFor(options.fromFollower, targets.length, now)) return 0
    const session = new Session({ id: this.#unusedId(), targets, now, ...options })
    this.#sessions.set(session.id, session)
    this.#partitions += session.size
    return session.id
  }

  #close(id: number): boolean {
    const session = this.#sessions.get(id)
    if (session === undefined) return false
    this.#partitions -= session.size
    return this.#sessions.delete(id)
  }

  /** What a session remembers is a hundred bytes a partition, and nobody counts the partitions that a client names. */
  get #mostPartitions(): number {
    return this.#slots() * partitionsPerSlot
  }

  /**
   * Makes room if the newcomer deserves it: an idle session goes first; else a follower's pushes out a
   * consumer's, and a larger one a smaller one, unless that is younger than two minutes.
   */
  #evictFor(fromFollower: boolean, size: number, now: number): boolean {
    let idlest: Session | undefined
    let least: Session | undefined
    for (const session of this.#sessions.values()) {
      if (idlest === undefined || session.lastUsedMs < idlest.lastUsedMs) idlest = session
      if (now - session.createdMs <= protectedMs) continue
      if (least === undefined || session.weight < least.weight) least = session
    }
    if (idlest !== undefined && now - idlest.lastUsedMs > protectedMs) return this.#close(idlest.id)
    if (least === undefined || weightOf(fromFollower, size) <= least.weight) return false
    return this.#close(least.id)
  }

  #unusedId(): number {
    for (;;) {
      const id = 1 + this.#random.nextInt(2 ** 31 - 1)
      if (!this.#sessions.has(id)) return id
    }
  }
}

/** A fetch that names all its partitions, and begins a session if it may. */
class FullRound implements FetchRound {
  readonly targets: readonly FetchTarget[]
  readonly #open: (() => number) | undefined

  constructor(targets: readonly FetchTarget[], open?: () => number) {
    this.targets = targets
    this.#open = open
  }

  get targetCount(): number {
    return this.targets.length
  }

  overtaken(): boolean {
    return false
  }

  answer<P extends FetchedPartition>(fetched: readonly P[]): { readonly sessionId: number; readonly partitions: readonly P[] } {
    for (const partition of fetched) remember(partition)
    return { sessionId: this.#open?.() ?? 0, partitions: fetched }
  }
}

/** A fetch of what a session holds. */
class IncrementalRound implements FetchRound {
  readonly #session: Session
  readonly #epoch: number

  constructor(session: Session) {
    this.#session = session
    this.#epoch = session.epoch
  }

  get targets(): Iterable<FetchTarget> {
    return this.#session.targets
  }

  get targetCount(): number {
    return this.#session.size
  }

  overtaken(): boolean {
    return this.#session.epoch !== this.#epoch
  }

  answer<P extends FetchedPartition>(fetched: readonly P[]): { readonly sessionId: number; readonly partitions: readonly P[] } {
    const told: P[] = []
    for (const partition of fetched) {
      if (!worthTelling(partition)) continue
      told.push(partition)
      remember(partition)
      // Whoever got records goes to the end, so that all partitions get their turn at a small maxBytes.
      if (partition.bytes > 0) this.#session.moveToEnd(partition.target)
    }
    return { sessionId: this.#session.id, partitions: told }
  }
}

class Session {
  readonly id: number
  readonly usesTopicIds: boolean
  readonly createdMs: number
  readonly #fromFollower: boolean
  readonly #byTopic = new Map<string, Map<number, FetchTarget>>()
  readonly #order = new Set<FetchTarget>()
  /** What the client's next fetch must say. */
  epoch = 1
  lastUsedMs: number

  constructor(options: { id: number; targets: readonly FetchTarget[]; now: number; usesTopicIds: boolean; fromFollower: boolean }) {
    this.id = options.id
    this.usesTopicIds = options.usesTopicIds
    this.createdMs = options.now
    this.lastUsedMs = options.now
    this.#fromFollower = options.fromFollower
    for (const target of options.targets) this.#add(target)
  }

  get targets(): Iterable<FetchTarget> {
    return this.#order
  }

  get size(): number {
    return this.#order.size
  }

  get weight(): number {
    return weightOf(this.#fromFollower, this.size)
  }

  update(request: FetchSessionRequest): void {
    for (const { topic, topicId, partitions } of request.topics) {
      const known = this.#byTopic.get(this.#keyOf(topic, topicId))
      for (const partition of partitions) {
        const target = known?.get(partition.partition) ?? new FetchTarget(topic, topicId, partition.partition)
        take(target, partition)
        this.#add(target)
      }
    }
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      const key = this.#keyOf(topic, topicId)
      for (const partition of partitions) this.#forget(key, partition)
    }
  }

  moveToEnd(target: FetchTarget): void {
    if (this.#order.delete(target)) this.#order.add(target)
  }

  #add(target: FetchTarget): void {
    const key = this.#keyOf(target.topic, target.topicId)
    const partitions = this.#byTopic.get(key) ?? new Map<number, FetchTarget>()
    this.#byTopic.set(key, partitions)
    const before = partitions.get(target.partition)
    if (before === target) return
    if (before !== undefined) this.#order.delete(before)
    partitions.set(target.partition, target)
    this.#order.add(target)
  }

  #forget(key: string, partition: number): void {
    const partitions = this.#byTopic.get(key)
    const target = partitions?.get(partition)
    if (partitions === undefined || target === undefined) return
    partitions.delete(partition)
    if (partitions.size === 0) this.#byTopic.delete(key)
    this.#order.delete(target)
  }

  #keyOf(topic: string, topicId: string): string {
    return this.usesTopicIds ? topicId : topic
  }
}

/** In the mean of all sessions. A consumer with more has them as long as others have less. */
const partitionsPerSlot = 500
const initialEpoch = 0
const finalEpoch = -1
/** For so long a session can be neither idle nor pushed out. */
const protectedMs = 120_000

/** The epoch after this one. 1 follows the largest: 0 and −1 have meanings of their own. */
export function nextEpoch(epoch: number): number {
  return epoch === 2 ** 31 - 1 ? 1 : epoch + 1
}

/** Followers before consumers, large before small: they save most. */
function weightOf(fromFollower: boolean, size: number): number {
  return fromFollower ? size + 2 ** 40 : size
}

function targetsOf(request: FetchSessionRequest): FetchTarget[] {
  const targets: FetchTarget[] = []
  for (const { topic, topicId, partitions } of request.topics) {
    for (const partition of partitions) {
      const target = new FetchTarget(topic, topicId, partition.partition)
      take(target, partition)
      targets.push(target)
    }
  }
  return targets
}

function take(target: FetchTarget, partition: RequestedPartition): void {
  target.fetchOffset = partition.fetchOffset
  target.maxBytes = partition.partitionMaxBytes
  target.currentLeaderEpoch = partition.currentLeaderEpoch
  target.lastFetchedEpoch = partition.lastFetchedEpoch
  target.followerStartOffset = partition.logStartOffset
}

function worthTelling(partition: FetchedPartition): boolean {
  return (
    partition.bytes > 0 ||
    partition.errorCode !== 0 ||
    partition.notable ||
    partition.highWatermark !== partition.target.sentHighWatermark ||
    partition.logStartOffset !== partition.target.sentStartOffset
  )
}

/** After an error the client has forgotten what it knew: the next answer tells it again. */
function remember(partition: FetchedPartition): void {
  const failed = partition.errorCode !== 0
  partition.target.sentHighWatermark = failed ? -1 : partition.highWatermark
  partition.target.sentStartOffset = failed ? -1 : partition.logStartOffset
}

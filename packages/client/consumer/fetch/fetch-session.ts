import { ZERO_UUID } from '@odradek/common/bytes'
import type { Uuid } from '@odradek/common/bytes'
import type { Fetch } from '@odradek/protocol/messages'
import type { RequestOf } from '@odradek/protocol/schema'

/** What is asked of one partition. */
export interface PartitionFetch {
  readonly topic: string
  readonly topicId: Uuid
  readonly partition: number
  readonly fetchOffset: number
  /** −1 when unknown. */
  readonly leaderEpoch: number
  readonly maxBytes: number
}

/** The part of a Fetch request that a session decides. */
export type SessionPart = Pick<RequestOf<typeof Fetch>, 'sessionId' | 'sessionEpoch' | 'topics' | 'forgottenTopicsData'>

const closed = 0
const firstIncremental = 1
const sessionless = -1
const firstVersion = 7
const firstVersionWithIds = 13

/**
 * Our side of a fetch session with one broker (KIP-227): the broker remembers the partitions, we name only what has changed.
 *
 * Session 0 epoch 0 opens one; the answer names it, and the following requests count up from 1. An old id with epoch 0 closes that
 * session and opens another. The broker may answer 0 at any time: it keeps no session for us, and all is named again.
 */
export class FetchSession {
  #id = 0
  #epoch = closed
  #known = new Map<string, PartitionFetch>()
  #usesIds = false
  /** Whether the last request was a full one. */
  #isFull = true

  get id(): number {
    return this.#id
  }

  /** The next request for these partitions; those that were in the session and are not named are forgotten. */
  next(wanted: readonly PartitionFetch[], version: number): SessionPart {
    const usesIds = version >= firstVersionWithIds
    // One session has either names or ids.
    if (usesIds !== this.#usesIds && this.#epoch !== closed) this.#epoch = closed
    this.#usesIds = usesIds
    if (version < firstVersion) return { sessionId: 0, sessionEpoch: sessionless, topics: grouped(wanted), forgottenTopicsData: [] }
    const before = this.#known
    this.#known = new Map(wanted.map((entry) => [keyOf(entry), entry]))
    this.#isFull = this.#epoch === closed
    if (this.#isFull) return { sessionId: this.#id, sessionEpoch: closed, topics: grouped(wanted), forgottenTopicsData: [] }
    const changed = wanted.filter((entry) => !isSame(before.get(keyOf(entry)), entry))
    const forgotten = [...before].filter(([key, entry]) => this.#known.get(key)?.topicId !== entry.topicId).map(([, entry]) => entry)
    return { sessionId: this.#id, sessionEpoch: this.#epoch, topics: grouped(changed), forgottenTopicsData: forgottenOf(forgotten) }
  }

  /** An answer without a session error. */
  answered(sessionId: number): void {
    if (sessionId === 0) this.#close()
    else if (this.#isFull) {
      this.#id = sessionId
      this.#epoch = firstIncremental
    } else this.#epoch = this.#epoch === 0x7fff_ffff ? firstIncremental : this.#epoch + 1
  }

  /** The broker does not know the session any more. */
  lost(): void {
    this.#close()
  }

  /** It is unknown what the broker has understood: the session is closed, and another opened, by the next request. */
  broken(): void {
    this.#epoch = closed
  }

  #close(): void {
    this.#id = 0
    this.#epoch = closed
  }
}

const keyOf = ({ topic, partition }: PartitionFetch): string => `${topic}-${partition}`

const isSame = (a: PartitionFetch | undefined, b: PartitionFetch): boolean =>
  a !== undefined &&
  a.fetchOffset === b.fetchOffset &&
  a.leaderEpoch === b.leaderEpoch &&
  a.maxBytes === b.maxBytes &&
  a.topicId === b.topicId

function grouped(entries: readonly PartitionFetch[]): SessionPart['topics'] {
  return byTopic(entries).map(([{ topic, topicId }, list]) => ({
    topic,
    topicId,
    partitions: list.map(({ partition, fetchOffset, leaderEpoch, maxBytes }) => ({
      partition,
      currentLeaderEpoch: leaderEpoch,
      fetchOffset,
      partitionMaxBytes: maxBytes,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      replicaDirectoryId: ZERO_UUID,
      highWatermark: 2 ** 63,
    })),
  }))
}

function forgottenOf(entries: readonly PartitionFetch[]): SessionPart['forgottenTopicsData'] {
  return byTopic(entries).map(([{ topic, topicId }, list]) => ({ topic, topicId, partitions: list.map(({ partition }) => partition) }))
}

/** In the order in which they were given; a topic that was made anew has two ids. */
function byTopic(entries: readonly PartitionFetch[]): (readonly [PartitionFetch, readonly PartitionFetch[]])[] {
  const groups = new Map<string, PartitionFetch[]>()
  for (const entry of entries) {
    const key = `${entry.topic} ${entry.topicId}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  return [...groups.values()].map((group) => [group[0]!, group] as const)
}

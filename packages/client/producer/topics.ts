import { errorCode } from '@odradek/protocol'
import type { Cluster } from '../cluster/cluster.ts'
import type { ClusterMetadata, TopicMetadata } from '../cluster/metadata.ts'
import { errorOf } from '../errors/index.ts'
import type { Serde } from '../serdes/serde.ts'
import type { Topic } from '../topic.ts'
import { checkTopic, noTopic } from './record-errors.ts'
import type { StickyRules } from './sticky-partition.ts'
import { TopicEntry } from './topic-entry.ts'
import { TopicQueues } from './topic-queues.ts'

export interface TopicsParts {
  readonly cluster: Cluster
  readonly rules: StickyRules
  readonly settings: {
    readonly maxBlockMs: number
    readonly metadataMaxIdleMs: number
    /** For topics that are given by their name alone. */
    readonly keySerde: Serde<unknown> | undefined
    readonly valueSerde: Serde<unknown> | undefined
  }
  readonly now: () => number
  /** Its metadata have come. */
  readonly known: (topic: TopicQueues) => void
  /** They can not be had: no use in waiting. */
  readonly failed: (topic: TopicQueues, error: Error) => void
  /** They were not had in time: whoever has no more of it fails. Without time (`max.block.ms` 0) asking again would never end. */
  readonly timedOut: () => void
  /** It was not written to for so long that it is no longer kept up to date. */
  readonly forgotten: (topic: TopicQueues) => void
}

/** The topics that a producer writes to, found fast by what `send` is given. */
export class Topics {
  readonly #parts: TopicsParts
  readonly #byName = new Map<string, TopicQueues>()
  /** Topics given by name. */
  readonly #named = new Map<string, TopicEntry>()
  #typed = new WeakMap<Topic, TopicEntry>()
  /** Before then no topic can be forgotten: topics are used later, never earlier. */
  #nextSweepMs = -Infinity
  #last: { readonly given: string | Topic; readonly entry: TopicEntry } | undefined
  /** Which metadata the queues have been made from. */
  readonly #sources = new WeakMap<TopicQueues, TopicMetadata>()

  constructor(parts: TopicsParts) {
    this.#parts = parts
  }

  /** What `send` was given, as this producer knows it. Asks for metadata the first time. */
  entry(given: string | Topic): TopicEntry {
    const last = this.#last
    if (last !== undefined && last.given === given && !last.entry.topic.isForgotten) return last.entry
    const entry = this.#find(given)
    this.#last = { given, entry }
    return entry
  }

  /** Asks for metadata, unless they are there or on their way. */
  fetch(topic: TopicQueues): void {
    if (topic.isKnown || topic.isFetching) return
    const { cluster, settings, known, failed, timedOut } = this.#parts
    topic.isFetching = true
    cluster.topic(topic.name, { timeoutMs: settings.maxBlockMs }).then(
      (metadata) => {
        topic.isFetching = false
        if (!topic.isKnown) this.#adopt(topic, metadata)
        known(topic)
      },
      (error: unknown) => {
        topic.isFetching = false
        const failure = error instanceof Error ? error : new Error(String(error))
        if (isTimeout(error)) {
          topic.lastError ??= failure
          timedOut()
          // Somebody who came later still has time.
          if (topic.waiting.length > 0) this.fetch(topic)
        } else failed(topic, failure)
      },
    )
  }

  update(metadata: ClusterMetadata): void {
    for (const topic of this.#byName.values()) {
      const found = metadata.topics.get(topic.name)
      if (found !== undefined && topic.isKnown) this.#adopt(topic, found)
      const error = topic.isKnown ? undefined : metadata.errors.get(topic.name)
      // Kept for whoever will have waited in vain.
      if (error !== undefined) topic.lastError = errorOf(errorCode(error), `topic ${topic.name}`)
    }
  }

  /** The producer has another epoch: sequences begin anew everywhere. */
  resetSequences(): void {
    for (const { queues } of this.#byName.values()) for (const { sequences } of queues) sequences.reset()
  }

  /** Forgets topics that nothing was written to for `metadata.max.idle.ms`; gives when the next one may be forgotten. */
  sweep(nowMs: number): number {
    if (nowMs < this.#nextSweepMs) return this.#nextSweepMs
    const { cluster, settings, forgotten } = this.#parts
    let next = Infinity
    let isAnyGone = false
    for (const topic of this.#byName.values()) {
      const dueMs = topic.lastUsedMs + settings.metadataMaxIdleMs
      const isBusy = topic.waiting.length > 0 || topic.queues.some(({ batches, onWire }) => batches.length > 0 || onWire > 0)
      if (dueMs > nowMs || isBusy) {
        next = Math.min(next, isBusy ? nowMs + settings.metadataMaxIdleMs : dueMs)
        continue
      }
      topic.isForgotten = true
      isAnyGone = true
      this.#byName.delete(topic.name)
      this.#named.delete(topic.name)
      forgotten(topic)
    }
    if (isAnyGone) cluster.track(new Set(this.#byName.keys()))
    this.#nextSweepMs = next
    return next
  }

  #find(given: string | Topic): TopicEntry {
    const known = typeof given === 'string' ? this.#named.get(given) : this.#typed.get(given)
    if (known !== undefined && !known.topic.isForgotten) return known
    const name: unknown = typeof given === 'string' ? given : given?.name
    if (typeof name !== 'string') throw noTopic(given)
    checkTopic(name)
    const topic = this.#topic(name)
    if (typeof given !== 'string') {
      const entry = new TopicEntry(topic, given.key, given.value)
      this.#typed.set(given, entry)
      return entry
    }
    const { keySerde, valueSerde } = this.#parts.settings
    const entry = new TopicEntry(topic, keySerde, valueSerde)
    this.#named.set(name, entry)
    return entry
  }

  #topic(name: string): TopicQueues {
    let topic = this.#byName.get(name)
    if (topic === undefined) {
      topic = new TopicQueues(name, this.#parts.rules, this.#parts.now())
      this.#nextSweepMs = Math.min(this.#nextSweepMs, topic.lastUsedMs + this.#parts.settings.metadataMaxIdleMs)
      this.#byName.set(name, topic)
      const { cluster } = this.#parts
      const metadata = cluster.metadata.topics.get(name)
      cluster.alsoTrack(name)
      if (metadata !== undefined) this.#adopt(topic, metadata)
    }
    this.fetch(topic)
    return topic
  }

  #adopt(topic: TopicQueues, metadata: TopicMetadata): void {
    if (this.#sources.get(topic) === metadata) return
    this.#sources.set(topic, metadata)
    topic.update(metadata)
  }
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'UNKNOWN_TOPIC_OR_PARTITION' || error.code === 'REQUEST_TIMED_OUT')

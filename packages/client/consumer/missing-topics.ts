import type { Environment } from '../environment.ts'
import type { ClusterMetadata } from '../cluster/metadata.ts'
import type { Partitions } from '../partitions.ts'

export interface MissingTopicsOptions {
  readonly environment: Environment
  readonly groupId: string | undefined
  /** Then a topic may be missing for a moment, since the broker is only just making it. */
  readonly allowAutoCreateTopics: boolean
}

/** While it is made, a topic is not missed. */
const patienceMs = 1_000
/** Somebody may have overlooked it the first time. */
const againAfterMs = 300_000

/** Says of what a consumer wants to read that it is not there: nothing else would, and it waits for it without an end. */
export class MissingTopics {
  readonly #options: MissingTopicsOptions
  /** By what is missing: when it was missed first, and when that is said (again). */
  readonly #missing = new Map<string, { sayAtMs: number }>()

  constructor(options: MissingTopicsOptions) {
    this.#options = options
  }

  /** Looks at new metadata: topics are asked for again and again until they are there. */
  look(metadata: ClusterMetadata, topics: Iterable<string>, assigned: Partitions): void {
    const missing = new Set<string>()
    for (const topic of topics) if (metadata.errors.get(topic) === 'UNKNOWN_TOPIC_OR_PARTITION') missing.add(`topic ${topic}`)
    for (const { topic, partition } of assigned) {
      const known = metadata.topics.get(topic)
      if (known !== undefined && partition >= known.partitions.length)
        missing.add(`partition ${partition} of topic ${topic}, which has ${known.partitions.length},`)
    }
    for (const name of this.#missing.keys()) if (!missing.has(name)) this.#missing.delete(name)
    for (const name of missing) this.#miss(name)
  }

  #miss(name: string): void {
    const { environment, groupId, allowAutoCreateTopics } = this.#options
    const nowMs = environment.clock.monotonic()
    let missed = this.#missing.get(name)
    if (missed === undefined) this.#missing.set(name, (missed = { sayAtMs: nowMs + (allowAutoCreateTopics ? patienceMs : 0) }))
    if (nowMs < missed.sayAtMs) return
    missed.sayAtMs = nowMs + againAfterMs
    environment.logger.warn(`UNKNOWN_TOPIC_OR_PARTITION: ${name} does not exist, and is waited for. Create the topic, or check its name`, {
      group: groupId,
    })
  }
}

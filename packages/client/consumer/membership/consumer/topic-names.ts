import { ZERO_UUID } from '@odradek/common/bytes'
import type { Uuid } from '@odradek/common/bytes'
import { Metadata } from '@odradek/protocol/messages'
import type { Cluster } from '../../../cluster/cluster.ts'
import type { Waiting } from '../../../waiting.ts'

/** The first version in which topics can be asked for by id alone. */
const BY_ID = 12

/**
 * The names of topics that the broker assigns by id. It may know topics that we have never asked for: they match a pattern that it looks after, or
 * were created a moment ago.
 */
export class TopicNames {
  readonly #cluster: Cluster
  readonly #names = new Map<Uuid, string>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Known already, from metadata or from before: what is assigned stays so when metadata leave it out for a moment. */
  get(id: Uuid): string | undefined {
    const name = this.#cluster.metadata.topicNames.get(id)
    if (name !== undefined) this.#names.set(id, name)
    return name ?? this.#names.get(id)
  }

  /** Asks any broker. Whoever is still unknown then may be asked for again later. */
  async ask(ids: readonly Uuid[], options: Waiting): Promise<void> {
    const broker = await this.#cluster.anyBroker(options)
    const topics = ids.map((topicId) => ({ topicId, name: null }))
    const answer = await this.#cluster.call(broker, Metadata, { topics, allowAutoTopicCreation: false }, { ...options, minVersion: BY_ID })
    for (const { errorCode, name, topicId } of answer.topics) {
      if (errorCode !== 0 || name === null || topicId === ZERO_UUID) continue
      this.#names.set(topicId, name)
      this.#cluster.alsoTrack(name)
    }
  }

  /** Only these matter from now on. */
  keep(ids: ReadonlySet<Uuid>): void {
    for (const id of this.#names.keys()) if (!ids.has(id)) this.#names.delete(id)
  }
}

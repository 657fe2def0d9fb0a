import type { Logger } from '@odradek/common/logging'
import { invalidTopicName, isInternalTopic } from '@odradek/metadata'
import type { MetadataService } from '@odradek/metadata'
import type { InternalTopics } from '../services.ts'

/**
 * Makes topics that clients ask for and that are not there (`auto.create.topics.enable`).
 *
 * Kafka starts the making and answers that there is no such topic, so that clients ask again; here they wait for the topic,
 * which is a few milliseconds, and get its leader at once.
 */
export class AutoCreation {
  readonly #metadata: Pick<MetadataService, 'createTopics'>
  readonly #internalTopics: InternalTopics
  readonly #logger: Logger

  constructor(parts: {
    readonly metadata: Pick<MetadataService, 'createTopics'>
    readonly internalTopics: InternalTopics
    readonly logger: Logger
  }) {
    this.#metadata = parts.metadata
    this.#internalTopics = parts.internalTopics
    this.#logger = parts.logger
  }

  /** Resolves when the image has those topics that could be made. Why others could not, is a line in the log. */
  async create(names: readonly string[]): Promise<void> {
    const ordinary = names.filter((name) => !isInternalTopic(name) && invalidTopicName(name) === undefined)
    await Promise.all([this.#createOrdinary(ordinary), names.includes('__consumer_offsets') ? this.#createOffsets() : undefined])
  }

  async #createOrdinary(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const topics = names.map((name) => ({ name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] }))
    for (const { name, error, message } of await this.#metadata.createTopics({ topics, validateOnly: false })) {
      // Somebody else may have been faster, which is as good.
      if (error === 'NONE' || error === 'TOPIC_ALREADY_EXISTS') continue
      this.#logger.limited('auto-creation').warn('Could not make a topic that a client asked for', { topic: name, error, message })
    }
  }

  async #createOffsets(): Promise<void> {
    try {
      await this.#internalTopics.ensure('__consumer_offsets')
    } catch {
      // It has said why in the log; the client is told that there is no such topic, and asks again.
    }
  }
}

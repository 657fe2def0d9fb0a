import type { Logger } from '@odradek/common/logging'
import type { MetadataService, TopicImage } from '@odradek/metadata'
import { KafkaError } from '@odradek/protocol'
import type { InternalTopics } from './services.ts'

/** How an internal topic is to be made. */
export interface InternalTopicPlan {
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: readonly { readonly name: string; readonly value: string }[]
}

/** Makes internal topics when they are first needed. With fewer brokers than replicas wanted there are as many replicas as brokers. */
export class InternalTopicsOnDemand implements InternalTopics {
  readonly #metadata: MetadataService
  readonly #plans: ReadonlyMap<string, () => InternalTopicPlan>
  readonly #logger: Logger
  readonly #making = new Map<string, Promise<TopicImage>>()

  constructor(options: {
    readonly metadata: MetadataService
    readonly plans: ReadonlyMap<string, () => InternalTopicPlan>
    readonly logger: Logger
  }) {
    this.#metadata = options.metadata
    this.#plans = options.plans
    this.#logger = options.logger
  }

  ensure(name: string): Promise<TopicImage> {
    const there = this.#metadata.image.topics.byName(name)
    if (there !== undefined) return Promise.resolve(there)
    const making = this.#making.get(name) ?? this.#make(name).finally(() => this.#making.delete(name))
    this.#making.set(name, making)
    return making
  }

  async #make(name: string): Promise<TopicImage> {
    const plan = this.#plans.get(name)?.()
    if (plan === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    const brokers = this.#metadata.image.brokers.active().length
    const topic = { name, assignments: [], ...plan, replicationFactor: Math.max(1, Math.min(plan.replicationFactor, brokers)) }
    const [outcome] = await this.#metadata.createTopics({ topics: [topic], validateOnly: false })
    const made = this.#metadata.image.topics.byName(name)
    if (made !== undefined) return made
    this.#logger.warn('Could not make an internal topic; clients will ask again', {
      topic: name,
      error: outcome?.error,
      message: outcome?.message,
    })
    throw new KafkaError('COORDINATOR_NOT_AVAILABLE')
  }
}

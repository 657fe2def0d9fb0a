import { isInternalTopic } from '../image/topic-names.ts'
import type { DecisionContext } from './decision.ts'
import { refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** Counts replicas toward `broker.max.partitions`, those of earlier elements of the same request included. */
export class PartitionLimit {
  readonly #context: Pick<DecisionContext, 'image' | 'settings'>
  readonly #added = new Map<number, number>()

  constructor(context: Pick<DecisionContext, 'image' | 'settings'>) {
    this.#context = context
  }

  /** Takes the replicas of new partitions, or says which broker has no room for them and takes none. */
  take(topic: string, partitions: readonly { readonly replicas: readonly number[] }[]): Outcome | undefined {
    const wanted = new Map<number, number>()
    for (const { replicas } of partitions) for (const id of replicas) wanted.set(id, (wanted.get(id) ?? 0) + 1)
    const { image, settings } = this.#context
    for (const [id, count] of wanted) {
      const total = image.topics.replicaCount(id) + (this.#added.get(id) ?? 0) + count
      if (total > settings.maxPartitionsPerBroker && !isInternalTopic(topic)) {
        return refused(
          'POLICY_VIOLATION',
          `Broker ${id} would have ${total} partitions, and broker.max.partitions allows ${settings.maxPartitionsPerBroker}. ` +
            'Delete topics, use fewer partitions, or raise the setting.',
        )
      }
    }
    for (const [id, count] of wanted) this.#added.set(id, (this.#added.get(id) ?? 0) + count)
    return undefined
  }
}
